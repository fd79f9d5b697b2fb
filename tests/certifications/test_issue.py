"""What is awarded: once, whatever runs twice, late or after a crash, and saying what was true then."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import Error
from time_machine import travel

from certifications.canonical import fingerprint
from certifications.models import Credential, CredentialEvent, DefinitionVersion
from certifications.services import issue_for, issue_missing, publish_definition, withdraw_definition
from cms.accounts import services as accounts
from cms.core.models import OutboxMessage
from courses.services import retake
from tests.factories.accounts import OrganisationFactory
from tests.factories.certifications import complete, credential, definition, do_steps, provider
from tests.factories.courses import course_tree

pytestmark = pytest.mark.django_db

JANUARY = datetime(2026, 1, 15, 9, tzinfo=UTC)


def award(enrolment):
    return issue_for(enrolment_id=enrolment.pk)


def test_a_completed_course_is_awarded_once_and_says_what_was_done(professional, organisation):
    tree = course_tree(title="Socle commun", lessons=2, quizzes=1, code="SOCLE")
    definition(tree.course, validity_months=24)
    enrolment = complete(professional, tree, at=JANUARY)
    [awarded] = award(enrolment)
    assert award(enrolment) == []
    said = awarded.snapshot
    assert (awarded.valid_from, awarded.valid_until) == (date(2026, 1, 15), date(2028, 1, 15))
    assert said["holder"]["name"] == professional.get_full_name()
    assert said["employer"] == {"name": organisation.name, "siret": ""}
    assert said["training"] | {"objectives": []} == {
        "title": "Socle commun",
        "code": "SOCLE",
        "version": 1,
        "cycle": 1,
        "format_label": "À distance, à mon rythme",
        "nature": "Action de formation (article L6313-1, 1° du Code du travail)",
        "objectives": [],
        "starts_on": "2026-01-15",
        "ends_on": "2026-01-15",
    }
    assert said["hours"]["minutes"] == 45
    assert [step["title"] for step in said["hours"]["steps"]] == ["Leçon 1.1", "Leçon 1.2", "Quiz 1.1"]
    assert said["results"]["items"] == [{"title": "Quiz 1.1", "score": 80, "pass_mark": 70, "passed_on": "2026-01-15"}]
    assert said["wording"]["statement"] == (
        f"Nous attestons que {professional.get_full_name()}, {organisation.name}, a suivi « Socle commun » (45 min), "
        "du 15 janvier 2026 au 15 janvier 2026."
    )
    assert awarded.sha256 == fingerprint(said)


def test_a_completion_is_awarded_by_the_worker(professional, django_capture_on_commit_callbacks):
    tree = course_tree()
    definition(tree.course)
    with django_capture_on_commit_callbacks(execute=True):
        enrolment = complete(professional, tree)
    assert OutboxMessage.objects.filter(kind="credentials", key=f"credentials:{enrolment.pk}").count() == 1
    from cms.core.outbox import process

    assert process(f"credentials:{enrolment.pk}")
    assert [one.enrolment_id for one in Credential.objects.all()] == [enrolment.pk]


def test_what_no_message_told_is_found_later(professional, lead):
    tree = course_tree()
    definition(tree.course)
    for person in (professional, lead):
        complete(person, tree)
    assert (issue_missing(), issue_missing()) == (2, 0)


def test_nothing_is_awarded_before_the_end(professional):
    tree = course_tree()
    definition(tree.course)
    enrolment = complete(professional, course_tree(title="Autre"))
    assert award(enrolment) == []
    from courses.services import enrol

    assert award(enrol(person=professional, course=tree.course, source="self")) == []


def test_the_database_refuses_a_second_one(professional):
    awarded = credential(professional)
    twin = Credential.objects.get(pk=awarded.pk)
    twin.pk, twin.public_id = None, "11111111-1111-4111-8111-111111111111"
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"valid_until": None}, {"snapshot": {"title": "Autre"}}])
def test_the_database_refuses_to_change_one(professional, change):
    awarded = credential(professional, validity_months=12)
    with pytest.raises(Error, match="never changed"), transaction.atomic():
        Credential.objects.filter(pk=awarded.pk).update(**change)


def test_the_database_refuses_to_delete_one_or_what_it_rests_on(professional):
    awarded = credential(professional)
    for rows in (Credential.objects, awarded.sources, DefinitionVersion.objects):
        with pytest.raises(Error), transaction.atomic():
            rows.all()._raw_delete("default")


def test_a_person_renamed_before_it_was_issued_has_the_name_of_the_day(professional):
    tree = course_tree()
    definition(tree.course)
    enrolment = complete(professional, tree, at=datetime.now(UTC) - timedelta(days=1))
    then = professional.get_full_name()
    professional.last_name = "Durand"
    professional.save()
    [awarded] = award(enrolment)
    assert awarded.snapshot["holder"]["name"] == then
    again = retake(enrolment=enrolment)
    do_steps(again)
    assert award(again)[0].snapshot["holder"]["last_name"] == "Durand"


def test_a_person_who_moved_before_it_was_issued_has_the_employer_of_the_day(professional, organisation):
    tree = course_tree()
    definition(tree.course)
    enrolment = complete(professional, tree, at=JANUARY)
    accounts.move_person(person=professional, organisation=OrganisationFactory(name="CAF"), on=date(2026, 2, 1))
    assert award(enrolment)[0].snapshot["employer"]["name"] == organisation.name


def test_nothing_is_issued_to_an_erased_person(professional):
    tree = course_tree()
    definition(tree.course)
    enrolment = complete(professional, tree)
    accounts.erase(person=professional)
    assert (award(enrolment), issue_missing(), Credential.objects.count()) == ([], 0, 0)


def test_an_archived_course_still_awards_what_was_earned(professional):
    tree = course_tree(title="Ancienne formation")
    definition(tree.course)
    enrolment = complete(professional, tree)
    tree.course.refresh_from_db()
    tree.course.unpublish()
    assert award(enrolment)[0].snapshot["training"]["title"] == "Ancienne formation"


def test_a_withdrawn_definition_awards_only_what_was_completed_before(professional, lead):
    tree = course_tree()
    one = definition(tree.course)
    before = complete(professional, tree, at=datetime.now(UTC) - timedelta(hours=1))
    withdraw_definition(definition=one)
    after = complete(lead, tree, at=datetime.now(UTC) + timedelta(hours=1))
    assert (len(award(before)), award(after)) == (1, [])


def test_a_definition_awards_from_its_date(professional):
    tree = course_tree()
    definition(tree.course, applies_from=date(2026, 2, 1))
    assert award(complete(professional, tree, at=JANUARY)) == []


def test_the_words_are_those_in_force_when_it_was_earned(professional):
    tree = course_tree()
    with travel(JANUARY - timedelta(days=30)):
        one = definition(tree.course)
    enrolment = complete(professional, tree, at=JANUARY)
    one.title = "Un autre titre"
    one.save()
    assert publish_definition(definition=one).number == 2
    awarded = award(enrolment)[0]
    assert (awarded.snapshot["title"], awarded.version.number) == ("Attestation de suivi", 1)


def test_the_same_words_make_no_version(professional):
    tree = course_tree()
    one = definition(tree.course)
    assert publish_definition(definition=one).number == 1
    provider(address="2 rue Neuve\n50000 Saint-Lô")
    assert one.versions.count() == 2


def test_a_clock_set_back_makes_nothing_older_than_what_it_states(professional):
    tree = course_tree()
    definition(tree.course)
    enrolment = complete(professional, tree, at=JANUARY)
    with travel(JANUARY - timedelta(days=400)):
        [awarded] = award(enrolment)
    assert (awarded.issued_at, awarded.valid_from) == (JANUARY, date(2026, 1, 15))


def test_a_path_is_awarded_once_all_of_it_is_done(professional):
    first, second = course_tree(title="Un"), course_tree(title="Deux")
    definition(first.course, second.course, path="all")
    one = complete(professional, first, at=JANUARY)
    assert award(one) == []
    two = complete(professional, second, at=JANUARY + timedelta(days=3))
    [awarded] = award(two)
    assert award(one) == []
    assert awarded.snapshot["training"]["title"] == "Un ; Deux"
    assert (awarded.snapshot["training"]["starts_on"], awarded.snapshot["training"]["ends_on"]) == (
        "2026-01-15",
        "2026-01-18",
    )


def test_two_definitions_of_one_course_are_both_awarded(professional):
    tree = course_tree()
    definition(tree.course)
    definition(tree.course, title="Attestation de fin de formation", kind="attestation_fin_formation")
    assert len(award(complete(professional, tree))) == 2


def test_an_extension_event_needs_its_day(professional):
    awarded = credential(professional, validity_months=12)
    with pytest.raises(IntegrityError), transaction.atomic():
        CredentialEvent.objects.create(credential=awarded, kind="extended")
