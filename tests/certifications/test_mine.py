"""« Mes attestations »: every one someone was awarded, its state in words, its chain, and the one gesture it asks."""

import html
import re
from datetime import UTC, datetime

import pytest
from django.utils import timezone
from time_machine import travel

from certifications.queries.mine import held_by
from certifications.services import correct, extend, issue_for, revoke
from certifications.snapshot import Employer
from cms.accounts.services import move_person
from courses.models import Enrolment
from courses.services import enrol, retake
from tests.factories.accounts import OrganisationFactory
from tests.factories.certifications import complete, credential, definition, do_steps
from tests.factories.courses import course_tree

pytestmark = pytest.mark.django_db

ADDRESS = "/mon-parcours/attestations/"
# Far enough for the session of whoever looks to be still open by the clock of the database.
EARNED = datetime(2040, 1, 15, 9, tzinfo=UTC)
EXPIRING = datetime(2041, 1, 1, 9, tzinfo=UTC)
LAPSED = datetime(2041, 2, 1, 9, tzinfo=UTC)


def words(response):
    shown = " ".join(html.unescape(response.content.decode()).split()).replace("\xa0", " ")
    return shown[shown.index("<main") : shown.index("</main")]


def plain(text):
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def sections(response):
    """The title of each section, with the titles and the state of what stands in it."""
    text = words(response)
    found = {}
    for part in re.split(r"<section ", text)[1:]:
        title = re.search(r"<h2[^>]*>([^<]+)", part)[1]
        found[title] = re.findall(r'class="badge[^"]*">([^<]+)', part)
    return found


@pytest.fixture
def tree():
    return course_tree(title="Socle commun", lessons=1, quizzes=0)


@pytest.fixture
def held(professional, tree):
    with travel(EARNED, tick=False):
        return credential(professional, tree, validity_months=12, at=EARNED)


def open_at(sign_in, person, instant):
    with travel(instant, tick=False):
        return sign_in(person).get(ADDRESS)


def test_someone_with_none_is_told_what_to_do(sign_in, professional):
    text = words(sign_in(professional).get(ADDRESS))
    assert "Vous n'avez pas encore d'attestation" in text
    assert "Choisir une formation" in text


def test_it_is_reached_from_my_path_and_for_the_signed_in_only(sign_in, professional, client):
    assert ADDRESS in words(sign_in(professional).get("/mon-parcours/"))
    assert client.get(ADDRESS).status_code == 302


def test_a_valid_one_says_until_when_and_gives_its_address(sign_in, professional, held):
    response = open_at(sign_in, professional, EARNED)
    assert sections(response) == {"Valables": ["Valable"]}
    text = words(response)
    assert "Valable jusqu'au 15 janvier 2041." in text
    assert f"/attestations/verifier/{held.public_id}/" in text
    assert "Renouveler" not in text


def test_one_without_end_says_so(sign_in, professional, tree):
    credential(professional, tree)
    assert "Sans limite de durée." in words(sign_in(professional).get(ADDRESS))


def test_one_to_renew_says_before_when_and_offers_to(sign_in, professional, held):
    response = open_at(sign_in, professional, EXPIRING)
    assert sections(response) == {"À renouveler": ["À renouveler"]}
    text = words(response)
    assert "À renouveler avant le 15 janvier 2041." in text
    assert f'action="/mon-parcours/attestations/{held.public_id}/renouveler/"' in text


def test_one_lapsed_is_shown_and_can_still_be_renewed(sign_in, professional, held):
    response = open_at(sign_in, professional, LAPSED)
    assert sections(response) == {"À renouveler": ["Expirée"]}
    text = words(response)
    assert "Expirée : elle valait jusqu'au 15 janvier 2041." in text
    assert "/renouveler/" in text


def test_renewing_opens_the_next_cycle_once_and_says_what_is_left(sign_in, professional, held, tree):
    with travel(EXPIRING, tick=False):
        client = sign_in(professional)
        first = client.post(f"{ADDRESS}{held.public_id}/renouveler/")
        again = client.post(f"{ADDRESS}{held.public_id}/renouveler/")
        assert (first.status_code, first.url, again.url) == (302, tree.course.url, tree.course.url)
        assert [one.cycle for one in Enrolment.objects.of(professional).order_by("cycle")] == [1, 2]
        text = words(client.get(ADDRESS))
        assert "Renouvellement en cours : Socle commun." in text
        assert "Il vous reste 1 étape : Leçon 1.1." in text
        assert "/renouveler/" not in text


def test_renewing_refused_says_why(sign_in, professional, held):
    with travel(EARNED, tick=False):
        client = sign_in(professional)
        client.post(f"{ADDRESS}{held.public_id}/renouveler/")
        assert "pourra être renouvelée à partir du 17 octobre 2040" in words(client.get(ADDRESS))
    assert Enrolment.objects.of(professional).count() == 1


def test_nobody_renews_somebody_elses(sign_in, professional, lead, coordinator, held):
    for other in (lead, coordinator):
        assert sign_in(other).post(f"{ADDRESS}{held.public_id}/renouveler/").status_code == 404


def test_only_the_steps_that_renew_are_left_to_do(sign_in, professional):
    tree = course_tree(title="Deux leçons", lessons=2, quizzes=0)
    keys = [step["step_key"] for step in tree.course.versions.first().manifest]
    with travel(EARNED, tick=False):
        said = {"validity_months": 12, "renewal_path": "steps", "renewal_steps": keys[1:]}
        one = credential(professional, tree, at=EARNED, **said)
    with travel(EXPIRING, tick=False):
        retake(enrolment=one.enrolment)
        [way] = held_by(professional).to_renew[0].under_way
        assert way.left == ("Leçon 1.2",)


