"""What the screens of observations show."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.utils import timezone

from cms.accounts.models import User
from cms.core.functions import Fold
from cms.roadmap.queries import FEWEST_PEOPLE
from courses.models import Enrolment
from courses.queries.steps import StepScreen
from interview_toolkit.observations.agreement import AGREED, Levels, agreement_with, mean_kappa
from interview_toolkit.observations.enums import NO_OBJECT, Level
from interview_toolkit.observations.models import (
    Criterion,
    GridIndexPage,
    GridPage,
    GridVersion,
    Observation,
    ObservationStepPage,
    Observer,
    Rating,
    ReferencePage,
    Seen,
    Share,
)
from interview_toolkit.techniques.models import TechniquePage

SAID = re.compile(r"(?P<who>[^:]{0,39}[^:\s\d])\s?:\s+(?P<words>.+)")
MOST_COMPARED = 60


def grids_of(index: GridIndexPage) -> list[GridPage]:
    return list(GridPage.objects.live().child_of(index).order_by("path"))


def grids_with(technique: TechniquePage) -> list[GridPage]:
    """The grids that look for a technique, each with the criteria that do (`looked_for`)."""
    looking = Criterion.objects.filter(technique=technique).order_by("sort_order")
    grids = GridPage.objects.live().filter(pk__in=looking.values("page")).order_by("path")
    return list(grids.prefetch_related(Prefetch("criteria", queryset=looking, to_attr="looked_for")))


def phases_of(page: GridPage) -> list[tuple[str, list[Any]]]:
    """The criteria of a grid as it is written now, moment by moment."""
    criteria = sorted(page.criteria.all(), key=lambda one: one.sort_order or 0)
    techniques = TechniquePage.objects.in_bulk([one.technique_id for one in criteria if one.technique_id])
    for one in criteria:
        one.page_of_technique = techniques.get(one.technique_id)
    return [(phase, list(rows)) for phase, rows in groupby(criteria, key=lambda one: one.phase)]


def references_of(grid: GridPage) -> list[ReferencePage]:
    """The interviews one may calibrate with, for a grid."""
    return list(ReferencePage.objects.live().child_of(grid).order_by("path")) if grid.pk else []


def askable(person: User) -> QuerySet[User]:
    """Whom someone may ask to observe them: trainers first, then the peers who accept; each with their `quality`."""
    peers = Observer.objects.available()
    is_trainer = Exists(User.objects.trainers().filter(pk=OuterRef("pk")))
    people = User.objects.filter(Q(is_trainer) | Q(pk__in=peers.values("person")), is_active=True).exclude(pk=person.pk)
    quality = Case(When(is_trainer, then=Value("formateur")), default=Value("pair formé"))
    ordered: QuerySet[User] = people.annotate(quality=quality).order_by(
        "quality", Fold("last_name"), Fold("first_name"), "pk"
    )
    return ordered


def at_ease_with(techniques: Iterable[int]) -> QuerySet[Seen]:
    """What says that someone was seen at ease with one of these techniques."""
    return Seen.objects.filter(technique__in=list(techniques), level__gte=Level.SETTLED)


@dataclass(frozen=True)
class Mine:
    """What one asked for, what one was asked, and what is signed on either side."""

    asked: list[Observation]
    to_do: list[Observation]
    received: list[Observation]
    given: list[Observation]
    shown: list[Observation]
    """What colleagues show me."""
    observers: list[Observer]
    """The grids I am calibrated on."""


def mine(person: User) -> Mine:
    rows = list(Observation.objects.of_either(person).with_people()[:400])
    observed = [one for one in rows if one.person_id == person.pk]
    observing = [one for one in rows if one.observer_id == person.pk]
    return Mine(
        asked=[one for one in observed if not one.signed_at],
        to_do=[one for one in observing if not one.signed_at],
        received=[one for one in observed if one.signed_at],
        given=[one for one in observing if one.signed_at],
        shown=list(Observation.objects.shown_to(person).with_people()[:400]),
        observers=list(Observer.objects.of(person).select_related("grid").order_by("grid__title")),
    )


@dataclass(frozen=True)
class Looked:
    label: str
    level: str
    technique: TechniquePage | None


@dataclass(frozen=True)
class Sheet:
    """A signed observation, moment by moment, then in words."""

    observation: Observation
    phases: list[tuple[str, list[Looked]]]
    remarks: list[tuple[str, str]]
    shares: list[Share]


def sheet_of(observation: Observation) -> Sheet:
    criteria = observation.version.criteria
    techniques = TechniquePage.objects.in_bulk([one["technique"] for one in criteria if one["technique"]])
    phases = [
        (phase, [Looked(one["label"], _word(observation, one), techniques.get(one["technique"])) for one in rows])
        for phase, rows in groupby(criteria, key=lambda one: one["phase"])
    ]
    said = zip(observation.version.content["debrief"], observation.remarks, strict=False)
    shares = list(observation.shares.select_related("trainer"))
    return Sheet(observation, phases, [(question, words) for question, words in said if words], shares)


def _word(observation: Observation, criterion: dict[str, Any]) -> str:
    return word_of(observation.levels.get(criterion["code"]))


def word_of(level: int | None) -> str:
    return NO_OBJECT if level is None else str(Level(level).label)


@dataclass(frozen=True)
class Line:
    """One line of an interview: who speaks, or nobody for a gesture."""

    who: str
    words: str


def lines_of(reference: ReferencePage) -> list[Line]:
    return [_line(text) for text in reference.transcript]


def _line(text: str) -> Line:
    """ "Référent : Bonjour." is said by someone; "Il est 9:30." is not."""
    said = SAID.match(text)
    return Line(said["who"], said["words"]) if said else Line("", text)


@dataclass(frozen=True)
class Compared:
    """A criterion of a reference interview, as someone saw it and as its authors did."""

    label: str
    mine: str
    theirs: str
    gap: int | None
    reason: str


@dataclass(frozen=True)
class Calibration:
    """Where someone is with a reference interview. `rows` are shown once they agree with it, `doubts` before."""

    reference: ReferencePage
    version: GridVersion
    observer: Observer | None
    rating: Rating | None
    wanted: int
    rows: list[Compared]
    doubts: list[str]

    @property
    def is_for_today(self) -> bool:
        return self.rating is None or self.rating.rated_on < timezone.localdate()

    @property
    def threshold(self) -> float:
        return AGREED


def calibration_of(reference: ReferencePage, person: User) -> Calibration | None:
    """None when its grid was never published."""
    grid = GridPage.objects.get(pk=reference.get_parent().pk)
    version = grid.versions.first()
    if version is None:
        return None
    observer = Observer.objects.of(person).filter(grid=grid).first()
    rating = reference.ratings.filter(person=person).first()
    readings = {one.code: one for one in reference.readings.all()}
    expected: Levels = {code: one.level for code, one in readings.items()}
    rows, doubts = [], []
    if rating is not None:
        for criterion in rating.version.criteria:
            code = criterion["code"]
            said, seen = rating.levels.get(code), rating.expected.get(code)
            gap = abs(said - seen) if said is not None and seen is not None else None
            if said != seen and gap != 1:
                doubts.append(criterion["label"])
            reason = readings[code].reason if code in readings else ""
            rows.append(Compared(criterion["label"], word_of(said), word_of(seen), gap, reason))
    wanted = agreement_with(expected, {}).wanted
    return Calibration(reference, version, observer, rating, wanted, rows if observer else [], doubts)


@dataclass(frozen=True)
class Spread:
    """What observers said of a criterion: how many at each level, in order, then without object."""

    label: str
    expected: str
    counts: list[int]


@dataclass(frozen=True)
class AgreementReport:
    """Figures from five observers; nobody is named and nobody is ranked."""

    people: int
    agreed: int
    kappa: float | None
    twos: int
    spreads: list[Spread]
    levels: list[str]


def agreement_report(reference: ReferencePage) -> AgreementReport:
    """What the latest reading of each observer says together."""
    latest = reference.ratings.order_by("person", "-rated_at", "-pk").distinct("person").select_related("version")
    ratings = list(latest)
    levels = [*(str(level.label) for level in Level), NO_OBJECT]
    agreed = sum(rating.is_agreed for rating in ratings)
    if len(ratings) < FEWEST_PEOPLE:
        return AgreementReport(len(ratings), agreed, None, 0, [], levels)
    # Every two of them: of the latest only, beyond that the figure does not move.
    between = mean_kappa([rating.levels for rating in sorted(ratings, key=lambda one: one.rated_at)[-MOST_COMPARED:]])
    newest = max(ratings, key=lambda one: one.version.number).version
    spreads = [
        Spread(
            criterion["label"],
            word_of(reference.expected.get(criterion["code"])),
            [
                sum(rating.levels.get(criterion["code"], -1) == level for rating in ratings)
                for level in (*Level.values, None)
            ],
        )
        for criterion in newest.criteria
    ]
    kappa, twos = between or (None, 0)
    return AgreementReport(len(ratings), agreed, kappa, twos, spreads, levels)


@dataclass(frozen=True)
class StepStanding:
    screen: StepScreen
    waiting: Observation | None


def step_standing(screen: StepScreen, page: ObservationStepPage, person: User) -> StepStanding:
    enrolment: Enrolment | None = screen.standing.enrolment
    asked = Observation.objects.waiting().filter(person=person, version__grid=page.grid_id).with_people()
    return StepStanding(screen, asked.first() if enrolment else None)
