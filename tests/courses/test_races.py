"""Two real connections at the same instant."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from cms.accounts.models import User
from courses.activities import Place
from courses.h5p.models import Content
from courses.h5p.services.results import record_statements
from courses.models import Attempt, CoursePage, Enrolment, EnrolmentState, StepState
from courses.services import enrol, finish_lesson, publish_version, recompute, record_attempt, retake
from tests.courses.h5p.helpers import imported, item, opened, post
from tests.courses.h5p.test_results import points
from tests.factories.accounts import UserFactory
from tests.factories.courses import add_lesson, course_tree, interactive

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def together() -> Iterator[Callable[..., list[Any]]]:
    """Run functions at once, each on its own connection; return what they return or raise."""

    def _together(*functions: Callable[[], Any]) -> list[Any]:
        barrier = Barrier(len(functions))

        def run(function: Callable[[], Any]) -> Any:
            try:
                barrier.wait()
                return function()
            except Exception as error:
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(run, functions))

    yield _together


@pytest.fixture
def person() -> User:
    return UserFactory()


def test_enrolling_from_two_tabs_is_once(together, person):
    tree = course_tree()
    found = together(*[lambda: enrol(person=person, course=tree.course, source="self")] * 4)
    assert len({enrolment.pk for enrolment in found}) == 1
    assert Enrolment.objects.count() == 1


def test_retaking_from_two_tabs_opens_one_cycle(together, person):
    tree = course_tree(lessons=1, quizzes=0)
    first = enrol(person=person, course=tree.course, source="self")
    record_attempt(enrolment=first, step_key=tree.lessons[0].step_key, idempotency_key="a", passed=True)
    found = together(*[lambda: retake(enrolment=Enrolment.objects.get(pk=first.pk))] * 3)
    assert found == [Enrolment.objects.get(cycle=2)] * 3
    assert list(Enrolment.objects.order_by("cycle").values_list("cycle", flat=True)) == [1, 2]


def test_a_double_click_is_one_attempt(together, person):
    tree = course_tree()
    enrolment = enrol(person=person, course=tree.course, source="self")

    def click() -> Attempt:
        mine = Enrolment.objects.get(pk=enrolment.pk)
        return record_attempt(enrolment=mine, step_key=tree.lessons[0].step_key, idempotency_key="k", passed=True)

    found = together(*[click] * 4)
    assert len({attempt.pk for attempt in found}) == 1
    assert (Attempt.objects.count(), StepState.objects.get().attempts_count) == (1, 1)


def test_a_lesson_finished_from_four_tabs_is_one_attempt(together, person):
    tree = course_tree()
    enrolment = enrol(person=person, course=tree.course, source="self")

    def click() -> Attempt:
        mine = Enrolment.objects.get(pk=enrolment.pk)
        return finish_lesson(enrolment=mine, step_key=tree.lessons[0].step_key, key=uuid4())

    found = together(*[click] * 4)
    assert len({attempt.pk for attempt in found}) == 1
    assert (Attempt.objects.count(), StepState.objects.get().attempts_count) == (1, 1)


def test_two_tabs_at_different_steps_lose_nothing(together, person):
    tree = course_tree(lessons=4, quizzes=0)
    enrolment = enrol(person=person, course=tree.course, source="self")

    def finish(step: Any) -> Callable[[], Attempt]:
        return lambda: record_attempt(
            enrolment=Enrolment.objects.get(pk=enrolment.pk),
            step_key=step.step_key,
            idempotency_key=str(uuid4()),
            passed=True,
        )

    together(*[finish(step) for step in tree.lessons])
    assert EnrolmentState.objects.get(pk=enrolment.pk).percent == 100
    assert recompute([enrolment.pk]) == []


def test_publishing_while_people_enrol_and_learn_leaves_no_drift(together, person):
    tree = course_tree(lessons=3, quizzes=0)
    others = [UserFactory() for _ in range(2)]
    enrolment = enrol(person=person, course=tree.course, source="self")

    def finish(step: Any) -> Callable[[], Attempt]:
        return lambda: record_attempt(
            enrolment=Enrolment.objects.get(pk=enrolment.pk),
            step_key=step.step_key,
            idempotency_key=str(uuid4()),
            passed=True,
        )

    found = together(
        finish(tree.lessons[0]),
        finish(tree.lessons[1]),
        lambda: tree.lessons[2].unpublish(),
        lambda: enrol(person=others[0], course=tree.course, source="self"),
        lambda: enrol(person=others[1], course=tree.course, source="self"),
    )
    assert [answer for answer in found if isinstance(answer, Exception)] == []
    assert EnrolmentState.objects.get(pk=enrolment.pk).percent == 100
    assert recompute(list(Enrolment.objects.values_list("pk", flat=True)), is_dry=True) == []


def test_publishing_twice_at_once_makes_one_version(together):
    tree = course_tree()
    add_lesson(tree.modules[0], "Nouvelle")
    together(*[lambda: publish_version(course=CoursePage.objects.get(pk=tree.course.pk))] * 3)
    assert sorted(tree.course.versions.values_list("number", flat=True)) == [1, 2]


def test_two_activities_that_end_at_once_complete_their_lesson_once(together, person, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    blocks = [interactive(imported()), interactive(imported())]
    tree = course_tree(lessons=0, quizzes=0)
    lesson = add_lesson(tree.modules[0], "Trier", body=blocks)
    publish_version(course=tree.course)
    enrolment = enrol(person=person, course=tree.course, source="self")
    registrations = [
        opened(person, one, str(Place(enrolment.pk, lesson.step_key, block["id"])))
        for block in blocks
        for one in [Content.objects.get(pk=block["value"]["content"])]
    ]
    together(
        *[
            lambda mine=mine: record_statements(
                registration=mine, payload=post(item(mine, 1, "completed", score=points(8)))
            )
            for mine in registrations
        ]
    )
    assert list(Attempt.objects.order_by("pk").values_list("passed", flat=True)) == [False, True]
    assert (StepState.objects.get().status, EnrolmentState.objects.get().percent) == ("completed", 100)
