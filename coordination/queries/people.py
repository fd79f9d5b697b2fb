"""The people behind the figures, one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value
from django.db.models.functions import Coalesce, Concat, Greatest, JSONObject

from cms.accounts.models import Membership, User
from cms.core.functions import Fold
from cms.core.text import fold
from coordination.enums import Order, Standing
from coordination.filters import Filters
from coordination.queries.figures import counted_size
from coordination.queries.reach import Reach
from courses.enums import Status
from courses.models import Enrolment
from courses.progress import is_numbered


@dataclass(frozen=True, slots=True)
class CourseState:
    """Where one enrolment stands, as `progress_of` said when its last fact was written."""

    title: str
    cycle: int
    is_closed: bool
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
    def is_numbered(self) -> bool:
        return is_numbered(self.cycle, is_closed=self.is_closed)

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
        words = Concat("first_name", Value(" "), "last_name", Value(" "), "email", output_field=TextField())
        people = people.alias(searched=Fold(words))
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
    """Read in the count of the figures, which knows no names."""
    if filters.name:
        return read_size(reach, filters)
    return Size(*counted_size(reach, filters))


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
                        cycle="cycle",
                        closed_at="closed_at",
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
        cycle=state["cycle"],
        is_closed=state["closed_at"] is not None,
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
