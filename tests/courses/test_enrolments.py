"""Who may enrol, once, and again."""

import pytest
from django.utils import timezone

from courses.enums import ClosingReason, Status
from courses.errors import CourseNotOpen, EnrolmentClosed, EnrolmentNotCompleted, PrerequisitesMissing
from courses.models import Enrolment, EnrolmentState, Prerequisite
from courses.services import enrol, recompute, retake
from tests.courses.helpers import finish, published
from tests.factories.courses import add_lesson, course_tree

pytestmark = pytest.mark.django_db


def test_enrolling_pins_the_latest_version_and_the_organisation(professional, organisation):
    tree = course_tree()
    enrolment = enrol(person=professional, course=tree.course, source="self")
    assert (enrolment.cycle, enrolment.version, enrolment.organisation_at_start) == (1, tree.version, organisation)
    state = EnrolmentState.objects.get(pk=enrolment.pk)
    assert (state.status, state.required, state.done, state.percent) == (Status.NOT_STARTED, 3, 0, 0)


def test_enrolling_twice_is_once(professional):
    tree = course_tree()
    first = enrol(person=professional, course=tree.course, source="self")
    assert enrol(person=professional, course=tree.course, source="lead") == first
    assert Enrolment.objects.count() == 1


def test_a_missing_prerequisite_is_named(professional):
    first, second = course_tree(title="D'abord", lessons=1, quizzes=0), course_tree(title="Ensuite")
    Prerequisite.objects.create(page=second.course, course=first.course)
    with pytest.raises(PrerequisitesMissing) as refusal:
        enrol(person=professional, course=second.course, source="self")
    assert refusal.value.courses == [first.course]
    assert "« D'abord »" in str(refusal.value)

    finish(enrol(person=professional, course=first.course, source="self"), first.lessons[0])
    assert enrol(person=professional, course=second.course, source="self").cycle == 1


def test_a_prerequisite_completed_in_an_earlier_cycle_still_counts(professional):
    first, second = course_tree(title="D'abord", lessons=1, quizzes=0), course_tree(title="Ensuite")
    Prerequisite.objects.create(page=second.course, course=first.course)
    enrolment = enrol(person=professional, course=first.course, source="self")
    finish(enrolment, first.lessons[0])
    retake(enrolment=enrolment)
    assert enrol(person=professional, course=second.course, source="self")


def test_a_prerequisite_no_longer_published_blocks_nobody(professional):
    first, second = course_tree(title="D'abord"), course_tree(title="Ensuite")
    Prerequisite.objects.create(page=second.course, course=first.course)
    first.course.unpublish()
    assert enrol(person=professional, course=second.course, source="self")


def test_a_course_not_live_is_closed(professional):
    tree = course_tree()
    tree.course.unpublish()
    with pytest.raises(CourseNotOpen):
        enrol(person=professional, course=tree.course, source="self")


def test_a_course_that_asks_nothing_is_closed(professional):
    tree = course_tree(lessons=1, quizzes=0)
    tree.lessons[0].is_required = False
    published(tree.lessons[0])
    with pytest.raises(CourseNotOpen):
        enrol(person=professional, course=tree.course, source="self")


def test_retaking_keeps_the_first_cycle_whole(professional):
    tree = course_tree(lessons=1, quizzes=0)
    first = enrol(person=professional, course=tree.course, source="self")
    finish(first, tree.lessons[0])
    published(add_lesson(tree.modules[0], "Nouvelle", live=False))

    second = retake(enrolment=first)

    first.refresh_from_db()
    assert (first.closing_reason, first.state.status, first.attempts.count()) == (
        ClosingReason.RETAKEN,
        Status.COMPLETED,
        1,
    )
    assert (second.cycle, second.version.number, second.state.status) == (2, 2, Status.NOT_STARTED)
    with pytest.raises(EnrolmentNotCompleted):
        retake(enrolment=second)


def test_retaking_twice_is_once_and_closed_for_another_reason_is_refused(professional):
    tree = course_tree(lessons=1, quizzes=0)
    first = enrol(person=professional, course=tree.course, source="self")
    finish(first, tree.lessons[0])
    second = retake(enrolment=first)
    assert retake(enrolment=first) == second
    finish(second, tree.lessons[0])
    assert retake(enrolment=first) == second
    assert Enrolment.objects.count() == 2

    Enrolment.objects.filter(pk=second.pk).update(closed_at=timezone.now(), closing_reason=ClosingReason.WITHDRAWN)
    with pytest.raises(EnrolmentClosed):
        retake(enrolment=second)


def test_a_closed_enrolment_no_longer_moves(professional):
    tree = course_tree(lessons=1, quizzes=0)
    first = enrol(person=professional, course=tree.course, source="self")
    attempt = finish(first, tree.lessons[0], idempotency_key="une-fois")
    retake(enrolment=first)
    with pytest.raises(EnrolmentClosed):
        finish(first, tree.lessons[0])
    assert finish(first, tree.lessons[0], idempotency_key="une-fois") == attempt
    assert recompute([first.pk]) == []
