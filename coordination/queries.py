"""Who is trained, on what, where: figures and people, as the screens and exports show them.

Figures are computed by one SQL statement each, over everyone at once, and remembered under the stamp `training`
(`cms.core.stamps`): they are those of the very instant, whatever the number of people.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Concat, Greatest, JSONObject
from django.utils import timezone

from cms.accounts.models import Invitation, Membership, Organisation, User
from cms.core.functions import Fold
from cms.core.stamps import current_stamp, remembered
from cms.core.text import fold
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, Theme
from coordination.enums import Order, Standing
from coordination.filters import Choice, Choices, Filters
from courses.enums import Status, StepStatus
from courses.models import CoursePage, Enrolment

STAMP = "training"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far someone sees on this day: these organisations, or everyone when None."""

    organisations: tuple[int, ...] | None
    day: date
    stamp: int | None

    def key(self, what: str, *more: object) -> tuple[object, ...]:
        return (what, self.day.isoformat(), self.organisations, *more)


def reach_of(user: User) -> Reach:
    organisations = None
    if not user.sees_everyone:
        organisations = tuple(
            Membership.objects.led_by(user).order_by("organisation").values_list("organisation", flat=True).distinct()
        )
    return Reach(organisations, timezone.localdate(), current_stamp(STAMP))


# What one may filter on


def choices_for(reach: Reach) -> Choices:
    return remembered(reach.stamp, reach.key("choices"), lambda: read_choices(reach))


def read_choices(reach: Reach) -> Choices:
    organisations = Organisation.objects.order_by(Fold("name"), "pk")
    if reach.organisations is not None:
        organisations = organisations.filter(pk__in=reach.organisations)
    courses = CoursePage.objects.filter(Q(live=True) | Exists(Enrolment.objects.filter(course=OuterRef("pk"))))
    return Choices(
        organisations=tuple(Choice(*row) for row in organisations.values_list("pk", "code", "name")),
        courses=tuple(
            Choice(pk, code or str(pk), title)
            for pk, code, title in courses.order_by(Fold("title"), "pk").values_list("pk", "code", "title")
        ),
        themes=tuple(Choice(*row) for row in Theme.objects.current().values_list("pk", "code", "title")),
    )


def open_courses() -> list[Choice]:
    """Courses one may be enrolled in."""
    rows = CoursePage.objects.live().order_by(Fold("title")).values_list("pk", "code", "title")
    return [Choice(pk, code or str(pk), title) for pk, code, title in rows]


# Figures


@dataclass(frozen=True, slots=True)
class Figures:
    """People in post (the denominator), and where they stand: each person once, in their best state."""

    people: int = 0
    enrolled: int = 0
    not_started: int = 0
    in_progress: int = 0
    completed: int = 0

    @property
    def percent(self) -> int:
        """Share of the people in post who completed; a floor, so that 100 means everyone."""
        return self.completed * 100 // self.people if self.people else 0


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    organisation: Choice
    figures: Figures


@dataclass(frozen=True, slots=True)
class Share:
    """How many people of one organisation completed something of one theme."""

    organisation: Choice
    completed: int
    people: int

    @property
    def percent(self) -> int:
        return self.completed * 100 // self.people if self.people else 0

    @property
    def heat(self) -> int:
        """1 to 5, for the shade of a cell: below 20 %, 40 %, 60 %, 75 %, and above."""
        return 1 + sum(self.percent >= bound for bound in (20, 40, 60, 75))


@dataclass(frozen=True, slots=True)
class ThemeRow:
    theme: Choice
    courses: int
    figures: Figures
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Dashboard:
    organisations: tuple[OrganisationRow, ...]
    total: Figures
    themes: tuple[ThemeRow, ...]
    shared_people: int
    """People counted by more than one organisation, and once in the total."""
    deserted: tuple[Choice, ...] = ()
    """Organisations with no one in post."""


