"""The activities of a lesson, as one person plays them."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cms.accounts.models import User
from cms.core.rows import columns, from_row, prepared_cursor, width
from courses.activities import Activity, Place, activities_of, standing_of
from courses.enums import ActivityGrading
from courses.h5p.dealings import Dealing, dealings_of
from courses.h5p.engine.results import Policy, Standing
from courses.models import Enrolment, LessonPage
from courses.pinned import version_columns, version_from

RULES = {
    Policy.FINISHED: "aller jusqu'au bout",
    Policy.PASSED: "la réussir",
    Policy.VIEWED: "l'ouvrir",
    Policy.MANUAL: "déclarer l'avoir terminée",
}


def percent_of(grade: float | None) -> int | None:
    return None if grade is None else int(round(grade * 100, 2))


@dataclass(frozen=True)
class ActivityStanding:
    """Where someone stands in one activity."""

    activity: Activity
    dealing: Dealing
    standing: Standing

    @property
    def title(self) -> str:
        return self.dealing.title

    @property
    def rule(self) -> str:
        """What completes it, after "Pour la terminer :"."""
        words = RULES[self.activity.policy]
        return f"{words} ({self.activity.pass_mark} %)" if self.activity.policy == Policy.PASSED else words

    @property
    def state(self) -> str:
        """As the stations of the fil: done, current or todo."""
        if self.standing.is_complete:
            return "done"
        return "current" if self.dealing.is_viewed else "todo"

    @property
    def is_to_declare(self) -> bool:
        return self.activity.policy == Policy.MANUAL and not self.standing.is_complete

    @property
    def percent(self) -> int | None:
        """The score kept, rounded down as that of a step is."""
        return percent_of(self.standing.grade)

    @property
    def kept(self) -> str:
        """Which of several tries make the score."""
        return ActivityGrading(self.activity.grading).label.lower()

    @property
    def tries(self) -> list[tuple[datetime, int | None]]:
        """When each was finished, and its percent; the last first."""
        outcomes = [(one.finished_at, one.outcome(pass_mark=0).score) for one in self.dealing.attempts]
        return [(at, percent_of(score.scaled if score else None)) for at, score in reversed(outcomes)]


def standings_of(
    activities: Sequence[Activity], *, enrolment: int, step_key: UUID, person: User
) -> dict[str, ActivityStanding]:
    """Return where a person stands in each activity of a step, by its key; one query.

    An activity whose content is no more is left out of what is asked.
    """
    places = {str(Place(enrolment, step_key, one.key)): one for one in activities}
    dealings = dealings_of(person, {place: one.content for place, one in places.items()})
    return {
        places[place].key: ActivityStanding(places[place], dealing, _standing(places[place], dealing))
        for place, dealing in dealings.items()
    }


def _standing(activity: Activity, dealing: Dealing) -> Standing:
    outcomes = [attempt.outcome(pass_mark=activity.pass_mark / 100) for attempt in dealing.attempts]
    return standing_of(activity, outcomes, is_viewed=dealing.is_viewed, is_declared=dealing.is_declared)


@functools.cache
def _around() -> str:
    """The open enrolment of a person in the live course that holds a lesson, from the key of the lesson."""
    return (
        f"SELECT {columns(Enrolment, 'enrolment')}, {version_columns('version')}"  # noqa: S608 - names only
        " FROM courses_lessonpage lesson"
        " JOIN wagtailcore_page page ON page.id = lesson.page_ptr_id"
        f" JOIN wagtailcore_page course ON course.path = left(page.path, {-2 * LessonPage.steplen}) AND course.live"
        " JOIN courses_enrolment enrolment ON enrolment.course_id = course.id"
        " JOIN courses_courseversion version ON version.id = enrolment.version_id"
        " WHERE lesson.step_key = %s AND enrolment.person_id = %s AND enrolment.closed_at IS NULL"
    )


def enrolment_for(*, step_key: UUID, person: User) -> Enrolment | None:
    """The open enrolment of a person in the live course that holds a lesson, with its version; one query."""
    with prepared_cursor() as cursor:
        cursor.execute(_around(), [step_key, person.pk])
        row = cursor.fetchone()
    if row is None:
        return None
    enrolment = from_row(Enrolment, row[: width(Enrolment)])
    enrolment.version, enrolment.person = version_from(row[width(Enrolment) :]), person
    return enrolment


def asked_activity(enrolment: Enrolment, *, step_key: UUID, key: str) -> Activity | None:
    """The activity the version of an enrolment asks for, or None: added since, or withdrawn with its step."""
    step = enrolment.version.step(step_key)
    if step is None or step["is_withdrawn"]:
        return None
    return next((one for one in activities_of(step) if one.key == key), None)


def shown_activity(*, step_key: UUID, key: str, is_editor: bool) -> Activity | None:
    """The activity the page of a lesson shows: as published, or as last written for who edits it."""
    page = LessonPage.objects.filter(step_key=step_key).first()
    if page is None or not (page.live or is_editor):
        return None
    written = page.get_latest_revision_as_object() if is_editor and page.has_unpublished_changes else page
    return next((one for one in written.activities if one.key == key), None)
