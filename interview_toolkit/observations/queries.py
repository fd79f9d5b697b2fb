"""What the screens of observations show."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from cms.accounts.models import User
from courses.models import Enrolment
from courses.queries.steps import StepScreen
from interview_toolkit.observations.enums import NO_OBJECT, Level
from interview_toolkit.observations.models import GridIndexPage, GridPage, Observation, ObservationStepPage, Seen
from interview_toolkit.techniques.models import TechniquePage


def grids_of(index: GridIndexPage) -> list[GridPage]:
    return list(GridPage.objects.live().child_of(index).order_by("path"))


def grids_with(technique: TechniquePage) -> QuerySet[GridPage]:
    """The grids that look for a technique."""
    return GridPage.objects.live().filter(criteria__technique=technique).distinct().order_by("path")


def phases_of(page: GridPage) -> list[tuple[str, list[Any]]]:
    """The criteria of a grid as it is written now, moment by moment."""
    criteria = sorted(page.criteria.all(), key=lambda one: one.sort_order or 0)
    techniques = TechniquePage.objects.in_bulk([one.technique_id for one in criteria if one.technique_id])
    for one in criteria:
        one.page_of_technique = techniques.get(one.technique_id)
    return [(phase, list(rows)) for phase, rows in groupby(criteria, key=lambda one: one.phase)]


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


def mine(person: User) -> Mine:
    rows = list(Observation.objects.visible_to(person).with_people()[:400])
    observed = [one for one in rows if one.person_id == person.pk]
    observing = [one for one in rows if one.observer_id == person.pk]
    return Mine(
        asked=[one for one in observed if not one.signed_at],
        to_do=[one for one in observing if not one.signed_at],
        received=[one for one in observed if one.signed_at],
        given=[one for one in observing if one.signed_at],
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


def sheet_of(observation: Observation) -> Sheet:
    criteria = observation.version.criteria
    techniques = TechniquePage.objects.in_bulk([one["technique"] for one in criteria if one["technique"]])
    phases = [
        (phase, [Looked(one["label"], _word(observation, one), techniques.get(one["technique"])) for one in rows])
        for phase, rows in groupby(criteria, key=lambda one: one["phase"])
    ]
    said = zip(observation.version.content["debrief"], observation.remarks, strict=False)
    return Sheet(observation, phases, [(question, words) for question, words in said if words])


def _word(observation: Observation, criterion: dict[str, Any]) -> str:
    level = observation.levels.get(criterion["code"])
    return NO_OBJECT if level is None else str(Level(level).label)


@dataclass(frozen=True)
class StepStanding:
    screen: StepScreen
    waiting: Observation | None


def step_standing(screen: StepScreen, page: ObservationStepPage, person: User) -> StepStanding:
    enrolment: Enrolment | None = screen.standing.enrolment
    asked = Observation.objects.waiting().filter(person=person, version__grid=page.grid_id).with_people()
    return StepStanding(screen, asked.first() if enrolment else None)
