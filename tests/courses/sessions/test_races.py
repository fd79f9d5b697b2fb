"""Two real connections at the same instant."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cms.accounts.models import User
from courses.enums import EnrolmentSource
from courses.models import Attempt
from courses.services import enrol, publish_version
from courses.sessions.errors import AlreadySigned, NothingToCountersign, SessionCancelled, SessionFull, SessionSigned
from courses.sessions.models import Attendance, HalfDay, Registration, TrainingSession
from courses.sessions.services import cancel, countersign, join, mark_absent, register, sign
from tests.courses.test_races import together as together  # a fixture
from tests.factories.accounts import UserFactory
from tests.factories.courses import CourseTree, course_tree
from tests.factories.sessions import session_step, training_session

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tree() -> CourseTree:
    return course_tree(lessons=1, quizzes=0)


def under_way(tree: CourseTree, trainer: User, *people: User, **values: object) -> tuple[TrainingSession, HalfDay]:
    """A session whose only half-day has begun, whatever the time is."""
    today = timezone.localtime()
    session = training_session(tree.course, trainer, halves=(), planned_minutes=60, **values)
    began = today - timedelta(hours=2)
    day = began.date()
    ends = (
        began + timedelta(minutes=30)
        if (began + timedelta(minutes=30)).date() == day
        else began.replace(minute=59, second=59)
    )
    half = HalfDay.objects.create(session=session, on=day, part="matin", starts_at=began.time(), ends_at=ends.time())
    for person in people:
        register(session=session, person=person)
    return session, half


def test_the_last_seat_is_taken_once(together, tree: CourseTree, trainer: User) -> None:
    session = training_session(tree.course, trainer, day=timezone.localdate() + timedelta(days=7), capacity=2)
    people = [UserFactory() for _ in range(6)]
    for person in people:
        enrol(person=person, course=tree.course, source=EnrolmentSource.SELF)
    found = together(*[lambda person=person: join(session=session, person=person) for person in people])
    assert sum(isinstance(one, SessionFull) for one in found) == 4
    assert Registration.objects.open().count() == 2


def test_a_place_asked_for_from_two_tabs_is_one(together, tree: CourseTree, trainer: User) -> None:
    session = training_session(tree.course, trainer, day=timezone.localdate() + timedelta(days=7))
    person = UserFactory()
    found = together(*[lambda: register(session=session, person=person)] * 4)
    assert len({one.pk for one in found}) == Registration.objects.count() == 1


def test_two_signatures_are_one(together, tree: CourseTree, trainer: User) -> None:
    person = UserFactory()
    _session, half = under_way(tree, trainer, person)
    found = together(*[lambda: sign(person=person, half_day=half)] * 4)
    assert len({one.pk for one in found}) == Attendance.objects.count() == 1


def test_signing_while_the_session_is_cancelled_is_one_or_the_other(together, tree: CourseTree, trainer: User) -> None:
    for _ in range(4):
        person = UserFactory()
        session, half = under_way(tree, trainer, person)
        signed, cancelled = together(
            lambda person=person, half=half: sign(person=person, half_day=half),
            lambda session=session: cancel(session=session, by=trainer, reason="Neige."),
        )
        session.refresh_from_db()
        is_signed = Attendance.objects.filter(half_day=half).exists()
        assert is_signed != session.is_cancelled
        refusal = cancelled if is_signed else signed
        assert isinstance(refusal, SessionSigned if is_signed else SessionCancelled)


def test_signing_while_noted_absent_is_one_or_the_other(together, tree: CourseTree, trainer: User) -> None:
    person = UserFactory()
    session, half = under_way(tree, trainer, person)
    place = Registration.objects.get(session=session)
    signed, noted = together(
        lambda: sign(person=person, half_day=half),
        lambda: mark_absent(trainer=trainer, half_day=half, registrations=[place]),
    )
    row = Attendance.objects.get()
    assert row.is_absent == (row.signed_at is None)
    assert isinstance(noted, AlreadySigned) == (row.signed_at is not None)
    assert isinstance(signed, Exception) == row.is_absent


def test_two_countersignatures_complete_the_step_once(together, tree: CourseTree, trainer: User) -> None:
    step = session_step(tree.modules[0])
    publish_version(course=tree.course)
    people = [UserFactory() for _ in range(3)]
    for person in people:
        enrol(person=person, course=tree.course, source=EnrolmentSource.SELF)
    _session, half = under_way(tree, trainer, *people, step=step)
    for person in people:
        sign(person=person, half_day=half)
    found = together(*[lambda: countersign(trainer=trainer, half_day=half)] * 3)
    assert sorted(str(type(one).__name__) for one in found) == ["NothingToCountersign"] * 2 + ["int"]
    assert not [one for one in found if isinstance(one, Exception) and not isinstance(one, NothingToCountersign)]
    assert Attempt.objects.filter(step_key=step.step_key).count() == 3
