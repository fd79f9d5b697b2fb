"""What the screens of triads show."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils import timezone

from cms.accounts.models import User
from interview_toolkit.observations.queries import word_of
from interview_toolkit.techniques.models import TechniquePage
from interview_toolkit.triads.enums import Phase, Role
from interview_toolkit.triads.models import Note, Seat, Triad


@dataclass(frozen=True)
class Place:
    """A place of a triad, as one of the three sees it."""

    role: Role
    seat: Seat | None
    is_mine: bool

    @property
    def state(self) -> str:
        if self.seat is None:
            return "À prendre"
        if self.seat.handed_in_at:
            return "Grille remise"
        return "C'est vous" if self.is_mine else "Place prise"


@dataclass(frozen=True)
class TriadScreen:
    triad: Triad
    mine: Seat
    places: list[Place]
    notes: list[Note]

    @property
    def phase(self) -> Phase:
        return self.triad.phase

    @property
    def elapsed(self) -> int:
        """Seconds since the beginning, by the clock of the site."""
        started = self.triad.started_at
        return int((timezone.now() - started).total_seconds()) if started else 0

    @property
    def left(self) -> int:
        """Seconds before the end; none once it is over."""
        ends = self.triad.ends_at
        return max(0, int((ends - timezone.now()).total_seconds())) if ends else self.triad.minutes * 60

    @property
    def handed_in(self) -> int:
        return sum(bool(place.seat and place.seat.handed_in_at) for place in self.places)

    @property
    def name(self) -> str:
        """Which screen: `gather` before the interview, `hold` until one hands in one's grid, then `compare`."""
        if self.triad.started_at is None:
            return "gather"
        return "compare" if self.mine.handed_in_at else "hold"

    @property
    def marker(self) -> str:
        """What changes when the page of one of the three is no longer true."""
        if self.name == "gather":
            seated = ".".join(str(place.seat.pk) if place.seat else "-" for place in self.places)
            return f"gather:{seated}:{self.triad.code or ''}"
        if self.name == "hold":
            return f"hold:{self.phase}"
        return f"compare:{self.handed_in}:{'turned' if self.turned_into else ''}"

    @property
    def is_sheet_open(self) -> bool:
        """The two who play lay their phones down: their grid opens at the end."""
        return self.phase == Phase.OVER or self.mine.role == Role.OBSERVER

    @property
    def turned_into(self) -> Triad | None:
        return getattr(self.triad, "turned_into", None)


def screen_of(triad: Triad, person: User) -> TriadScreen:
    """A triad (`whole()`) as one of the three sees it; two queries at most."""
    places = [
        Place(role, seat, seat is not None and seat.person_id == person.pk)
        for role in Role
        for seat in [triad.places.get(role)]
    ]
    mine = next(place.seat for place in places if place.is_mine and place.seat)
    return TriadScreen(triad, mine, places, list(mine.notes.all()))


@dataclass(frozen=True)
class Viewpoint:
    """What one of the three saw of a criterion; no word as long as they have not handed in their grid."""

    role: Role
    word: str
    level: int | None


@dataclass(frozen=True)
class Compared:
    code: str
    label: str
    views: list[Viewpoint]
    technique: TechniquePage | None = None

    @property
    def is_split(self) -> bool:
        """Without object for one, and not for another."""
        return len({view.level is None for view in self.views}) > 1

    @property
    def gap(self) -> int:
        """Between the highest level and the lowest."""
        levels = [view.level for view in self.views if view.level is not None]
        return max(levels) - min(levels) if levels else 0


@dataclass(frozen=True)
class Comparison:
    """The three viewpoints side by side, with their gaps, what each wrote, and the notes in the order of the clock."""

    phases: list[tuple[str, list[Compared]]]
    remarks: list[tuple[str, list[tuple[Role, str]]]]
    notes: list[Note]
    missing: list[Place]

    @property
    def widest(self) -> list[Compared]:
        """Where to begin talking: the criteria whose levels are the farthest apart."""
        rows = [row for _phase, rows in self.phases for row in rows if row.gap >= 2 or row.is_split]
        return sorted(rows, key=lambda row: -row.gap)[:3]


def comparison_of(screen: TriadScreen) -> Comparison:
    given = [place.seat for place in screen.places if place.seat and place.seat.handed_in_at]
    content = screen.triad.version
    techniques = TechniquePage.objects.live().in_bulk(
        [one["technique"] for one in content.criteria if one["technique"]]
    )

    def compared(one: dict[str, Any]) -> Compared:
        views = [_view(seat, one["code"]) for seat in given]
        return Compared(one["code"], one["label"], views, techniques.get(one["technique"]))

    phases = [
        (phase, [compared(one) for one in rows])
        for phase, rows in groupby(content.criteria, key=lambda one: one["phase"])
    ]
    remarks = [
        (question, [(seat.place, seat.remarks[at]) for seat in given if at < len(seat.remarks) and seat.remarks[at]])
        for at, question in enumerate(content.content["debrief"])
    ]
    notes = Note.objects.filter(seat__in=given).select_related("seat").order_by("at", "pk")
    missing = [place for place in screen.places if place.seat and not place.seat.handed_in_at]
    return Comparison(phases, [(question, said) for question, said in remarks if said], list(notes), missing)


def _view(seat: Seat, code: str) -> Viewpoint:
    level = seat.levels.get(code)
    return Viewpoint(seat.place, word_of(level), level)


MOST_SHOWN = 40


def triads_of(person: User) -> list[Seat]:
    """One's places, the latest first."""
    seats = Seat.objects.filter(person=person).select_related("triad__version__grid")
    return list(seats.prefetch_related("triad__seats__person").order_by("-joined_at", "-pk")[:MOST_SHOWN])
