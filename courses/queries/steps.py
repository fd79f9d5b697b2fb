"""The screens of a step: what stands around a lesson or a quiz."""

import functools
import json
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID, uuid4

from cms.accounts.models import User
from cms.core.rows import columns, from_row, prepared_cursor, width
from courses.activities import activities_of
from courses.h5p.identity import pseudonym
from courses.models import CoursePage, Enrolment, EnrolmentState, ModulePage, StepPage
from courses.outline import Station, outline_of, parent_url
from courses.pinned import version_columns, version_from
from courses.queries.activities import ActivityStanding, standings_of
from courses.queries.standing import Standing, standing_of


@dataclass(frozen=True)
class StepScreen:
    """What stands around a step.

    `is_preview`: someone who publishes, reading without being enrolled. `is_extra`: live, but added after the
    enrolment; it is read and asks for nothing.
    """

    page: StepPage
    course_title: str
    standing: Standing
    is_preview: bool = False
    is_extra: bool = False

    @property
    def station(self) -> Station | None:
        return self.standing.outline.here

    @property
    def can_read(self) -> bool:
        return self.standing.enrolment is not None or self.is_preview

    @property
    def course_url(self) -> str:
        return parent_url(self.page.get_url() or "/", 2)

    @cached_property
    def look(self) -> str:
        """Changes with anything shown around the body: under it, that part of the screen may be kept."""
        page, state = self.page, self.standing.state
        shown = (page.title, page.url_path, getattr(page, "objective", ""), page.est_minutes, page.is_required)
        progress = state and (state.done, state.required, state.percent)
        marks = (self.is_preview, self.is_extra, self.standing.outline.fingerprint)
        return repr((*shown, self.course_title, progress, *marks))

    @cached_property
    def activities(self) -> list[ActivityStanding]:
        """Where the person stands in the activities the step asks for; one query when it has some."""
        enrolment = self.standing.enrolment
        step = enrolment.version.step(self.page.step_key) if enrolment and not self.is_extra else None
        if enrolment is None or step is None or not (asked := activities_of(step)):
            return []
        found = standings_of(asked, enrolment=enrolment.pk, step_key=self.page.step_key, person=enrolment.person)
        return list(found.values())

    @property
    def pseudonym(self) -> str:
        """Who the reader is for the activities of the step."""
        enrolment = self.standing.enrolment
        return pseudonym(enrolment.person) if enrolment else ""

    @property
    def required_activities(self) -> list[ActivityStanding]:
        """Those that complete the step; without any, one says so oneself."""
        return [one for one in self.activities if one.activity.is_required]

    @property
    def finish_key(self) -> UUID:
        """The key of the button shown on this very screen."""
        return uuid4()

    @property
    def breadcrumb(self) -> list[dict[str, str]]:
        """Catalogue, course, module, step: from the addresses, without a query."""
        group = self.standing.outline.group_here
        crumbs = [
            {"title": "Formations", "url": parent_url(self.course_url)},
            {"title": self.course_title, "url": self.course_url},
        ]
        if group is not None:
            crumbs.append({"title": group.title, "url": f"{self.course_url}#{group.anchor}"})
        return [*crumbs, {"title": self.page.title, "url": ""}]


@functools.cache
def statement() -> str:
    """`of(person).open().for_step(page).with_steps()`, written once: every step page makes this read."""
    return (
        f"SELECT {columns(Enrolment, 'enrolment')}, {columns(EnrolmentState, 'state')},"  # noqa: S608 - names only
        f" {version_columns('version')}, page.title,"
        " (SELECT coalesce(jsonb_agg(jsonb_build_object('key', step_key, 'status', status, 'score', best_score)), '[]')"
        " FROM courses_stepstate WHERE enrolment_id = enrolment.id)"
        " FROM courses_enrolment enrolment"
        " JOIN courses_enrolmentstate state ON state.enrolment_id = enrolment.id"
        " JOIN courses_courseversion version ON version.id = enrolment.version_id"
        " JOIN wagtailcore_page page ON page.id = enrolment.course_id"
        " WHERE enrolment.person_id = %s AND enrolment.closed_at IS NULL AND page.path = %s AND page.live"
    )


def enrolment_around(*, page: StepPage, person: User) -> Enrolment | None:
    """The open enrolment of a person in the live course that holds a step."""
    with prepared_cursor() as cursor:
        cursor.execute(statement(), [person.pk, page.path[: -2 * page.steplen]])
        row = cursor.fetchone()
    if row is None:
        return None
    to_state, to_version = width(Enrolment), width(Enrolment) + width(EnrolmentState)
    enrolment = from_row(Enrolment, row[:to_state])
    enrolment.state = from_row(EnrolmentState, row[to_state:to_version])
    enrolment.version = version_from(row[to_version:-2])
    enrolment.course_title, enrolment.steps = row[-2], json.loads(row[-1])
    return enrolment


@functools.cache
def _by_address() -> str:
    return (
        f"SELECT {columns(Enrolment, 'enrolment')}, {version_columns('version')}"  # noqa: S608 - names only
        " FROM courses_enrolment enrolment JOIN courses_courseversion version ON version.id = enrolment.version_id"
        " WHERE enrolment.public_id = %s AND enrolment.person_id = %s"
    )


def enrolment_of(*, person: User, public_id: UUID) -> Enrolment | None:
    """The enrolment at an address with its version, if it is this person's."""
    with prepared_cursor() as cursor:
        cursor.execute(_by_address(), [public_id, person.pk])
        row = cursor.fetchone()
    if row is None:
        return None
    enrolment = from_row(Enrolment, row[: width(Enrolment)])
    enrolment.version, enrolment.person = version_from(row[width(Enrolment) :]), person
    return enrolment


def step_screen(*, page: StepPage, person: User) -> StepScreen | None:
    """Return what stands around a step, or None when it cannot be reached by this person.

    One query for someone enrolled.
    """
    enrolment = enrolment_around(page=page, person=person)
    if enrolment is None:
        return _without_enrolment(page, person)
    enrolment.person = person
    step = enrolment.version.step(page.step_key)
    if step is None or step["is_withdrawn"]:
        is_reachable = ModulePage.objects.live().parent_of(page).exists()
        if not is_reachable and not person.has_admin:
            return None
    return StepScreen(
        page,
        enrolment.course_title,
        standing_of(enrolment, here=page.step_key),
        is_preview=False,
        is_extra=step is None,
    )


def _without_enrolment(page: StepPage, person: User) -> StepScreen | None:
    course = CoursePage.objects.filter(path=page.path[: -2 * page.steplen]).first()
    if course is None:
        return None
    version = course.versions.order_by("-number").first()
    outline = outline_of(version.manifest if version else [], here=page.step_key, is_enrolled=False)
    if not person.has_admin and (not course.live or outline.here is None):
        return None
    return StepScreen(page, course.title, Standing(outline), is_preview=person.has_admin)


def preview_screen(page: StepPage) -> StepScreen:
    """What an editor sees of a draft: the page alone."""
    return StepScreen(page, "Aperçu", Standing(outline_of([])), is_preview=True)
