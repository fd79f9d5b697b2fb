"""People × half-days of one session, and who employed them then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch

from cms.accounts.models import Membership, User
from cms.core.text import fold
from courses.sessions.enums import Mark
from courses.sessions.models import Attendance, HalfDay, Registration, TrainingSession, mark_of


@dataclass(frozen=True)
class Cell:
    """One person, one half-day."""

    half: HalfDay
    registration: Registration
    attendance: Attendance | None

    @property
    def mark(self) -> Mark:
        return mark_of(self.half, self.attendance)

    @property
    def is_waiting(self) -> bool:
        """Signed, to be countersigned."""
        return self.mark == Mark.SIGNED

    @property
    def is_empty(self) -> bool:
        """Neither signed nor noted absent, though the half-day has begun."""
        return self.mark in (Mark.OPEN, Mark.MISSED)


@dataclass(frozen=True)
class Row:
    """`employer` is that of the first day of the session, empty without one."""

    registration: Registration
    employer: str
    cells: list[Cell]

    @property
    def person(self) -> User:
        return self.registration.person

    @property
    def has_left(self) -> bool:
        return self.registration.withdrawn_at is not None


def roster_of(session: TrainingSession, *, seen_by: User | None = None) -> list[Row]:
    """Everyone on the list, or who signed before leaving it, by name; those one may see only when it is asked."""
    registrations = Registration.objects.counted().filter(session=session)
    if seen_by is not None:
        registrations = registrations.filter(pk__in=Registration.objects.visible_to(seen_by).values("pk"))
    signed = Attendance.objects.with_verdict().select_related("countersigned_by", "device_of")
    signed = signed.prefetch_related("corrections__by")
    rows = list(registrations.select_related("person").prefetch_related(Prefetch("attendances", signed)))
    rows.sort(key=lambda one: (fold(one.person.last_name), fold(one.person.first_name), one.pk))
    halves = session.halves
    employers = employers_on([one.person_id for one in rows], halves[0].on if halves else None)
    return [Row(one, employers.get(one.person_id, ""), cells_of(halves, one)) for one in rows]


def cells_of(halves: Iterable[HalfDay], registration: Any) -> list[Cell]:
    known = {one.half_day_id: one for one in registration.attendances.all()}
    return [Cell(half, registration, known.get(half.pk)) for half in halves]


def employers_on(people: Iterable[int], day: date | None) -> dict[int, str]:
    """The organisation each person was in on a day (today by default): the first they came to."""
    memberships = Membership.objects.current(day).filter(person__in=list(people)).select_related("organisation")
    found: dict[int, str] = {}
    for membership in memberships.order_by("starts_on", "pk"):
        found.setdefault(membership.person_id, membership.organisation.name)
    return found
