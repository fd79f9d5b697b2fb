"""A step of a course that attending a session completes."""

import pytest

from cms.accounts.models import User
from courses.enums import EnrolmentSource, Status
from courses.models import Attempt, Enrolment, StepState
from courses.services import enrol, publish_version, record_attempt
from courses.sessions.enums import CorrectionKind
from courses.sessions.models import Attendance, TrainingSession
from courses.sessions.services import correct, countersign, keep_planning, register, sign
from tests.courses.sessions.conftest import Clock
from tests.factories.accounts import UserFactory
from tests.factories.courses import CourseTree
from tests.factories.sessions import MORNING, at, session_step, training_session
from tests.interview_toolkit.test_observations import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def step(tree: CourseTree):
    page = session_step(tree.modules[0])
    publish_version(course=tree.course)
    return page


@pytest.fixture
def enrolment(clock: Clock, tree: CourseTree, step, professional: User) -> Enrolment:
    return enrol(person=professional, course=tree.course, source=EnrolmentSource.SELF)


def attend(person: User, session: TrainingSession, clock: Clock, trainer: User) -> None:
    for half in session.halves:
        clock(half.begins)
        sign(person=person, half_day=half)
        countersign(trainer=trainer, half_day=half)


def completed(enrolment: Enrolment, step) -> bool:
    return StepState.objects.filter(enrolment=enrolment, step_key=step.step_key, status="completed").exists()


def test_its_rule_is_in_the_version(enrolment: Enrolment, step) -> None:
    entry = enrolment.version.step(step.step_key)
    assert (entry["kind"], entry["rule"]) == ("session", "attended")


def test_it_is_done_when_every_half_day_is_countersigned(
    clock: Clock, tree: CourseTree, enrolment: Enrolment, step, professional: User, trainer: User
) -> None:
    session = training_session(tree.course, trainer, step=step, people=(professional,))
    morning, afternoon = session.halves
    clock(at(14))
    for half in (morning, afternoon):
        sign(person=professional, half_day=half)
        assert not completed(enrolment, step)
    countersign(trainer=trainer, half_day=afternoon)
    assert not completed(enrolment, step)
    countersign(trainer=trainer, half_day=morning)
    assert completed(enrolment, step)
    record_attempt(enrolment=enrolment, step_key=tree.lessons[0].step_key, idempotency_key="lu", passed=True)
    assert Enrolment.objects.get(pk=enrolment.pk).state.status == Status.COMPLETED
    assert Attempt.objects.filter(step_key=step.step_key).count() == 1


def test_a_second_session_of_the_same_step_adds_nothing(
    clock: Clock, tree: CourseTree, enrolment: Enrolment, step, professional: User, trainer: User
) -> None:
    for day in (10, 11):
        session = training_session(
            tree.course,
            trainer,
            step=step,
            people=(professional,),
            day=at(9).date().replace(day=day),
            halves=(MORNING,),
        )
        attend(professional, session, clock, trainer)
    assert Attempt.objects.filter(step_key=step.step_key).count() == 1


def test_halves_of_two_sessions_do_not_make_one(
    clock: Clock, tree: CourseTree, enrolment: Enrolment, step, professional: User, trainer: User
) -> None:
    for day, at_half in ((10, 0), (11, 1)):
        session = training_session(
            tree.course, trainer, step=step, people=(professional,), day=at(9).date().replace(day=day)
        )
        half = session.halves[at_half]
        clock(half.begins)
        sign(person=professional, half_day=half)
        countersign(trainer=trainer, half_day=half)
    assert not completed(enrolment, step)


def test_a_voided_half_day_does_not_complete_it_until_it_is_restored(
    clock: Clock, tree: CourseTree, enrolment: Enrolment, step, professional: User, trainer: User
) -> None:
    session = training_session(tree.course, trainer, step=step, people=(professional,))
    morning, afternoon = session.halves
    clock(at(9))
    sign(person=professional, half_day=morning)
    countersign(trainer=trainer, half_day=morning)
    wrong = Attendance.objects.get()
    correct(by=trainer, attendance=wrong, kind=CorrectionKind.VOIDED, reason="Pas là.")
    clock(at(14))
    sign(person=professional, half_day=afternoon)
    countersign(trainer=trainer, half_day=afternoon)
    assert not completed(enrolment, step)
    correct(by=trainer, attendance=wrong, kind=CorrectionKind.RESTORED, reason="Si, elle était là.")
    assert completed(enrolment, step)


def test_a_session_attached_afterwards_completes_it(
    clock: Clock, tree: CourseTree, enrolment: Enrolment, step, professional: User, trainer: User
) -> None:
    session = training_session(tree.course, trainer, people=(professional,))
    attend(professional, session, clock, trainer)
    assert not completed(enrolment, step)
    session.step = step
    session.save()
    keep_planning(session=session)
    assert completed(enrolment, step)


def test_someone_not_enrolled_or_in_another_version_is_countersigned_all_the_same(
    clock: Clock, tree: CourseTree, trainer: User, professional: User
) -> None:
    early = enrol(person=professional, course=tree.course, source=EnrolmentSource.SELF)
    step = session_step(tree.modules[0])
    publish_version(course=tree.course)
    stranger = UserFactory()
    session = training_session(tree.course, trainer, step=step, people=(professional, stranger), halves=(MORNING,))
    clock(at(10))
    for person in (professional, stranger):
        sign(person=person, half_day=session.halves[0])
    assert countersign(trainer=trainer, half_day=session.halves[0]) == 2
    assert not Attempt.objects.filter(enrolment=early).exists()


def test_its_page_says_the_next_gesture(
    sign_in, clock: Clock, tree: CourseTree, enrolment: Enrolment, step, professional: User, trainer: User
) -> None:
    client = sign_in(professional)
    url = step.get_url()
    assert "Aucune séance n'est encore ouverte" in text(client.get(url))
    session = training_session(tree.course, trainer, step=step, halves=(MORNING,))
    assert "Choisissez une séance" in text(client.get(url))
    register(session=session, person=professional)
    assert "Ouvrir ma séance" in text(client.get(url))
    attend(professional, session, clock, trainer)
    assert "Cette étape est validée." in text(client.get(url))
