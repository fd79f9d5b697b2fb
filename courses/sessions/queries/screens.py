"""The screens of sessions: mine, and one of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone

from cms.accounts.models import User
from courses.models import Enrolment
from courses.sessions.enums import Mark
from courses.sessions.models import SIGNING_LASTS, Attendance, HalfDay, Registration, SessionStepPage, TrainingSession
from courses.sessions.queries.roster import Cell, Row, cells_of, roster_of

MOST_PAST = 50


@dataclass(frozen=True)
class MySessions:
    """`running` and `ran` are those one trains in; `everything` is for the coordination only."""

    to_sign: list[Cell]
    expected: list[TrainingSession]
    offered: list[TrainingSession]
    running: list[TrainingSession]
    everything: list[TrainingSession]
    attended: list[TrainingSession]
    ran: list[TrainingSession]

    @property
    def is_empty(self) -> bool:
        return not any((self.expected, self.offered, self.running, self.everything, self.attended, self.ran))


def my_sessions(user: User) -> MySessions:
    """What awaits this person in sessions, then what was; the last fifty of what is past."""
    sessions = TrainingSession.objects.with_dates().with_waiting().select_related("course")
    coming = sessions.to_come().order_by("first_on", "pk")
    past = sessions.past().order_by("-last_on", "-pk")
    mine, run = Q(pk__in=_of(user, "attended_by")), Q(pk__in=_of(user, "run_by"))
    others = coming.exclude(run) if user.sees_everyone else coming.none()
    return MySessions(
        to_sign=_to_sign(user),
        expected=list(coming.filter(mine)),
        offered=list(coming.filter(pk__in=_of(user, "offered_to")).exclude(run)),
        running=list(coming.filter(run)),
        everything=list(others),
        attended=list(past.filter(mine)[:MOST_PAST]),
        ran=list((past if user.sees_everyone else past.filter(run))[:MOST_PAST]),
    )


def _of(user: User, name: str) -> Any:
    read: Callable[[User], Any] = getattr(TrainingSession.objects.all(), name)
    return read(user).values("pk")


def _to_sign(user: User) -> list[Cell]:
    """The half-days open now that this person has not signed for."""
    rows = Registration.objects.open().filter(person=user, session__cancelled_at=None)
    found = rows.select_related("session").prefetch_related(
        "session__half_days", Prefetch("attendances", Attendance.objects.with_verdict())
    )
    cells = [cell for one in found for cell in cells_of(one.session.halves, one) if cell.mark == Mark.OPEN]
    return sorted(cells, key=lambda cell: cell.half.begins)


@dataclass(frozen=True)
class HalfDaySheet:
    """One half-day as its trainer sees it."""

    half: HalfDay
    cells: list[Cell]
    trainer: User

    def _count(self, *marks: Mark) -> int:
        return sum(cell.mark in marks for cell in self.cells)

    @property
    def signed(self) -> int:
        return self._count(Mark.SIGNED, Mark.COUNTERSIGNED)

    @property
    def countersigned(self) -> int:
        return self._count(Mark.COUNTERSIGNED)

    @property
    def absent(self) -> int:
        return self._count(Mark.ABSENT)

    @property
    def waiting(self) -> int:
        """Those one may countersign: never one's own."""
        return sum(cell.is_waiting and cell.registration.person_id != self.trainer.pk for cell in self.cells)

    @property
    def empty(self) -> list[Cell]:
        """Those who neither signed nor were noted absent, still on the list."""
        return [cell for cell in self.cells if cell.is_empty and cell.registration.withdrawn_at is None]

    @property
    def is_settled(self) -> bool:
        return self.half.is_over and not any(cell.is_waiting or cell.is_empty for cell in self.cells)


