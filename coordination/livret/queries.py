"""Everything someone did, as their record shows it: on screen, on paper and in a spreadsheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from certifications.models import Credential, ExternalTraining
from certifications.queries.mine import LAPSED, LOOKS
from certifications.querysets import dates_of
from certifications.states import state_of
from cms.accounts.models import User
from cms.core.templatetags.socle import day
from coordination.livret.models import ObservationChoice
from courses.enums import Status
from courses.models import Enrolment
from courses.sessions.queries.attended import SignedHalfDay, attended_sessions
from interview_toolkit.observations.models import Observation

# Counted with the half-days one signed for, and not a second time among the steps of a course.
SESSION = "session"
DECLARED = "Déclarée par vous"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing done. `state` is always written; `look` is that of its badge; `details` stand under the title.

    `halves`: the half-days of a session, told among its details too.
    """

    title: str
    starts_on: date | None
    ends_on: date | None = None
    minutes: int | None = None
    state: str = ""
    look: str = ""
    details: tuple[str, ...] = ()
    halves: tuple[SignedHalfDay, ...] = ()
    note: str = ""
    url: str = ""
    public_id: UUID | None = None
    is_shown: bool = True

    @property
    def dates(self) -> str:
        """ "du 2 octobre 2026 au 30 novembre 2026", "le 2 octobre 2026", "depuis le 2 octobre 2026"."""
        if self.starts_on is None:
            return ""
        if self.ends_on is None:
            return f"depuis le {day(self.starts_on)}"
        if self.ends_on == self.starts_on:
            return f"le {day(self.starts_on)}"
        return f"du {day(self.starts_on)} au {day(self.ends_on)}"


@dataclass(frozen=True, slots=True)
class Section:
    """`code` names it in addresses and templates; `empty` is what it says without a line."""

    code: str
    title: str
    empty: str
    lines: tuple[Line, ...]

    @property
    def minutes(self) -> int:
        return sum(line.minutes or 0 for line in self.lines)

    @property
    def shown(self) -> tuple[Line, ...]:
        """Those that leave the site with the record: all, but for the observations nobody chose."""
        return tuple(line for line in self.lines if line.is_shown)


@dataclass(frozen=True, slots=True)
class Livret:
    holder: str
    made_at: datetime
    sections: tuple[Section, ...]

    @property
    def attended_minutes(self) -> int:
        """What the site knows was followed: courses, and half-days signed and countersigned."""
        return sum(section.minutes for section in self.sections if section.code in ("formations", "seances"))

    @property
    def declared_minutes(self) -> int:
        return sum(section.minutes for section in self.sections if section.code == "ailleurs")


def livret_of(person: User) -> Livret:
    """The whole record, whatever became of courses, definitions or employers; the number of queries is fixed."""
    return Livret(
        holder=person.get_full_name(),
        made_at=timezone.now(),
        sections=(
            Section("formations", "Formations", "Aucune formation suivie pour l'instant.", tuple(_courses(person))),
            Section("seances", "Séances en salle", "Aucune demi-journée signée pour l'instant.", tuple(_rooms(person))),
            Section("ailleurs", "Formations suivies ailleurs", "Aucune formation déclarée.", tuple(_elsewhere(person))),
            Section("attestations", "Attestations", "Aucune attestation pour l'instant.", tuple(_credentials(person))),
            Section("observations", "Observations", "Aucune observation choisie.", tuple(_observations(person))),
        ),
    )


