"""Who is in which course, and where they stopped."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from cms.accounts.models import Membership, User
from cms.core.rows import prepared_cursor
from courses.enums import ClosingReason, EnrolmentSource, Status
from courses.errors import CourseNotOpen, EnrolmentClosed, EnrolmentNotCompleted, PrerequisitesMissing
from courses.models import CoursePage, Enrolment
from courses.progress import progress_of
from courses.services.states import state_from

# Written out: each lesson opened makes it.
VISIT = "UPDATE courses_enrolmentstate SET last_step_key = %s WHERE enrolment_id = %s"


@transaction.atomic
def enrol(*, person: User, course: CoursePage, source: EnrolmentSource | str, due_on: date | None = None) -> Enrolment:
    """Enrol a person in the latest version of a course; return the open enrolment if there is one already.

    Raises CourseNotOpen, or PrerequisitesMissing with the courses to complete first.
    """
    course = _lock(course)
    existing = Enrolment.objects.of(person).open().filter(course=course).first()
    if existing is not None:
        return existing
    if missing := CoursePage.objects.missing_for(person, course):
        raise PrerequisitesMissing(missing)
    return _open_cycle(person=person, course=course, source=source, due_on=due_on)


@transaction.atomic
def retake(*, enrolment: Enrolment) -> Enrolment:
    """Close a completed enrolment, which stays whole, and open the next cycle in the latest version.

    Asked twice for the same enrolment, returns the cycle opened the first time. Raises EnrolmentNotCompleted,
    EnrolmentClosed or CourseNotOpen.
    """
    course = _lock(enrolment.course)
    enrolment = Enrolment.objects.select_for_update(of=("self",), no_key=True).get(pk=enrolment.pk)
    if enrolment.closing_reason == ClosingReason.RETAKEN:
        return Enrolment.objects.get(person=enrolment.person_id, course=course, cycle=enrolment.cycle + 1)
    if enrolment.closed_at is not None:
        raise EnrolmentClosed
    if enrolment.state.completed_at is None:
        raise EnrolmentNotCompleted
    _close_for_another(enrolment)
    return _open_cycle(person=enrolment.person, course=course, source=EnrolmentSource.SELF, due_on=None)


@transaction.atomic
def open_next_cycle(
    *, person: User, course: CoursePage, source: EnrolmentSource | str, due_on: date | None = None
) -> Enrolment:
    """Open the next cycle of a course on behalf of a person; the open enrolment, completed or not, is closed whole.

    Whoever calls answers for its being right to leave what was under way. Raises CourseNotOpen.
    """
    course = _lock(course)
    for enrolment in Enrolment.objects.of(person).open().filter(course=course).select_for_update(no_key=True):
        _close_for_another(enrolment)
    return _open_cycle(person=person, course=course, source=source, due_on=due_on)


def visit_step(*, enrolment: Enrolment, step_key: UUID | str) -> None:
    """Remember where the reader is, to resume there; writes only when it changes."""
    if enrolment.closed_at is None and str(enrolment.state.last_step_key) != str(step_key):
        with prepared_cursor() as cursor:
            cursor.execute(VISIT, [step_key, enrolment.pk])


def _close_for_another(enrolment: Enrolment) -> None:
    enrolment.closed_at = timezone.now()
    enrolment.closing_reason = ClosingReason.RETAKEN
    enrolment.save(update_fields=["closed_at", "closing_reason"])


def _lock(course: CoursePage) -> CoursePage:
    """Lock the course: publishing a version and enrolling in it take turns, so do two enrolments of one person."""
    return CoursePage.objects.select_for_update(of=("self",), no_key=True).get(pk=course.pk)


def _open_cycle(*, person: User, course: CoursePage, source: EnrolmentSource | str, due_on: date | None) -> Enrolment:
    version = course.versions.order_by("-number").first()
    if not course.live or version is None:
        raise CourseNotOpen
    progress = progress_of(version.manifest, [])
    if progress.status == Status.NOT_TRACKABLE:
        raise CourseNotOpen
    last = Enrolment.objects.filter(person=person, course=course).aggregate(last=Max("cycle"))["last"]
    enrolment = Enrolment.objects.create(
        person=person,
        course=course,
        cycle=(last or 0) + 1,
        version=version,
        organisation_at_start_id=Membership.objects.current()
        .filter(person=person)
        .order_by("starts_on", "pk")
        .values_list("organisation", flat=True)
        .first(),
        source=source,
        due_on=due_on,
    )
    enrolment.state = state_from(enrolment.pk, progress)
    enrolment.state.save(force_insert=True)
    return enrolment
