"""/pilotage/attestations/: who sees which credentials, what is filtered, what it costs."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from time_machine import travel

from certifications.enums import State
from certifications.models import Credential
from certifications.querysets import dates_of
from certifications.services import correct, extend, forget_holder, issue_for, revoke
from certifications.states import state_of
from cms.accounts import services as accounts
from cms.accounts.queries import Name
from coordination.attestations.exports import CREDENTIALS
from courses.services import retake
from tests.coordination.attestations.conftest import ENDING, LAPSED
from tests.coordination.test_exports import as_csv, as_xlsx
from tests.coordination.test_screens import text
from tests.factories.certifications import credential, do_steps
from tests.factories.courses import course_tree

pytestmark = pytest.mark.django_db
LIST = "/pilotage/attestations/"


def names(response):
    return [row.name for row in response.context["page"].object_list]


def test_a_lead_sees_those_of_their_people_and_no_other(sign_in, lead, coordinator, somebody, elsewhere, earn):
    mine, other = earn(somebody()), earn(elsewhere)
    client = sign_in(lead)
    assert names(client.get(LIST)) == ["Martel Claire"]
    assert "Hamon" not in b"".join(client.get(reverse("pilotage_credentials_csv")).streaming_content).decode()
    assert client.get(reverse("pilotage_credential", args=[mine.pk])).status_code == 200
    assert client.get(reverse("pilotage_credential", args=[other.pk])).status_code == 404
    assert set(names(sign_in(coordinator).get(LIST))) == {"Martel Claire", "Hamon Yves"}


def test_a_lead_is_not_given_the_number_that_opens_the_scores(sign_in, lead, coordinator, somebody, earn):
    attended = earn(somebody())
    assessed = credential(somebody("Zola"), course_tree(title="Avec un quiz"), title="Autre")
    wanted = {str(attended.public_id), str(assessed.public_id)}
    for reader, given in ((lead, {str(attended.public_id)}), (coordinator, wanted)):
        client = sign_in(reader)
        addresses = [LIST, *(reverse("pilotage_credential", args=[one.pk]) for one in (attended, assessed))]
        pages = [client.get(address).content.decode() for address in addresses]
        pages.append(b"".join(client.get(reverse("pilotage_credentials_csv")).streaming_content).decode())
        assert {number for number in wanted if any(number in page for page in pages)} == given
    assert "c'est à la personne de le donner" in text(sign_in(lead).get(addresses[2]))


def test_a_line_says_who_what_since_when_and_until_when(sign_in, coordinator, somebody, earn):
    earn(somebody())
    [row] = sign_in(coordinator).get(LIST).context["page"].object_list
    assert (row.name, row.organisations, row.title, row.state) == (
        "Martel Claire",
        ("Mutualité sociale agricole",),
        "Attestation de suivi",
        State.EXPIRING,
    )
    assert (row.valid_from, row.ends_on) == (date(2024, 12, 20), date(2026, 12, 20))


def test_what_lapsed_is_shown(sign_in, lead, somebody, earn):
    earn(somebody(), LAPSED)
    assert "Expirée" in text(sign_in(lead).get(LIST))


def test_the_name_it_says_is_shown_beside_the_one_of_today(sign_in, coordinator, somebody, earn):
    person = somebody()
    earn(person)
    person.last_name = "Durand"
    person.save()
    client = sign_in(coordinator)
    page = text(client.get(LIST))
    assert "Durand Claire" in page and "au nom de Claire Martel" in page
    assert names(client.get(LIST, {"q": "martel"})) == names(client.get(LIST, {"q": "durand"})) == ["Durand Claire"]


def test_each_filter_keeps_what_it_says_and_shows_as_a_chip(sign_in, coordinator, somebody, elsewhere, earn):
    ending, lapsed = earn(somebody()), earn(elsewhere, LAPSED)
    other = credential(
        somebody("Zola", "Émile"), course_tree(title="Autre"), title="Attestation de compétences", at=ENDING
    )
    client = sign_in(coordinator)

    def kept(**query):
        return {row.number for row in client.get(LIST, query).context["page"].object_list}

    every = {str(one.public_id) for one in (ending, lapsed, other)}
    a, b, c = str(ending.public_id), str(lapsed.public_id), str(other.public_id)
    assert kept() == every
    assert kept(structure="CAF") == {b}
    assert kept(modele=str(other.definition_id)) == {c}
    assert (kept(etat="expiring"), kept(etat="expired"), kept(etat="valid")) == ({a}, {b}, {c})
    assert (kept(fin="30"), kept(fin="7"), kept(fin="passee"), kept(fin="sans")) == ({a}, set(), {b}, {c})
    assert (kept(q="emile zola"), kept(q="mart")) == ({c}, {a})
    assert kept(structure="ailleurs") == every
    chips = [chip.label for chip in client.get(LIST, {"etat": "expired", "fin": "passee"}).context["filters"].chips]
    assert chips == ["État : Expirée", "Fin : Passée"]
    assert "Filtre « Structure » ignoré" in text(client.get(LIST, {"structure": "ailleurs"}))


def test_an_extension_counts_in_the_filters_on_the_end(sign_in, coordinator, somebody, earn):
    held = earn(somebody())
    extend(credential=held, author=coordinator, until=date(2027, 3, 1), reason="Report")
    client = sign_in(coordinator)
    assert names(client.get(LIST, {"fin": "30"})) == []
    assert names(client.get(LIST, {"fin": "180"})) == ["Martel Claire"]


def test_sorted_by_name_by_end_or_by_issue(sign_in, coordinator, somebody, earn):
    earn(somebody("Aubry"), ENDING)
    earn(somebody("Zola"), LAPSED)
    credential(somebody("Meyer"), course_tree(title="Autre"), title="Sans fin", at=ENDING + timedelta(days=1))
    client = sign_in(coordinator)

    def order(by):
        return [name.split()[0] for name in names(client.get(LIST, {"tri": by}))]

    assert (order("nom"), order("-nom")) == (["Aubry", "Meyer", "Zola"], ["Zola", "Meyer", "Aubry"])
    assert (order("fin"), order("-fin")) == (["Zola", "Aubry", "Meyer"], ["Aubry", "Zola", "Meyer"])
    assert (order("-delivrance"), order("delivrance")) == (["Meyer", "Aubry", "Zola"], ["Zola", "Aubry", "Meyer"])


def test_more_credentials_cost_no_more_queries(sign_in, coordinator, somebody, earn, assert_constant_queries):
    earn(somebody())
    client = sign_in(coordinator)
    for address in (LIST, reverse("pilotage_renewals"), reverse("pilotage_renew")):
        assert_constant_queries(lambda address=address: client.get(address), lambda: [earn(somebody()) for _ in "ab"])


def test_a_page_of_history_costs_no_more_queries(sign_in, coordinator, somebody, earn, assert_constant_queries):
    held = earn(somebody())
    address = reverse("pilotage_credential", args=[held.pk])
    client = sign_in(coordinator)

    def grow():
        for days in (10, 20):
            extend(
                credential=held,
                author=coordinator,
                until=held.valid_until + timedelta(days=days),
                reason=f"{days} jours",
            )

    assert_constant_queries(lambda: client.get(address), grow)


def test_both_files_hold_the_filtered_list(sign_in, coordinator, somebody, elsewhere, earn):
    earn(somebody("=Martel"))
    held = earn(elsewhere, LAPSED)
    client = sign_in(coordinator)
    lines = as_csv(client.get(reverse("pilotage_credentials_csv"), {"etat": "expired"}))
    assert lines == [
        CREDENTIALS.headers,
        ["Hamon", "Yves", "Yves Hamon", "Caisse d'allocations familiales", "Attestation de suivi", "Expirée",
         f"{timezone.localdate(held.issued_at):%d/%m/%Y}", "01/10/2024", "01/10/2026", "", "", str(held.public_id)],
    ]  # fmt: skip
    sheet = as_xlsx(client.get(reverse("pilotage_credentials_xlsx")))
    assert {line[0] for line in sheet[1:]} == {"'=Martel", "Hamon"}


def test_an_erased_person_leaves_a_line_without_a_name(sign_in, coordinator, somebody, earn):
    person = somebody()
    earn(person)
    accounts.erase(person=person)
    forget_holder(person=person)
    page = text(sign_in(coordinator).get(LIST))
    assert "données effacées" in page and "Martel" not in page


@pytest.mark.parametrize("seed", range(3))
def test_each_state_is_found_by_the_database_as_it_is_derived_one_by_one(seed, somebody, coordinator, tree):
    chance = random.Random(seed)
    for _ in range(9):
        person = somebody()
        at = datetime(2025, 1, 1, 9, tzinfo=UTC) + timedelta(days=chance.randint(-300, 600))
        held = credential(person, tree, at=at, validity_months=12, window_days=chance.choice([0, 90]))
        match chance.choice(["revoke", "extend", "correct", "renew", "nothing"]):
            case "revoke":
                revoke(credential=held, author=coordinator, reason="Erreur")
            case "extend":
                extend(
                    credential=held,
                    author=coordinator,
                    until=held.valid_until + timedelta(days=chance.randint(1, 300)),
                    reason="Report",
                )
            case "correct":
                correct(credential=held, author=coordinator, reason="Faute", name=Name("Clara", "Martel"))
            case "renew":
                again = retake(enrolment=held.enrolment)
                do_steps(again, at=at + timedelta(days=chance.randint(250, 500)))
                issue_for(enrolment_id=again.pk)
    credential(somebody(), course_tree(title="Sans fin"), title="Sans fin")
    for days in (-500, -200, 0, 100, 400):
        day = timezone.localdate() + timedelta(days=days)
        one_by_one = {one.pk: state_of(dates_of(one), day) for one in Credential.objects.with_facts()}
        for state in State:
            found = set(Credential.objects.in_state(state, day).values_list("pk", flat=True))
            assert found == {pk for pk, derived in one_by_one.items() if derived == state}, (day, state)


def test_a_credential_not_valid_yet_is_found(somebody, earn):
    held = earn(somebody())
    with travel(ENDING - timedelta(days=2)):
        assert list(Credential.objects.in_state(State.NOT_YET, timezone.localdate())) == [held]