def _courses(person: User) -> Iterator[Line]:
    rows = Enrolment.objects.of(person).with_state().prefetch_related("step_states")
    for enrolment in rows.order_by("-enrolled_at", "-pk"):
        state = enrolment.state
        edition = f"version {enrolment.version.number}"
        if enrolment.is_numbered:
            edition += f", parcours n° {enrolment.cycle}"
        done_on = _on(state.completed_at) or _on(enrolment.closed_at)
        is_left = enrolment.closed_at is not None and state.completed_at is None
        yield Line(
            title=enrolment.course.title,
            starts_on=_on(enrolment.enrolled_at),
            ends_on=done_on,
            minutes=_minutes(enrolment),
            state=str(enrolment.get_closing_reason_display() if is_left else state.get_status_display()),
            look={Status.COMPLETED: "done", Status.IN_PROGRESS: "" if is_left else "current"}.get(state.status, ""),
            details=(edition,),
            url=enrolment.course.url or "" if enrolment.course.live else "",
        )


def _minutes(enrolment: Enrolment) -> int:
    """The minutes announced of the steps done, but for those in a room."""
    states: Any = enrolment.step_states  # type: ignore[attr-defined]
    done = {str(state.step_key) for state in states.all() if state.first_completed_at}
    steps = [step for step in enrolment.version.manifest if step["step_key"] in done and step["kind"] != SESSION]
    return sum(step["est_minutes"] or 0 for step in steps)


def _rooms(person: User) -> Iterator[Line]:
    for session in reversed(attended_sessions(person)):
        halves = session.half_days
        yield Line(
            title=session.title,
            starts_on=halves[0].on,
            ends_on=halves[-1].on,
            minutes=session.minutes,
            state="Toutes les demi-journées signées" if session.is_whole else f"{len(halves)} sur {session.planned}",
            look="done" if session.is_whole else "",
            details=(f"{session.course}, {session.where}", *(_half_day(half) for half in halves)),
            halves=tuple(halves),
        )


def _half_day(half: SignedHalfDay) -> str:
    return f"{when(half)} : contresignée par {half.countersigned_by}"


def when(half: SignedHalfDay) -> str:
    """ "16 octobre 2026, matin, 09:00 – 12:30"."""
    return f"{day(half.on)}, {half.label}, {half.starts_at:%H:%M} – {half.ends_at:%H:%M}"


def _elsewhere(person: User) -> Iterator[Line]:
    for training in ExternalTraining.objects.of(person):
        yield Line(
            title=training.title,
            starts_on=training.starts_on,
            ends_on=training.ends_on,
            minutes=training.minutes,
            state=DECLARED,
            details=(training.provider,),
            note=training.note,
            public_id=training.public_id,
        )


def _credentials(person: User) -> Iterator[Line]:
    held = Credential.objects.of(person).filter(snapshot__isnull=False).with_facts()
    today = timezone.localdate()
    for credential in held.order_by("-issued_at", "-pk"):
        state, said = state_of(dates_of(credential), today), credential.snapshot
        first, last = day(credential.valid_from), credential.ends_on
        lasting = f"valable du {first} au {day(last)}" if last else f"valable depuis le {first}"
        yield Line(
            title=f"{said['title']} : {said['training']['title']}",
            starts_on=_on(credential.issued_at),
            ends_on=_on(credential.issued_at),
            state=str(state.label),
            look="late" if state in LAPSED else LOOKS.get(state, ""),
            details=(f"n° {credential.public_id}, {lasting}",),
            url=credential.get_absolute_url(),
        )


def _observations(person: User) -> Iterator[Line]:
    """The day, the grid and the setting; of what was noted, nothing."""
    shown = set(ObservationChoice.objects.of(person).open().values_list("observation", flat=True))
    signed = Observation.objects.signed().filter(person=person).select_related("version__grid")
    for one in signed.order_by("-held_on", "-pk"):
        yield Line(
            title=one.version.grid.title,
            starts_on=one.held_on,
            ends_on=one.held_on,
            details=(str(one.get_setting_display()),),
            state="Dans mon livret" if one.pk in shown else "Pas montrée",
            look="done" if one.pk in shown else "",
            url=one.get_absolute_url(),
            public_id=one.public_id,
            is_shown=one.pk in shown,
        )


def _on(instant: datetime | None) -> date | None:
    return timezone.localdate(instant) if instant else None
