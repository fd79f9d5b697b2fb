"""Whether what is kept of a session holds together: what an auditor would ask, asked first."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from cms.accounts.models import User
from cms.core.templatetags.socle import day as written_day
from cms.core.templatetags.socle import minutes as written_minutes
from courses.sessions.enums import Mark
from courses.sessions.holidays import public_holidays
from courses.sessions.models import Attendance, HalfDay, TrainingSession
from courses.sessions.queries.roster import Cell, Row, roster_of

ERROR, WARNING = "error", "warning"
SUNDAY = 6


@dataclass(frozen=True)
class Check:
    """Something that does not hold: `level` is error or warning; `url` leads to where it is mended, if anywhere."""

    level: str
    text: str
    url: str = ""
    action: str = ""


def coherence(session: TrainingSession, roster: list[Row] | None = None) -> list[Check]:
    """What does not hold in a session, in the order one would read it; empty when all is well.

    `roster`: everyone of the session, when it is already read.
    """
    if session.is_cancelled:
        return []
    rows = roster_of(session) if roster is None else roster
    halves = session.halves
    return [
        *_planning(session, halves),
        *_days(session, halves),
        *_rooms(session, halves),
        *_places(session, rows),
        *(check for half in halves for check in _signatures(session, half, rows)),
        *_strangers(session, rows),
        *_elsewhere(session, rows),
    ]


def _to_plan(session: TrainingSession) -> dict[str, str]:
    return {"url": reverse("seances:edit", args=[session.pk]), "action": "Modifier la séance"}


def _to_half(session: TrainingSession, half: HalfDay, action: str) -> dict[str, str]:
    return {"url": f"{session.get_absolute_url()}#demi-journee-{half.pk}", "action": action}


def _planning(session: TrainingSession, halves: list[HalfDay]) -> Iterator[Check]:
    if not halves:
        yield Check(ERROR, "La séance n'a aucune demi-journée.", **_to_plan(session))
    elif session.minutes != session.planned_minutes:
        done, planned = written_minutes(session.minutes), written_minutes(session.planned_minutes)
        text = f"Les demi-journées font {done}, le programme en prévoit {planned}."
        yield Check(ERROR, text, **_to_plan(session))


def _days(session: TrainingSession, halves: list[HalfDay]) -> Iterator[Check]:
    for on in dict.fromkeys(half.on for half in halves):
        if name := public_holidays(on.year).get(on):
            yield Check(WARNING, f"Le {written_day(on)} est férié ({name}).", **_to_plan(session))
        elif on.weekday() == SUNDAY:
            yield Check(WARNING, f"Le {written_day(on)} est un dimanche.", **_to_plan(session))


def trainers_of(half: HalfDay, session: TrainingSession) -> list[User]:
    """Who runs a half-day: the one named, or all of its session."""
    return [half.trainer] if half.trainer else list(session.trainers.all())


def _rooms(session: TrainingSession, halves: list[HalfDay]) -> Iterator[Check]:
    if not halves:
        return
    days = {half.on for half in halves}
    others = HalfDay.objects.filter(on__in=days, session__cancelled_at=None).exclude(session=session)
    around = others.select_related("session", "trainer").prefetch_related("session__trainers").order_by("on", "pk")
    for other in around:
        there = {person.pk for person in trainers_of(other, other.session)}
        for half in halves:
            if overlap(half, other):
                for person in (one for one in trainers_of(half, session) if one.pk in there):
                    when = f"{written_day(half.on)} ({half.label})"
                    text = f"{person} anime au même moment « {other.session.title} », le {when}."
                    yield Check(ERROR, text, **_to_plan(session))


def overlap(one: HalfDay, other: HalfDay) -> bool:
    return one.on == other.on and one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _places(session: TrainingSession, rows: list[Row]) -> Iterator[Check]:
    here = [row for row in rows if not row.has_left]
    if session.capacity is not None and len(here) > session.capacity:
        text = f"{len(here)} personnes sont inscrites pour {session.capacity} places."
        yield Check(WARNING, text, f"{session.get_absolute_url()}#inscrits", "Voir la liste")
    for row in rows:
        if row.has_left:
            left = written_day(row.registration.withdrawn_at)
            text = f"{row.person} a signé, et n'est plus sur la liste depuis le {left}."
            yield Check(WARNING, text, f"{session.get_absolute_url()}#inscrits", "Voir la liste")


def _signatures(session: TrainingSession, half: HalfDay, rows: list[Row]) -> Iterator[Check]:
    if not half.is_over:
        return
    cells = [cell for row in rows for cell in row.cells if cell.half.pk == half.pk]
    when = f"{written_day(half.on)}, {half.label}"
    empty = [cell for cell in cells if cell.is_empty and cell.registration.withdrawn_at is None]
    if empty:
        level = WARNING if half.is_open else ERROR
        text = f"{when} : ni signature ni absence notée pour {_names(empty)}."
        yield Check(level, text, **_to_half(session, half, "Noter les absences"))
    if waiting := [cell for cell in cells if cell.is_waiting]:
        text = f"{when} : à contresigner pour {_names(waiting)}."
        yield Check(ERROR, text, **_to_half(session, half, "Contresigner"))
    if void := [cell for cell in cells if cell.mark == Mark.VOID]:
        text = f"{when} : signature annulée pour {_names(void)}, le motif est noté."
        yield Check(WARNING, text, **_to_half(session, half, "Lire le motif"))


def _strangers(session: TrainingSession, rows: list[Row]) -> Iterator[Check]:
    """Countersigned by someone who does not, or no longer, run the session."""
    allowed = {person.pk for person in session.trainers.all()} | {half.trainer_id for half in session.halves} | {None}
    for half in session.halves:
        by: dict[str, list[Cell]] = {}
        for cell in (cell for row in rows for cell in row.cells if cell.half.pk == half.pk):
            attendance = cell.attendance
            if attendance is not None and attendance.countersigned_by_id not in allowed:
                by.setdefault(str(attendance.countersigned_by), []).append(cell)
        for name, cells in by.items():
            text = (
                f"{written_day(half.on)}, {half.label} : contresigné par {name}, qui n'anime pas cette séance, "
                f"pour {_names(cells)}."
            )
            yield Check(ERROR, text, **_to_plan(session))


def _elsewhere(session: TrainingSession, rows: list[Row]) -> Iterator[Check]:
    """Signed here and in another session at the same moment."""
    signed = [cell for row in rows for cell in row.cells if cell.mark in (Mark.SIGNED, Mark.COUNTERSIGNED)]
    if not signed:
        return
    people = {cell.registration.person_id for cell in signed}
    days = {cell.half.on for cell in signed}
    others = Attendance.objects.signed().not_void().filter(registration__person__in=people, half_day__on__in=days)
    elsewhere = others.exclude(half_day__session=session).select_related("half_day__session", "registration")
    for other in elsewhere.order_by("half_day__on", "pk"):
        for cell in signed:
            same = cell.registration.person_id == other.registration.person_id
            if same and overlap(cell.half, other.half_day):
                text = (
                    f"{cell.registration.person} a signé au même moment pour « {other.half_day.session.title} », le "
                    f"{written_day(cell.half.on)} ({cell.half.label})."
                )
                yield Check(ERROR, text, **_to_half(session, cell.half, "Corriger la présence"))


def _names(cells: list[Cell]) -> str:
    return ", ".join(str(cell.registration.person) for cell in cells)
