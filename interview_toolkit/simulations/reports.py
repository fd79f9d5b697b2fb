"""What those who write simulations read of what is played: numbers, from five people, never who."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet

from cms.core.rates import percent_of
from interview_toolkit.simulations.drawing import Drawing, draw
from interview_toolkit.simulations.enums import Outcome
from interview_toolkit.simulations.graph import Graph, Node
from interview_toolkit.simulations.models import Play, PlayTurn, ScenarioPage, ScenarioVersion
from interview_toolkit.simulations.queries import FEWEST_PEOPLE


@dataclass(frozen=True)
class OptionUse:
    words: str
    count: int
    percent: int
    next: str


@dataclass(frozen=True)
class MomentUse:
    """How many times a moment was come to (a loop comes again), and how many of them stopped there without an end."""

    node: Node
    people: int
    came: int
    stopped: int
    options: list[OptionUse]

    @property
    def is_shown(self) -> bool:
        return self.people >= FEWEST_PEOPLE


@dataclass(frozen=True)
class Report:
    """What was done with a version and with those that differ from it in words only (`together`)."""

    version: ScenarioVersion
    versions: list[ScenarioVersion]
    people: int
    plays: int
    ends: list[tuple[Outcome, int]]
    moments: list[MomentUse]
    drawing: Drawing

    @property
    def is_shown(self) -> bool:
        return self.people >= FEWEST_PEOPLE

    @property
    def together(self) -> list[int]:
        return sorted(one.number for one in self.versions if one.shape == self.version.shape)

    @property
    def never(self) -> list[tuple[str, str]]:
        """The options nobody chose, where enough people came."""
        return [
            (moment.node.id, option.words)
            for moment in self.moments
            for option in moment.options
            if moment.is_shown and not option.count
        ]


def report_of(page: ScenarioPage, *, number: int | None = None) -> Report | None:
    """What was done of a version, by default the one in force; None when there is no such version.

    A turn that a branch repeats counts where it was made.
    """
    versions = list(page.versions.defer("graph"))
    version = next((one for one in versions if number in (None, one.number)), None)
    if version is None:
        return None
    graph = version.moments
    plays = Play.objects.filter(version__in=[one for one in versions if one.shape == version.shape])
    totals = plays.aggregate(people=Count("person", distinct=True), plays=Count("pk"))
    outcomes = Counter(dict(plays.finished().values_list("outcome").annotate(Count("pk")).order_by()))
    moments, ends = _uses(graph, plays)
    shown = [one for one in moments if one.is_shown]
    counts = {(one.node.id, at): option.count for one in shown for at, option in enumerate(one.options)}
    came = {one.node.id: one.came for one in shown} | ends
    return Report(
        version=version,
        versions=versions,
        people=totals["people"],
        plays=totals["plays"],
        ends=[(outcome, outcomes[outcome]) for outcome in Outcome],
        moments=moments,
        drawing=draw(graph, counts=counts, came=came),
    )


def _uses(graph: Graph, plays: QuerySet[Any]) -> tuple[list[MomentUse], dict[str, int]]:
    """The use of each moment; and how many came to each end, where enough people did."""
    own = Q(play__branched_at=None) | Q(number__gte=F("play__branched_at"))
    made = PlayTurn.objects.filter(own, play__in=plays).values_list("node", "choice", "play__person")
    counts: Counter[tuple[str, int]] = Counter()
    people: dict[str, set[int]] = defaultdict(set)
    ended: Counter[str] = Counter()
    for node, choice, person, times in made.annotate(times=Count("pk")).order_by():
        after = graph.by_id[node].options[choice].next
        counts[node, choice] += times
        people[node].add(person)
        if graph.by_id[after].is_end:
            people[after].add(person)
            ended[after] += times
    stops: Counter[str] = Counter()
    for node, person in _stops(graph, plays):
        people[node].add(person)
        stops[node] += 1
    moments = [_use(node, counts, len(people[node.id]), stops[node.id]) for node in graph.nodes if not node.is_end]
    return moments, {name: times for name, times in ended.items() if len(people[name]) >= FEWEST_PEOPLE}


def _use(node: Node, counts: Mapping[tuple[str, int], int], people: int, stopped: int) -> MomentUse:
    made = [counts.get((node.id, at), 0) for at in range(len(node.options))]
    options = [
        OptionUse(option.label, count, percent_of(count, sum(made)), option.next)
        for option, count in zip(node.options, made, strict=True)
    ]
    return MomentUse(node, people, sum(made) + stopped, stopped, options)


def _stops(graph: Graph, plays: QuerySet[Any]) -> list[tuple[str, int]]:
    """At which moment those stand who did not come to an end, and who."""
    last = plays.filter(finished_at=None).annotate(last=Max("turns__number"))
    made = last.filter(Q(last=None) | Q(turns__number=F("last"))).values_list("turns__node", "turns__choice", "person")
    return [(graph.by_id[node].options[choice].next if node else graph.start, person) for node, choice, person in made]


def simulations_played() -> QuerySet[ScenarioPage]:
    """With `people` and `plays`, those most played first."""
    counted = ScenarioPage.objects.defer("nodes").annotate(
        people=Count("plays__person", distinct=True), times=Count("plays", distinct=True)
    )
    return counted.filter(times__gt=0).order_by("-times", "path")


def from_five(people: int, number: int) -> str:
    """A number, unless it is about too few people to be nobody's."""
    return str(number) if people >= FEWEST_PEOPLE else f"moins de {FEWEST_PEOPLE} personnes"