def test_a_shorter_course_that_renews_is_what_is_left_to_do(sign_in, professional, tree):
    short = course_tree(title="Mise à jour")
    definition(tree.course, renewal=(short.course,), renewal_path="courses", validity_months=12)
    with travel(EARNED, tick=False):
        issue_for(enrolment_id=complete(professional, tree, at=EARNED).pk)
    with travel(EXPIRING, tick=False):
        enrol(person=professional, course=short.course, source="self")
        assert "Renouvellement en cours : Mise à jour." in words(sign_in(professional).get(ADDRESS))


def test_one_renewed_shows_its_chain(sign_in, professional, held, tree):
    with travel(EXPIRING, tick=False):
        again = retake(enrolment=held.enrolment)
        do_steps(again, at=EXPIRING)
        [renewed] = issue_for(enrolment_id=again.pk)
    text = words(open_at(sign_in, professional, LAPSED))
    assert "Renouvelle celle du 15 janvier 2040" in plain(text)
    assert "Renouvelée le 1er janvier 2041" in plain(text)
    assert sections(open_at(sign_in, professional, LAPSED)) == {"Valables": ["Valable"], "Celles d'avant": ["Expirée"]}
    assert renewed.renews == held


def test_a_renewal_taken_back_is_told_as_no_renewal(sign_in, professional, held, coordinator):
    with travel(EXPIRING, tick=False):
        again = retake(enrolment=held.enrolment)
        do_steps(again, at=EXPIRING)
        [renewed] = issue_for(enrolment_id=again.pk)
        revoke(credential=renewed, author=coordinator, reason="Délivrée par erreur.")
    response = open_at(sign_in, professional, EXPIRING)
    assert sections(response) == {"À renouveler": ["À renouveler"], "Celles d'avant": ["Retirée"]}
    assert "Renouvelée le" not in plain(words(response))


def test_one_issued_late_is_told_apart_by_the_day_it_was_earned(sign_in, professional, held, tree):
    again = retake(enrolment=held.enrolment)
    do_steps(again, at=EXPIRING)
    with travel(LAPSED, tick=False):
        issue_for(enrolment_id=again.pk)
    text = plain(words(open_at(sign_in, professional, LAPSED)))
    assert "Obtenue le 1er janvier 2041 Date de délivrance 1er février 2041" in text
    assert "Renouvelée le 1er janvier 2041" in text


def test_the_holder_is_told_what_their_address_shows(sign_in, professional, held):
    text = words(open_at(sign_in, professional, EARNED))
    assert ("vos résultats aux quiz" in text) is bool(held.snapshot["results"])
    assert ("votre employeur d'alors" in text) is bool(held.snapshot["employer"])


def test_one_replaced_shows_by_which_and_why(sign_in, professional, held, coordinator):
    with travel(EARNED, tick=False):
        correct(credential=held, author=coordinator, reason="Employeur inexact.", employer=Employer("CAF"))
    response = open_at(sign_in, professional, EARNED)
    assert sections(response) == {"Valables": ["Valable"], "Celles d'avant": ["Remplacée"]}
    assert "Remplacée le 15 janvier 2040 : Employeur inexact." in words(response)
    assert "Remplace celle du 15 janvier 2040" in plain(words(response))


def test_one_taken_back_says_when_and_why(sign_in, professional, held, coordinator):
    with travel(EARNED, tick=False):
        revoke(credential=held, author=coordinator, reason="Délivrée par erreur.")
    response = open_at(sign_in, professional, EARNED)
    assert sections(response) == {"Celles d'avant": ["Retirée"]}
    assert "Retirée le 15 janvier 2040 : Délivrée par erreur." in words(response)


def test_one_extended_says_until_when_and_why(sign_in, professional, held, coordinator):
    with travel(EXPIRING, tick=False):
        extend(credential=held, author=coordinator, until=LAPSED.date(), reason="Session reportée.")
    text = words(open_at(sign_in, professional, EXPIRING))
    assert "À renouveler avant le 1er février 2041." in text
    assert "1er février 2041 : Session reportée." in text


def test_it_stays_after_a_change_of_employer_and_the_end_of_its_course(sign_in, professional, held, tree):
    move_person(person=professional, organisation=OrganisationFactory(), on=timezone.localdate())
    tree.course.refresh_from_db()
    tree.course.unpublish()
    professional.memberships.all().delete()
    assert "Socle commun" in words(open_at(sign_in, professional, EARNED))


def test_somebody_elses_are_not_there(sign_in, lead, held):
    assert "Vous n'avez pas encore d'attestation" in words(sign_in(lead).get(ADDRESS))


def test_more_of_them_cost_no_more(sign_in, professional, coordinator, assert_constant_queries):
    client = sign_in(professional)

    def grow():
        """One renewed, one being renewed, one extended."""
        renewed, renewing, extended = (
            credential(professional, course_tree(), validity_months=12, at=EARNED) for _number in range(3)
        )
        again = retake(enrolment=renewed.enrolment)
        do_steps(again, at=EXPIRING)
        issue_for(enrolment_id=again.pk)
        retake(enrolment=renewing.enrolment)
        extend(credential=extended, author=coordinator, until=LAPSED.date(), reason="Session reportée.")

    with travel(EXPIRING, tick=False):
        grow()
        assert assert_constant_queries(lambda: client.get(ADDRESS), grow) <= 8
