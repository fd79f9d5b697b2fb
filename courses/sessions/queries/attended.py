"""What people attended: only half-days signed, countersigned and not voided since."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.utils import timezone

from cms.accounts.models import User
from courses.models import Enrolment
from courses.sessions.models import Attendance, TrainingSession


@dataclass(frozen=True)
class SignedHalfDay:
    """`session` is its title, `label` the moment of the day; `countersigned_by` a name."""

    session: str
    on: date
    label: str
    starts_at: time
    ends_at: time
    minutes: int
    signed_on: date
    countersigned_by: str


@dataclass(frozen=True)
class AttendedSession:
    """A session someone signed for, whole or in part; `planned` counts its half-days."""

    public_id: UUID
    title: str
    course: str
    where: str
    planned: int
    half_days: list[SignedHalfDay] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return sum(half.minutes for half in self.half_days)

    @property
    def is_whole(self) -> bool:
        return len(self.half_days) == self.planned


def half_days_of(
    *,
    person: User,
    enrolment: Enrolment | None = None,
    session: TrainingSession | None = None,
    until: datetime | None = None,
) -> list[SignedHalfDay]:
    """Every half-day this person attended, in order; of one enrolment or one session only when it is given.

    `until`: only those countersigned by that instant.
    """
    return [_told(one) for one in _attendances(person, enrolment, session, until)]


def attendance_minutes(
    *, person: User, enrolment: Enrolment | None = None, session: TrainingSession | None = None
) -> int:
    """How long this person was there, in minutes."""
    return sum(one.minutes for one in half_days_of(person=person, enrolment=enrolment, session=session))


def attended_sessions(person: User) -> list[AttendedSession]:
    """Sessions where this person signed for at least one half-day, in the order of their days."""
    found: dict[int, AttendedSession] = {}
    for one in _attendances(person):
        session = one.half_day.session
        attended = found.setdefault(
            session.pk,
            AttendedSession(
                session.public_id, session.title, session.course.title, session.where, len(session.half_days.all())
            ),
        )
        attended.half_days.append(_told(one))
    return list(found.values())


def _attendances(
    person: User,
    enrolment: Enrolment | None = None,
    session: TrainingSession | None = None,
    until: datetime | None = None,
) -> Any:
    rows = Attendance.objects.valid().filter(registration__person=person)
    if until is not None:
        rows = rows.filter(countersigned_at__lte=until)
    if enrolment is not None:
        rows = rows.filter(registration__enrolment=enrolment)
    if session is not None:
        rows = rows.filter(registration__session=session)
    around = rows.select_related("half_day__session__course", "countersigned_by")
    return around.prefetch_related("half_day__session__half_days").order_by(
        "half_day__on", "half_day__starts_at", "half_day"
    )


def _told(one: Any) -> SignedHalfDay:
    half = one.half_day
    return SignedHalfDay(
        session=half.session.title,
        on=half.on,
        label=half.label,
        starts_at=half.starts_at,
        ends_at=half.ends_at,
        minutes=half.minutes,
        signed_on=timezone.localdate(one.signed_at),
        countersigned_by=str(one.countersigned_by),
    )
