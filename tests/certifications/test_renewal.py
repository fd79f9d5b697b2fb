"""What renews a credential: the same course, a shorter one, or some of its steps; opened once, whoever asks."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone
from time_machine import travel

from certifications.errors import NotRenewable, RenewalEarned, RenewedAlready
from certifications.models import Credential
from certifications.services import (
    correct,
    extend,
    forget_holder,
    issue_for,
    open_renewal,
    revoke,
    withdraw_definition,
)
from certifications.services.renewal import renewal_under_way
from cms.accounts import services as accounts
from cms.accounts.queries import Name
from courses.errors import CourseNotOpen, PrerequisitesMissing
from courses.models import Enrolment, Prerequisite
from courses.services import enrol, open_next_cycle
from tests.certifications.test_races import together
from tests.factories.accounts import UserFactory
from tests.factories.certifications import complete, credential, definition, do_steps
from tests.factories.courses import course_tree

pytestmark = pytest.mark.django_db

YEARS_AGO = datetime(2024, 12, 20, 9, tzinfo=UTC)  # ends on the 20th of December 2026
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_the_window():
    with travel(NOW, tick=True):
        yield


def letters() -> list[tuple[str, str]]:
    return [(one.to[0], one.subject) for one in mail.outbox]


def earned(person, tree=None, **values) -> Credential:
    """Earned two years ago; the letter that said so is put away."""
    held = credential(person, tree, at=YEARS_AGO, **{"validity_months": 24} | values)
    mail.outbox.clear()
    return held


def test_the_same_course_is_opened_again_and_renews(professional):
    held = earned(professional)
    enrolment = open_renewal(credential=held, source="coordination")
    assert (enrolment.course_id, enrolment.cycle, enrolment.source) == (held.enrolment.course_id, 2, "coordination")
    assert letters() == [
        (professional.email, "Votre inscription pour renouveler votre attestation : Attestation de suivi")
    ]
    do_steps(enrolment)
    [renewed] = issue_for(enrolment_id=enrolment.pk)
    assert (renewed.renews, renewed.valid_from) == (held, timezone.localdate())
    with pytest.raises(RenewedAlready):
        open_renewal(credential=held, source="coordination")


def test_asked_again_changes_nothing_and_tells_nothing(professional):
    held = earned(professional)
    first = open_renewal(credential=held, source="lead")
    assert renewal_under_way(held) == first
    assert open_renewal(credential=held, source="coordination") == first
    assert (Enrolment.objects.count(), len(letters())) == (2, 1)


def test_who_asks_for_oneself_has_no_mail(professional):
    open_renewal(credential=earned(professional), source="self")
    assert letters() == []


def test_who_already_began_again_is_left_alone(professional):
    tree = course_tree()
    held = earned(professional, tree)
    mine = open_next_cycle(person=professional, course=tree.course, source="self")
    assert open_renewal(credential=held, source="coordination") == mine
    assert letters() == []


def test_a_shorter_course_renews(professional):
    long, short = course_tree(title="Longue"), course_tree(title="Courte", lessons=1, quizzes=0)
    definition(long.course, renewal=(short.course,), renewal_path="courses", validity_months=24)
    held = earned(professional, long)
    enrolment = open_renewal(credential=held, source="coordination")
    assert (enrolment.course_id, enrolment.cycle) == (short.course.pk, 1)
    do_steps(enrolment)
    [renewed] = issue_for(enrolment_id=enrolment.pk)
    assert renewed.renews == held


def test_a_shorter_course_followed_too_early_is_opened_again(professional):
    long, short = course_tree(title="Longue"), course_tree(title="Courte", lessons=1, quizzes=0)
    definition(long.course, renewal=(short.course,), renewal_path="courses", validity_months=24)
    held = earned(professional, long)
    complete(professional, short, at=YEARS_AGO + timedelta(days=30))
    assert open_renewal(credential=held, source="coordination").cycle == 2


def test_some_steps_are_done_again_each_time(professional):
    tree = course_tree()
    definition(
        tree.course, renewal_path="steps", renewal_steps=[tree.quizzes[0].step_key], validity_months=24, window_days=366
    )
    held = earned(professional, tree)
    second = open_renewal(credential=held, source="coordination")
    do_steps(second, str(tree.quizzes[0].step_key))
    [renewed] = issue_for(enrolment_id=second.pk)
    assert renewed.renews == held
    with travel(datetime(2028, 12, 1, 9, tzinfo=UTC), tick=True):
        third = open_renewal(credential=renewed, source="coordination")
        assert (third.cycle, Enrolment.objects.get(pk=second.pk).closing_reason) == (3, "retaken")
        do_steps(third, str(tree.quizzes[0].step_key))
        [last] = issue_for(enrolment_id=third.pk)
        assert last.renews == renewed


def test_a_path_of_several_courses_is_opened_whole(professional):
    first, second = course_tree(title="Un"), course_tree(title="Deux")
    definition(first.course, second.course, path="all", validity_months=24)
    complete(professional, first, at=YEARS_AGO)
    [held] = issue_for(enrolment_id=complete(professional, second, at=YEARS_AGO).pk)
    begun = open_next_cycle(person=professional, course=first.course, source="self")
    do_steps(begun)
    assert renewal_under_way(held) is None
    enrolment = open_renewal(credential=held, source="coordination")
    assert (enrolment.course_id, enrolment.cycle) == (second.course.pk, 2)
    assert Enrolment.objects.filter(course=first.course).count() == 2
    do_steps(enrolment)
    [renewed] = issue_for(enrolment_id=enrolment.pk)
    assert renewed.renews == held


def test_an_archived_course_gives_way_to_another_that_leads_there(professional):
    old, new = course_tree(title="Ancienne"), course_tree(title="Nouvelle")
    definition(old.course, new.course, validity_months=24)
    held = earned(professional, old)
    old.course.refresh_from_db()
    old.course.unpublish()
    assert open_renewal(credential=held, source="coordination").course_id == new.course.pk


def test_an_archived_course_alone_says_no(professional):
    tree = course_tree()
    held = earned(professional, tree)
    tree.course.refresh_from_db()
    tree.course.unpublish()
    with pytest.raises(CourseNotOpen):
        open_renewal(credential=held, source="coordination")
    assert Enrolment.objects.get().closed_at is None


def test_what_a_shorter_course_asks_before_it_is_asked(professional):
    long, short, before = course_tree(title="Longue"), course_tree(title="Courte"), course_tree(title="Avant")
    definition(long.course, renewal=(short.course,), renewal_path="courses", validity_months=24)
    Prerequisite.objects.create(page=short.course, course=before.course)
    with pytest.raises(PrerequisitesMissing):
        open_renewal(credential=earned(professional, long), source="coordination")


def test_what_is_finished_and_not_yet_awarded_is_not_opened_again(professional):
    tree = course_tree()
    held = earned(professional, tree)
    do_steps(open_next_cycle(person=professional, course=tree.course, source="self"))
    with pytest.raises(RenewalEarned):
        open_renewal(credential=held, source="coordination")


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("revoked", "a été retirée"),
        ("superseded", "a été remplacée"),
        ("erased", "Le compte de cette personne est fermé."),
        ("inactive", "Le compte de cette personne est fermé."),
        ("withdrawn", "n'est plus délivrée"),
        ("endless", "n'a pas de fin"),
        ("early", "à partir du 21 septembre 2027"),
    ],
)
def test_what_cannot_be_renewed_says_why(what, sentence, professional, coordinator):
    months = {"endless": None, "early": 36}.get(what, 24)
    held = earned(professional, validity_months=months)
    if what == "revoked":
        revoke(credential=held, author=coordinator, reason="Erreur")
    elif what == "superseded":
        correct(credential=held, author=coordinator, reason="Faute", name=Name("Claire", "Martel"))
    elif what == "erased":
        accounts.erase(person=professional)
        forget_holder(person=professional)
    elif what == "inactive":
        accounts.deactivate(person=professional)
    elif what == "withdrawn":
        withdraw_definition(definition=held.definition)
    with pytest.raises(NotRenewable, match=sentence):
        open_renewal(credential=held, source="coordination")
    assert Enrolment.objects.count() == 1


def test_the_holder_is_told_in_plain_words_of_what_is_done_to_it(professional, coordinator):
    held = earned(professional)
    extend(credential=held, author=coordinator, until=held.valid_until + timedelta(days=31), reason="Session reportée")
    other = correct(credential=held, author=coordinator, reason="Nom mal écrit", name=Name("Claire", "Martel"))
    revoke(credential=other, author=coordinator, reason="Délivrée par erreur")
    bodies = [one.body for one in mail.outbox]
    assert [subject.split(" :")[0] for _to, subject in letters()] == [
        "Votre attestation est prolongée",
        "Votre attestation est corrigée",
        "Votre attestation est retirée",
    ]
    assert "jusqu'au 20 janvier 2027 inclus" in bodies[0] and "Session reportée" in bodies[0]
    assert str(other.public_id) in bodies[1] and "Nom mal écrit" in bodies[1]
    assert "Délivrée par erreur" in bodies[2]


@pytest.mark.django_db(transaction=True)
def test_ten_who_ask_at_once_open_one():
    held = earned(UserFactory())
    found = together(lambda: open_renewal(credential=held, source="coordination"), 10)
    assert len({enrolment.pk for enrolment in found}) == 1
    assert (Enrolment.objects.count(), len(letters())) == (2, 1)


def test_an_enrolment_opened_for_someone_is_left_open_when_there_was_none(professional):
    tree = course_tree()
    opened = open_next_cycle(person=professional, course=tree.course, source="lead")
    assert enrol(person=professional, course=tree.course, source="self") == opened