@dataclass(frozen=True)
class SessionScreen:
    """One session, as one person sees it: expected there (`mine`), running it, in charge, leading people there."""

    session: TrainingSession
    user: User
    mine: Registration | None
    is_trainer: bool
    is_enrolled: bool
    roster: list[Row]
    people: int

    @property
    def is_in_charge(self) -> bool:
        """Trainers of the session and the coordination: they keep the list, and may cancel."""
        return self.is_trainer or self.user.sees_everyone

    @property
    def may_register_others(self) -> bool:
        return self.is_in_charge or self.user.is_lead

    @cached_property
    def cells(self) -> list[Cell]:
        """My half-days."""
        return cells_of(self.session.halves, self.mine) if self.mine else []

    @property
    def next(self) -> Cell | None:
        """The half-day to sign now, the oldest first."""
        return next((cell for cell in self.cells if cell.mark == Mark.OPEN), None) if self.is_there else None

    @property
    def is_there(self) -> bool:
        """On the list, and it will be held."""
        return self.mine is not None and self.mine.withdrawn_at is None and not self.session.is_cancelled

    @property
    def places_left(self) -> int | None:
        return None if self.session.capacity is None else max(0, self.session.capacity - self.people)

    @property
    def may_join(self) -> bool:
        session = self.session
        is_possible = bool(session.halves) and not session.is_cancelled and not session.has_begun
        return is_possible and not self.is_there and self.is_enrolled and self.places_left != 0

    @property
    def is_list_open(self) -> bool:
        """Whether people may still be put on the list, or taken off it: as long as they may sign."""
        ends = self.session.ends
        return not self.session.is_cancelled and (ends is None or timezone.now() < ends + SIGNING_LASTS)

    @property
    def may_cancel(self) -> bool:
        """As long as nobody signed."""
        signed = any(cell.attendance and cell.attendance.signed_at for row in self.roster for cell in row.cells)
        return self.is_in_charge and not self.session.is_cancelled and not signed

    @property
    def may_leave(self) -> bool:
        return self.is_there and not self.session.has_begun

    @cached_property
    def sheets(self) -> list[HalfDaySheet]:
        found = []
        for at, half in enumerate(self.session.halves):
            cells = [row.cells[at] for row in self.roster if not row.has_left or row.cells[at].attendance]
            found.append(HalfDaySheet(half, cells, self.user))
        return found

    @property
    def to_countersign(self) -> HalfDaySheet | None:
        """The first half-day where something awaits this trainer."""
        return next((sheet for sheet in self.sheets if sheet.waiting), None) if self.is_trainer else None


def session_screen(session: TrainingSession, user: User) -> SessionScreen:
    """One session, read `whole()`, as this person may see it."""
    is_trainer = TrainingSession.objects.run_by(user).filter(pk=session.pk).exists()
    sees_people = is_trainer or user.sees_everyone or user.is_lead
    signed = Attendance.objects.with_verdict().select_related("countersigned_by")
    mine = Registration.objects.filter(session=session, person=user).prefetch_related(Prefetch("attendances", signed))
    return SessionScreen(
        session=session,
        user=user,
        mine=mine.order_by("-registered_at", "-pk").first(),
        is_trainer=is_trainer,
        is_enrolled=Enrolment.objects.of(user).open().filter(course=session.course_id).exists(),
        roster=roster_of(session, seen_by=user) if sees_people else [],
        people=session.registrations.open().count(),
    )


@dataclass(frozen=True)
class StepSessions:
    """The sessions that complete a step, as one person meets them: mine if I have one, else those to come."""

    mine: list[TrainingSession]
    offered: list[TrainingSession]


def sessions_of_step(page: SessionStepPage, person: User) -> StepSessions:
    sessions = TrainingSession.objects.held().filter(step=page.pk).with_dates().order_by("first_on", "pk")
    mine = sessions.filter(pk__in=_of(person, "attended_by"))
    offered = sessions.filter(pk__in=_of(person, "offered_to")).to_come()
    return StepSessions(list(mine), list(offered))


def people_for(session: TrainingSession, user: User) -> Any:
    """Those someone may put on the list of a session.

    Anyone for the coordination, their own people for a lead, those who follow the course for a trainer of the session.
    """
    active = User.objects.filter(is_active=True)
    if user.sees_everyone:
        return active
    allowed = Q(pk__in=User.objects.all().visible_to(user).values("pk")) if user.is_lead else Q(pk=None)
    if TrainingSession.objects.run_by(user).filter(pk=session.pk).exists():
        follow = Enrolment.objects.all().open().filter(course=session.course_id)
        allowed |= Q(pk__in=follow.values("person"))
    return active.filter(allowed)
