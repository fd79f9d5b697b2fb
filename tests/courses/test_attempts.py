"""One finished attempt, stored once, and everything that follows from it in the same transaction."""

from uuid import uuid4

import pytest

from cms.roadmap.models import Evidence
from courses.enums import Status
from courses.errors import IdempotencyKeyReused, StepNotInVersion
from courses.models import Attempt, Enrolment, EnrolmentState, StepState
from courses.services import enrol, finish_lesson, recompute, record_attempt
from courses.signals import course_completed
from tests.courses.helpers import finish, stored
from tests.factories.courses import course_tree, theme

pytestmark = pytest.mark.django_db


@pytest.fixture
def completions():
    heard: list[int] = []

    def listen(enrolment_id, **kwargs):
        heard.append(enrolment_id)

    course_completed.connect(listen)
    yield heard
    course_completed.disconnect(listen)


def test_progress_step_by_step(professional):
    tree = course_tree(lessons=2, quizzes=1)
    enrolment = enrol(person=professional, course=tree.course, source="self")
    seen = []
    for step, passed in [(tree.lessons[0], True), (tree.quizzes[0], False), (tree.quizzes[0], True)]:
        finish(enrolment, step, passed=passed, score=2 if passed else 1, max_score=3)
        state = EnrolmentState.objects.get(pk=enrolment.pk)
        seen.append((state.done, state.percent, state.status))
    assert seen == [(1, 33, "in_progress"), (1, 33, "in_progress"), (2, 66, "in_progress")]
    quiz = StepState.objects.get(step_key=tree.quizzes[0].step_key)
    assert (quiz.status, float(quiz.best_score), quiz.attempts_count) == ("completed", 66.67, 2)


def test_the_same_key_changes_nothing(professional):
    tree = course_tree()
    enrolment = enrol(person=professional, course=tree.course, source="self")
    first = finish(enrolment, tree.lessons[0], idempotency_key="double-clic")
    before = stored(enrolment)
    assert finish(enrolment, tree.lessons[0], idempotency_key="double-clic") == first
    assert (stored(enrolment), Attempt.objects.count()) == (before, 1)


def test_a_key_serves_one_step_of_one_enrolment(professional, lead):
    tree = course_tree()
    mine, other = (enrol(person=person, course=tree.course, source="self") for person in (professional, lead))
    finish(mine, tree.lessons[0], idempotency_key="à-moi")
    for enrolment, step in [(mine, tree.lessons[1]), (other, tree.lessons[0])]:
        with pytest.raises(IdempotencyKeyReused):
            finish(enrolment, step, idempotency_key="à-moi")
    assert Attempt.objects.count() == 1


def test_a_step_the_version_does_not_ask_is_refused(professional):
    tree = course_tree()
    enrolment = enrol(person=professional, course=tree.course, source="self")
    with pytest.raises(StepNotInVersion):
        record_attempt(enrolment=enrolment, step_key=uuid4(), idempotency_key="x", passed=True)


def test_completion_brings_evidence_and_is_told_once(professional, completions, django_capture_on_commit_callbacks):
    tree = course_tree(lessons=1, quizzes=1, themes=(theme("PRO-01"), theme("SEC-01", "Accueil")))
    enrolment = enrol(person=professional, course=tree.course, source="self")
    with django_capture_on_commit_callbacks(execute=True):
        finish(enrolment, tree.lessons[0])
        finish(enrolment, tree.quizzes[0])
        finish(enrolment, tree.quizzes[0])
        finish(enrolment, tree.lessons[0])
    completed_at = EnrolmentState.objects.get(pk=enrolment.pk).completed_at
    assert completions == [enrolment.pk]
    assert list(
        Evidence.objects.order_by("theme__code").values_list("theme__code", "kind", "source", "recorded_at")
    ) == [
        ("PRO-01", "trained", f"enrolment:{enrolment.pk}", completed_at),
        ("SEC-01", "trained", f"enrolment:{enrolment.pk}", completed_at),
    ]


def test_completion_by_withdrawal_brings_the_same(professional, completions, django_capture_on_commit_callbacks):
    tree = course_tree(lessons=2, quizzes=0, themes=(theme(),))
    enrolment = enrol(person=professional, course=tree.course, source="self")
    finish(enrolment, tree.lessons[0])
    with django_capture_on_commit_callbacks(execute=True):
        tree.lessons[1].unpublish()
    assert completions == [enrolment.pk]
    assert Evidence.objects.get().kind == "trained"


def test_a_write_is_five_queries_and_no_more_with_a_long_course(professional, django_assert_num_queries):
    tree = course_tree(modules=3, lessons=3, quizzes=1, themes=(theme(),))
    enrolment = enrol(person=professional, course=tree.course, source="self")
    for step in tree.steps:
        mine = Enrolment.objects.select_related("version", "person").get(pk=enrolment.pk)
        # savepoint, lock, store, state, release; the manifest, once per process; evidence with the last
        with django_assert_num_queries(6 if step in (tree.steps[0], tree.steps[-1]) else 5):
            record_attempt(enrolment=mine, step_key=step.step_key, idempotency_key=str(uuid4()), passed=True)
    assert EnrolmentState.objects.get(pk=enrolment.pk).status == Status.COMPLETED
    assert recompute([enrolment.pk]) == []


def test_a_state_lost_is_written_again(professional):
    tree = course_tree()
    enrolment = enrol(person=professional, course=tree.course, source="self")
    EnrolmentState.objects.all().delete()
    finish(enrolment, tree.lessons[0])
    assert EnrolmentState.objects.get(pk=enrolment.pk).done == 1


def test_a_lesson_finished_again_from_another_tab_is_the_first_attempt(professional):
    tree = course_tree()
    enrolment = enrol(person=professional, course=tree.course, source="self")
    lesson = tree.lessons[0].step_key
    first, again = (finish_lesson(enrolment=enrolment, step_key=lesson, key=uuid4()) for _tab in range(2))
    assert again == first
    assert (Attempt.objects.count(), StepState.objects.get().attempts_count) == (1, 1)