# People in post on the day, by organisation; then the state of each enrolment that counts: open, or completed
# whatever became of it since. The greatest rank is the best state.
FACTS = """
WITH post AS MATERIALIZED (
    SELECT DISTINCT membership.organisation_id, membership.person_id
    FROM accounts_membership membership
    JOIN accounts_user person ON person.id = membership.person_id AND person.is_active
    WHERE membership.starts_on <= %(day)s AND (membership.ends_on IS NULL OR membership.ends_on > %(day)s)
      AND (%(organisations)s::bigint[] IS NULL OR membership.organisation_id = ANY(%(organisations)s::bigint[]))
), counted AS (
    SELECT enrolment.person_id, enrolment.course_id,
           CASE state.status WHEN 'completed' THEN 3 WHEN 'in_progress' THEN 2 WHEN 'not_started' THEN 1 ELSE 0 END
           AS rank
    FROM courses_enrolment enrolment
    JOIN courses_enrolmentstate state ON state.enrolment_id = enrolment.id
    WHERE (enrolment.closed_at IS NULL OR state.status = 'completed')
      AND (%(course)s::bigint IS NULL OR enrolment.course_id = %(course)s::bigint)
)
"""

COUNTS = """
    count(DISTINCT person_id), count(DISTINCT person_id) FILTER (WHERE rank IS NOT NULL),
    count(DISTINCT person_id) FILTER (WHERE rank = 1), count(DISTINCT person_id) FILTER (WHERE rank = 2),
    count(DISTINCT person_id) FILTER (WHERE rank = 3)
"""

BY_ORGANISATION = f"""
{FACTS}, best AS (
    SELECT person_id, max(rank) AS rank FROM counted
    WHERE %(theme)s::bigint IS NULL OR EXISTS (
        SELECT FROM roadmap_themelink link WHERE link.page_id = counted.course_id AND link.theme_id = %(theme)s::bigint
    )
    GROUP BY person_id
)
SELECT organisation_id, {COUNTS}, count(*) - count(DISTINCT person_id)
FROM post LEFT JOIN best USING (person_id)
GROUP BY GROUPING SETS ((organisation_id), ())
"""  # noqa: S608 - fixed text

BEST_BY_THEME = f"""
{FACTS}, best AS (
    SELECT link.theme_id, counted.person_id, max(counted.rank) AS rank
    FROM counted
    JOIN (SELECT DISTINCT person_id FROM post) someone USING (person_id)
    JOIN roadmap_themelink link ON link.page_id = counted.course_id
    WHERE %(theme)s::bigint IS NULL OR link.theme_id = %(theme)s::bigint
    GROUP BY link.theme_id, counted.person_id
)
"""

BY_THEME = f"{BEST_BY_THEME} SELECT theme_id, {COUNTS} FROM best GROUP BY theme_id"

BY_THEME_AND_ORGANISATION = f"""
{BEST_BY_THEME}
SELECT theme_id, organisation_id, count(*) FROM best JOIN post USING (person_id) WHERE rank = 3
GROUP BY theme_id, organisation_id
"""  # noqa: S608 - fixed text

SHARED = f"""
{FACTS}
SELECT count(*) FROM (SELECT FROM post GROUP BY person_id HAVING count(*) > 1) shared
"""  # noqa: S608 - fixed text


def dashboard_of(reach: Reach, filters: Filters) -> Dashboard:
    """The figures of everyone within reach, restricted to what is filtered."""
    filters = filters.for_figures
    return remembered(reach.stamp, reach.key("dashboard", filters.address()), lambda: read_dashboard(reach, filters))


