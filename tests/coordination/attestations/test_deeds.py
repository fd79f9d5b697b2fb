"""One credential: what it says and what follows it; taken back, extended or corrected by the coordination alone."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from certifications.models import Credential, CredentialEvent
from certifications.services import correct, extend, forget_holder, issue_for, revoke
from cms.accounts import services as accounts
from cms.accounts.queries import Name
from courses.services import retake
from tests.coordination.test_screens import text
from tests.factories.certifications import credential, do_steps
from tests.factories.courses import course_tree

pytestmark = pytest.mark.django_db


def address(credential, deed=""):
    page = reverse("pilotage_credential", args=[credential.pk])
    return f"{page}{deed}/" if deed else page


@pytest.fixture
def held(earn, somebody):
    return earn(somebody())


@pytest.fixture
def desk(sign_in, coordinator):
    return sign_in(coordinator)


def offered(response):
    return [str(deed) for deed in response.context["sheet"].deeds]


def test_it_shows_what_the_snapshot_says_whatever_the_person_has_become(desk, held, somebody):
    held.person.last_name = "Durand"
    held.person.save()
    page = text(desk.get(address(held)))
    assert "Nous attestons que Claire Martel, Mutualité sociale agricole, a suivi « Socle commun » (" in page
    assert "À renouveler" in page and "au 20 décembre 2026" in page
    assert held.sha256 in page and str(held.public_id) in page
    assert reverse("certifications:pdf", args=[held.public_id]) in desk.get(address(held)).content.decode()


def test_a_lead_reads_it_and_can_do_nothing_to_it(sign_in, lead, held):
    client = sign_in(lead)
    assert offered(client.get(address(held))) == []
    for deed in ("retirer", "prolonger", "corriger"):
        assert client.get(address(held, deed)).status_code == 404
        assert client.post(address(held, deed), {"reason": "Non", "confirmer": "oui"}).status_code == 404
    assert CredentialEvent.objects.count() == 0


def test_taking_back_asks_once_more_then_tells_the_person(desk, held, coordinator):
    said = {"reason": "Délivrée par erreur"}
    again = desk.post(address(held, "retirer"), said)
    assert "confirmez-vous" in text(again) and CredentialEvent.objects.count() == 0
    page = text(desk.post(address(held, "retirer"), said | {"confirmer": "oui"}, follow=True))
    assert f"par {coordinator}. Raison : Délivrée par erreur" in page
    [letter] = mail.outbox
    assert letter.to == [held.person.email] and "Délivrée par erreur" in letter.body


def test_extending_shows_the_day_before_and_the_day_after(desk, held):
    said = {"until": "2027-02-28", "reason": "Session reportée"}
    again = text(desk.post(address(held, "prolonger"), said))
    assert "20 décembre 2026" in again and "28 février 2027" in again
    page = text(desk.post(address(held, "prolonger"), said | {"confirmer": "oui"}, follow=True))
    assert "au 28 février 2027" in page
    assert "valable jusqu'au 28 février 2027 inclus" in mail.outbox[0].body


@pytest.mark.parametrize("until", ["2026-12-20", "2026-01-01", "2029-01-01", "demain", ""])
def test_an_extension_out_of_bounds_is_refused_in_words(until, desk, held):
    response = desk.post(address(held, "prolonger"), {"until": until, "reason": "Report", "confirmer": "oui"})
    assert (response.status_code, CredentialEvent.objects.count()) == (422, 0)


def test_correcting_shows_what_changes_and_leads_to_the_one_that_replaces_it(desk, held):
    said = {
        "first_name": "Claire", "last_name": "Martèle", "employer": "Mutualité sociale agricole", "siret": "",
        "reason": "Nom mal écrit",
    }  # fmt: skip
    form = desk.get(address(held, "corriger")).context["form"]
    assert (form["last_name"].value(), form["employer"].value()) == ("Martel", "Mutualité sociale agricole")
    again = desk.post(address(held, "corriger"), said)
    assert again.context["form"].changes == [("Nom", "Martel", "Martèle")]
    page = desk.post(address(held, "corriger"), said | {"confirmer": "oui"}, follow=True)
    other = Credential.objects.get(supersedes=held)
    assert page.context["sheet"].credential == other
    assert other.snapshot["holder"]["name"] == "Claire Martèle"
    assert "Remplace celle du" in text(page)
    old = desk.get(address(held))
    assert "Remplacée" in text(old) and offered(old) == []
    assert [letter.subject for letter in mail.outbox] == ["Votre attestation est corrigée : Attestation de suivi"]


def test_a_correction_that_changes_nothing_is_refused(desk, held):
    said = {"first_name": "Claire", "last_name": "Martel", "employer": "Mutualité sociale agricole", "reason": "Rien"}
    response = desk.post(address(held, "corriger"), said)
    assert response.status_code == 422 and "Rien n'a changé" in text(response)


def test_a_wrong_siret_is_refused(desk, held):
    said = {"first_name": "Claire", "last_name": "Martel", "employer": "CAF", "siret": "123", "reason": "Employeur"}
    assert "SIRET n'est pas valable" in text(desk.post(address(held, "corriger"), said))


def test_an_employer_taken_away_leaves_the_sentence(desk, held):
    said = {"first_name": "Claire", "last_name": "Martel", "employer": "", "reason": "Sans employeur alors"}
    desk.post(address(held, "corriger"), said | {"confirmer": "oui"})
    other = Credential.objects.get(supersedes=held)
    assert (other.snapshot["employer"], "agricole" in other.snapshot["wording"]["statement"]) == (None, False)


def test_only_what_still_makes_sense_is_offered(desk, held, coordinator, somebody, earn):
    endless = credential(somebody("Zola"), course_tree(title="Autre"), title="Sans fin")
    assert offered(desk.get(address(held))) == ["prolonger", "corriger", "retirer"]
    assert offered(desk.get(address(endless))) == ["corriger", "retirer"]
    revoke(credential=endless, author=coordinator, reason="Erreur")
    assert offered(desk.get(address(endless))) == []
    correct(credential=held, author=coordinator, reason="Faute", name=Name("Clara", "Martel"))
    assert offered(desk.get(address(held))) == []


def test_of_an_erased_one_a_number_is_left_that_can_be_taken_back(desk, held):
    accounts.erase(person=held.person)
    forget_holder(person=held.person)
    page = desk.get(address(held))
    assert "Les données de la personne ont été effacées" in text(page) and "Martel" not in text(page)
    assert offered(page) == ["retirer"]
    desk.post(address(held, "retirer"), {"reason": "Fraude", "confirmer": "oui"})
    assert (CredentialEvent.objects.filter(kind="revoked").count(), len(mail.outbox)) == (1, 0)


def test_after_an_erasure_reasons_which_may_name_somebody_are_gone_too(desk, held, coordinator):
    revoke(credential=held, author=coordinator, reason="Demandé par Claire Martel.")
    accounts.erase(person=held.person)
    forget_holder(person=held.person)
    page = text(desk.get(address(held)))
    assert "Retirée" in page and "Martel" not in page


def test_a_lead_reads_until_when_it_was_extended_and_not_why(desk, sign_in, lead, held, coordinator):
    until = held.valid_until + timedelta(days=30)
    extend(credential=held, author=coordinator, until=until, reason="Congé de maternité.")
    pages = [text(client.get(address(held))) for client in (desk, sign_in(lead))]
    assert ["Prolongée jusqu'au" in page for page in pages] == [True, True]
    assert ["Congé de maternité" in page for page in pages] == [True, False]


def test_what_can_no_longer_be_done_leads_back_with_a_sentence(desk, held, coordinator):
    revoke(credential=held, author=coordinator, reason="Erreur")
    response = desk.post(address(held, "retirer"), {"reason": "Encore", "confirmer": "oui"}, follow=True)
    assert "Cela n'est plus possible pour cette attestation" in text(response)
    assert CredentialEvent.objects.count() == 1


def test_the_chain_of_renewals_is_shown_both_ways(desk, held):
    again = retake(enrolment=held.enrolment)
    do_steps(again)
    [renewed] = issue_for(enrolment_id=again.pk)
    assert "Renouvelée le" in text(desk.get(address(held)))
    assert "Renouvelle celle du" in text(desk.get(address(renewed)))