def read_dashboard(reach: Reach, filters: Filters) -> Dashboard:
    choices = choices_for(reach)
    chosen = filters.organisation
    organisations = (chosen.pk,) if chosen else reach.organisations
    parameters: dict[str, Any] = {
        "day": reach.day,
        "organisations": None if organisations is None else list(organisations),
        "course": filters.course and filters.course.pk,
        "theme": filters.theme and filters.theme.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(BY_ORGANISATION, parameters)
        by_organisation = {row[0]: Figures(*row[1:6]) for row in cursor.fetchall()}
        cursor.execute(BY_THEME, parameters)
        by_theme = {row[0]: Figures(*row[1:]) for row in cursor.fetchall()}
        cursor.execute(BY_THEME_AND_ORGANISATION, parameters)
        completed = {row[:2]: row[2] for row in cursor.fetchall()}
        cursor.execute(SHARED, parameters)
        (shared_people,) = cursor.fetchone()
    total = by_organisation.pop(None)
    linked = courses_by_theme(filters)
    rows = tuple(
        OrganisationRow(organisation, by_organisation[organisation.pk])
        for organisation in choices.organisations
        if organisation.pk in by_organisation
    )
    return Dashboard(
        organisations=rows,
        total=total,
        themes=tuple(
            ThemeRow(
                theme=theme,
                courses=linked.get(theme.pk, 0),
                figures=in_denominator(by_theme.get(theme.pk), total.people),
                shares=tuple(
                    Share(row.organisation, completed.get((theme.pk, row.organisation.pk), 0), row.figures.people)
                    for row in rows
                ),
            )
            for theme in choices.themes
            if filters.theme in (None, theme)
        ),
        shared_people=shared_people,
        deserted=tuple(
            organisation
            for organisation in choices.organisations
            if organisation.pk not in by_organisation and chosen in (None, organisation)
        ),
    )


def in_denominator(figures: Figures | None, people: int) -> Figures:
    """The figures of a theme, out of everyone in post rather than of those enrolled."""
    if figures is None:
        return Figures(people=people)
    return Figures(people, figures.enrolled, figures.not_started, figures.in_progress, figures.completed)


def courses_by_theme(filters: Filters) -> dict[int, int]:
    """How many published courses are linked to each theme."""
    courses = CoursePage.objects.live().filter(theme_links__theme__isnull=False)
    if filters.course:
        courses = courses.filter(pk=filters.course.pk)
    return dict(courses.values_list("theme_links__theme").annotate(number=Count("pk")).order_by())


# People


@dataclass(frozen=True, slots=True)
class CourseState:
    """Where one enrolment stands, as `progress_of` said when its last fact was written."""

    title: str
    status: str
    required: int
    done: int
    percent: int
    enrolled_at: datetime
    due_on: date | None
    completed_at: datetime | None
    last_activity_at: datetime | None
    is_late: bool

    @property
    def status_label(self) -> str:
        return str(Status(self.status).label)


@dataclass(frozen=True, slots=True)
class PersonRow:
    public_id: str
    first_name: str
    last_name: str
    email: str
    job: str
    organisations: tuple[str, ...]
    courses: tuple[CourseState, ...]

    @property
    def last_activity_at(self) -> datetime | None:
        return max((course.last_activity_at for course in self.courses if course.last_activity_at), default=None)


@dataclass(frozen=True, slots=True)
class Size:
    """How many people a list holds, and how many lines its export has."""

    people: int
    lines: int


def counted(filters: Filters) -> QuerySet[Enrolment]:
    """Enrolments that count, among the courses filtered."""
    enrolments = Enrolment.objects.filter(Q(closed_at=None) | Q(state__status=Status.COMPLETED), state__isnull=False)
    if filters.course:
        enrolments = enrolments.filter(course=filters.course.pk)
    if filters.theme:
        enrolments = enrolments.filter(course__theme_links__theme=filters.theme.pk)
    return enrolments


def stands(filters: Filters) -> Q:
    """The condition on a person whose best state is the one filtered."""
    theirs = counted(filters).filter(person=OuterRef("pk"))

    def has(*statuses: Status) -> Exists:
        return Exists(theirs.filter(state__status__in=statuses))

    conditions = {
        Standing.ENROLLED: Q(Exists(theirs)),
        Standing.NOT_ENROLLED: Q(~Exists(theirs)),
        Standing.COMPLETED: Q(has(Status.COMPLETED)),
        Standing.IN_PROGRESS: Q(has(Status.IN_PROGRESS)) & ~Q(has(Status.COMPLETED)),
        Standing.NOT_STARTED: Q(has(Status.NOT_STARTED)) & ~Q(has(Status.IN_PROGRESS, Status.COMPLETED)),
        Standing.NOT_TRACKABLE: Q(has(Status.NOT_TRACKABLE))
        & ~Q(has(Status.NOT_STARTED, Status.IN_PROGRESS, Status.COMPLETED)),
    }
    return conditions[filters.standing] if filters.standing else Q()


def memberships_within(reach: Reach) -> QuerySet[Membership]:
    memberships = Membership.objects.current(reach.day)
    if reach.organisations is not None:
        memberships = memberships.filter(organisation__in=reach.organisations)
    return memberships


def people_of(reach: Reach, filters: Filters) -> QuerySet[User]:
    """Active people within reach who match the filters: the ones the figures count."""
    posts = memberships_within(reach).filter(person=OuterRef("pk"))
    if filters.organisation:
        posts = posts.filter(organisation=filters.organisation.pk)
    in_post = Exists(posts)
    people = User.objects.filter(~in_post if filters.is_without_organisation else in_post, is_active=True)
    people = people.filter(stands(filters))
    if filters.name:
        people = people.alias(searched=Fold(Concat("first_name", Value(" "), "last_name", Value(" "), "email")))
        for word in fold(filters.name).split():
            people = people.filter(searched__contains=word)
    return in_order(people, filters)


def in_order(people: QuerySet[User], filters: Filters) -> QuerySet[User]:
    by_name = (Fold("last_name"), Fold("first_name"), F("id"))
    match filters.order:
        case Order.NAME:
            return people.order_by(*by_name)
        case Order.NAME_REVERSED:
            return people.order_by(*(expression.desc() for expression in by_name))
    theirs = counted(filters).filter(person=OuterRef("pk")).order_by().values("person")
    people = people.alias(activity=Subquery(theirs.annotate(last=Max("state__last_activity_at")).values("last")))
    if filters.order == Order.ACTIVITY:
        return people.order_by(F("activity").asc(nulls_first=True), *by_name)
    return people.order_by(F("activity").desc(nulls_last=True), *by_name)


def size_of(reach: Reach, filters: Filters) -> Size:
    """Counted again only when a fact changed; names are no fact of the stamp, so a search by name always is."""
    stamp = None if filters.name else reach.stamp
    return remembered(stamp, reach.key("size", filters.address(tri=None)), lambda: read_size(reach, filters))


def read_size(reach: Reach, filters: Filters) -> Size:
    theirs = counted(filters).filter(person=OuterRef("pk")).order_by().values("person")
    number = Coalesce(Subquery(theirs.annotate(number=Count("pk")).values("number")), 0)
    people = people_of(reach, filters).order_by().annotate(number=Greatest(number, 1))
    return Size(**people.aggregate(people=Count("pk"), lines=Coalesce(Sum("number"), 0)))


def person_rows(reach: Reach, filters: Filters) -> QuerySet[User, tuple[Any, ...]]:
    """What `person_row` reads: people with their organisations and the states filtered, in one statement."""
    posts = memberships_within(reach).filter(person=OuterRef("pk")).order_by(Fold("organisation__name"))
    states = counted(filters).filter(person=OuterRef("pk")).order_by(Fold("course__title"), "cycle", "pk")
    shown = ("status", "required", "done", "percent", "completed_at", "last_activity_at")
    return (
        people_of(reach, filters)
        .annotate(
            organisations=ArraySubquery(posts.values("organisation__name")),
            states=ArraySubquery(
                states.values(
                    shown=JSONObject(
                        title="course__title",
                        enrolled_at="enrolled_at",
                        due_on="due_on",
                        **{name: f"state__{name}" for name in shown},
                    )
                )
            ),
        )
        .values_list("public_id", "first_name", "last_name", "email", "job", "organisations", "states")
    )


def person_row(row: tuple[Any, ...], day: date) -> PersonRow:
    public_id, first_name, last_name, email, job, organisations, states = row
    return PersonRow(
        public_id=str(public_id),
        first_name=first_name,
        last_name=last_name,
        email=email,
        job=job,
        organisations=tuple(dict.fromkeys(organisations)),
        courses=tuple(course_state(state, day) for state in states),
    )


def course_state(state: dict[str, Any], day: date) -> CourseState:
    due_on = date.fromisoformat(state["due_on"]) if state["due_on"] else None

    def instant(value: str | None) -> datetime | None:
        return datetime.fromisoformat(value) if value else None

    enrolled_at = datetime.fromisoformat(state["enrolled_at"])
    completed_at = instant(state["completed_at"])
    return CourseState(
        title=state["title"],
        status=state["status"],
        required=state["required"],
        done=state["done"],
        percent=state["percent"],
        enrolled_at=enrolled_at,
        due_on=due_on,
        completed_at=completed_at,
        last_activity_at=instant(state["last_activity_at"]),
        is_late=due_on is not None and due_on < day and completed_at is None,
    )


class PeopleListing(Sequence[PersonRow]):
    """What a paginator slices: its size is remembered, a slice is one statement."""

    def __init__(self, reach: Reach, filters: Filters) -> None:
        self.reach = reach
        self.filters = filters
        self.size = size_of(reach, filters)

    def __len__(self) -> int:
        return self.size.people

    def __getitem__(self, part: Any) -> Any:
        return [person_row(row, self.reach.day) for row in person_rows(self.reach, self.filters)[part]]


def every_person(reach: Reach, filters: Filters) -> Iterator[PersonRow]:
    """Everyone filtered, read as one statement through a cursor of the server, in bounded memory."""
    for row in person_rows(reach, filters).iterator(chunk_size=500):
        yield person_row(row, reach.day)


# One person


@dataclass(frozen=True, slots=True)
class StepRow:
    title: str
    module: str
    kind: str
    is_required: bool
    status: str
    best_score: float | None
    attempts_count: int
    first_completed_at: datetime | None

    @property
    def status_label(self) -> str:
        return str(StepStatus(self.status).label)


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    enrolment: Enrolment
    steps: tuple[StepRow, ...]


EVIDENCE_ICONS = {
    EvidenceKind.INFORMED: "book",
    EvidenceKind.TRAINED: "cap",
    EvidenceKind.TRIED: "step",
    EvidenceKind.OBSERVED: "eye",
}


@dataclass(frozen=True, slots=True)
class EvidenceCount:
    """On how many themes a person has valid evidence of one kind."""

    kind: EvidenceKind
    themes: int

    @property
    def icon(self) -> str:
        return EVIDENCE_ICONS[self.kind]


@dataclass(frozen=True, slots=True)
class PersonSheet:
    person: User
    memberships: tuple[Membership, ...]
    enrolments: tuple[EnrolmentRow, ...]
    evidence: tuple[EvidenceCount, ...]


def sheet_of(person: User, user: User, reach: Reach) -> PersonSheet:
    """All that `user` may read of `person`: states and counters, never an answer to a quiz."""
    memberships = person.memberships.select_related("organisation").order_by("-starts_on", "-pk")
    if reach.organisations is not None:
        memberships = memberships.filter(organisation__in=reach.organisations)
    enrolments = Enrolment.objects.of(person).visible_to(user).with_state().prefetch_related("step_states")
    themes = dict(
        Evidence.objects.of(person).valid(reach.day).values_list("kind").annotate(Count("theme", distinct=True))
    )
    return PersonSheet(
        person=person,
        memberships=tuple(memberships),
        enrolments=tuple(
            EnrolmentRow(enrolment, steps_of(enrolment)) for enrolment in enrolments.order_by("-enrolled_at", "-pk")
        ),
        evidence=tuple(EvidenceCount(kind, themes.get(kind, 0)) for kind in EvidenceKind),
    )


def steps_of(enrolment: Enrolment) -> tuple[StepRow, ...]:
    """The steps asked by the version the person follows, with where each stands."""
    states = {str(state.step_key): state for state in enrolment.step_states.all()}
    rows = []
    for step in enrolment.version.manifest:
        state = states.get(step["step_key"])
        if step.get("is_withdrawn"):
            continue
        rows.append(
            StepRow(
                title=step["title"],
                module=step.get("module", ""),
                kind=step["kind"],
                is_required=step["is_required"],
                status=state.status if state else StepStatus.NOT_STARTED,
                best_score=None if state is None or state.best_score is None else float(state.best_score),
                attempts_count=state.attempts_count if state else 0,
                first_completed_at=state.first_completed_at if state else None,
            )
        )
    return tuple(rows)


def waiting_invitations(reach: Reach) -> QuerySet[Invitation]:
    """Invitations sent and not yet accepted, the latest first; those whose delay is over included."""
    waiting = Invitation.objects.filter(accepted_at=None).select_related("organisation").order_by("-created_at")
    if reach.organisations is not None:
        waiting = waiting.filter(organisation__in=reach.organisations)
    return waiting[:50]
