"""What the screens of simulations show."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery

from cms.accounts.models import User
from cms.core.models import Document, Image
from cms.core.rates import percent_of
from courses.models import Enrolment
from courses.queries.steps import StepScreen
from interview_toolkit.simulations.drawing import Drawing, draw
from interview_toolkit.simulations.enums import FeedbackTime, Initiative, Move, Outcome
from interview_toolkit.simulations.graph import Graph, Node
from interview_toolkit.simulations.models import (
    Play,
    PlayTurn,
    ScenarioIndexPage,
    ScenarioPage,
    ScenarioStepPage,
    ScenarioVersion,
)
from interview_toolkit.simulations.services import choices_of, steps_asking
from interview_toolkit.simulations.walk import Held, Reading, Turn, Walk, follow, parting, reading_of, shuffled
from interview_toolkit.techniques.models import TechniquePage, techniques_by_code

# Below so many people, what others chose could be somebody's.
FEWEST_PEOPLE = 5


@dataclass(frozen=True)
class Card:
    page: ScenarioPage
    is_under_way: bool
    finished: int


def scenario_cards(index: ScenarioIndexPage, person: User) -> list[Card]:
    """The simulations that can be played, with where the person stands; two queries."""
    pages = ScenarioPage.objects.live().child_of(index).exclude(versions=None).defer("nodes").order_by("path")
    mine = (
        Play.objects.visible_to(person)
        .values("scenario")
        .annotate(
            finished=Count("pk", filter=Q(finished_at__isnull=False)),
            under_way=Count("pk", filter=Q(finished_at=None, left_at=None)),
        )
    )
    plays = {row["scenario"]: row for row in mine}
    none = {"finished": 0, "under_way": 0}
    return [
        Card(page, bool(row["under_way"]), row["finished"])
        for page in pages.distinct()
        for row in [plays.get(page.pk, none)]
    ]


def scenarios_with(technique: str) -> QuerySet[ScenarioPage]:
    """The simulations where a technique (its code) is met, in the version in force."""
    latest = ScenarioVersion.objects.filter(scenario=OuterRef("pk")).order_by("-number")
    tagged = {"nodes": [{"options": [{"tags": [technique]}]}]}
    pages = ScenarioPage.objects.live().annotate(latest=Subquery(latest.values("graph")[:1]))
    return pages.filter(latest__contains=tagged).defer("nodes").order_by("path")


@dataclass(frozen=True)
class Lobby:
    """What stands before a simulation begins."""

    version: ScenarioVersion | None
    under_way: Play | None
    finished: list[Play]
    techniques: list[TechniquePage]

    @property
    def turns(self) -> int:
        return self.version.moments.usual_turns if self.version else 0


def lobby(page: ScenarioPage, person: User) -> Lobby:
    plays = list(Play.objects.visible_to(person).filter(scenario=page, left_at=None).order_by("-started_at"))
    version = page.versions.first()
    known = techniques_by_code() if version else {}
    return Lobby(
        version=version,
        under_way=next((play for play in plays if not play.is_over), None),
        finished=[play for play in plays if play.is_over],
        techniques=[known[code] for code in known if version and code in version.moments.tags],
    )


# A turn


@dataclass(frozen=True)
class Offer:
    """One thing to say; `choice` is what is sent. Words in brackets are a gesture, not said."""

    choice: int
    words: str

    @property
    def is_gesture(self) -> bool:
        return self.words.startswith("(") and self.words.endswith(")")

    @property
    def gesture(self) -> str:
        return self.words[1:-1].strip()


@dataclass(frozen=True)
class TurnScreen:
    """What the person says now, and what one may answer."""

    scenario: ScenarioPage
    walk: Walk
    seed: int
    turns: int
    play: Play | None = None
    last: Turn | None = None

    @property
    def node(self) -> Node:
        return self.walk.here

    @property
    def number(self) -> int:
        return self.walk.number

    @cached_property
    def offers(self) -> list[Offer]:
        order = shuffled(self.node, seed=self.seed)
        return [Offer(choice, self.node.options[choice].label) for choice in order]

    @property
    def feedback(self) -> str:
        """The effect of what was just said, when its author shows it at once."""
        shows = self.scenario.feedback_time == FeedbackTime.NOW
        return self.last.option.feedback if shows and self.last else ""

    @property
    def most(self) -> int:
        return max(self.turns, self.number)

    @cached_property
    def image(self) -> Image | None:
        return Image.objects.filter(pk=self.node.image).first() if self.node.image else None

    @cached_property
    def audio(self) -> Document | None:
        return Document.objects.filter(pk=self.node.audio).first() if self.node.audio else None


def play_of(person: User, public_id: Any) -> Play | None:
    """One's own play with its version, its simulation and its turns; two queries."""
    plays = Play.objects.visible_to(person).with_story().defer("scenario__nodes")
    found: Play | None = plays.filter(public_id=public_id).first()
    return found


def turn_screen(play: Play) -> TurnScreen:
    walk = follow(play.version.moments, choices_of(play))
    last = walk.turns[-1] if walk.turns else None
    return TurnScreen(play.scenario, walk, play.seed, play.version.moments.usual_turns, play, last)


# The end


@dataclass(frozen=True)
class Said:
    """A turn as the end shows it."""

    turn: Turn
    is_turning: bool
    techniques: list[str]
    others: int | None = None

    @property
    def move(self) -> str:
        return str(Move(self.turn.option.move).label)

    @property
    def initiative(self) -> str:
        return str(Initiative(self.turn.option.initiative).label)

    @property
    def offer(self) -> Offer:
        return Offer(self.turn.choice, self.turn.option.label)


@dataclass(frozen=True)
class Line:
    """One conversation, whole: its turns, its last words, what it shows."""

    play: Play
    said: list[Said]
    end: Node
    reading: Reading

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.end.outcome)


@dataclass(frozen=True)
class EndScreen:
    line: Line
    names: Mapping[str, TechniquePage]
    people: int
    before: Line | None = None
    parted: int = 0
    steps: Sequence[tuple[str, str]] = ()
    """The steps of courses this play counts in: their title and address."""

    @property
    def has_parted(self) -> bool:
        return self.before is not None and self.parted <= max(len(self.line.said), len(self.before.said))

    @property
    def problem(self) -> str:
        return self._held(self.line.reading.problem)

    @property
    def solution(self) -> str:
        return self._held(self.line.reading.solution)

    @property
    def advice(self) -> str:
        turns = self.line.reading.advice_first
        if not turns:
            return "Pas une fois"
        many = "une fois" if len(turns) == 1 else f"{len(turns)} fois"
        return f"{many.capitalize()}, {at_turns(turns)}"

    @property
    def techniques(self) -> list[tuple[TechniquePage | str, str]]:
        """Those used, in the order they came, with when."""
        used = self.line.reading.techniques
        return [(self.names.get(code, code), at_turns(turns)) for code, turns in used.items()]

    def _held(self, held: Held | None) -> str:
        if held is None:
            return "Personne n'y est venu"
        names = {
            Initiative.PERSON: self.line.play.scenario.person_name,
            Initiative.SHARED: "Vous deux",
            Initiative.PROFESSIONAL: "Vous",
        }
        return f"{names[held.by]}, au tour {held.turn}"


def at_turns(turns: Sequence[int]) -> str:
    """ "au tour 3", "aux tours 2, 5 et 7"."""
    if len(turns) == 1:
        return f"au tour {turns[0]}"
    return f"aux tours {', '.join(map(str, turns[:-1]))} et {turns[-1]}"


def end_screen(play: Play) -> EndScreen:
    """What a finished play shows, beside the one it was branched from; the same whenever it is looked at."""
    names = techniques_by_code()
    shares, people = shares_of(play.version)
    line = _line(play, names, shares)
    before = None
    if play.branched_from_id:
        origin = Play.objects.with_story().defer("scenario__nodes").get(pk=play.branched_from_id)
        before = _line(origin, names, {}) if origin.is_over else None
    parted = parting([one.turn for one in line.said], [one.turn for one in before.said]) if before else 0
    steps = [(step["title"], step["path"]) for _enrolment, step in steps_asking(play)]
    return EndScreen(line, names, people, before, parted, steps)


def _line(play: Play, names: Mapping[str, TechniquePage], shares: Mapping[tuple[str, int], int]) -> Line:
    walk = follow(play.version.moments, choices_of(play))
    reading = reading_of(walk.turns)
    said = [
        Said(
            turn,
            is_turning=turn.number in reading.turning_points,
            techniques=[names[tag].title if tag in names else tag for tag in turn.option.tags],
            others=shares.get((turn.node.id, turn.choice)),
        )
        for turn in walk.turns
    ]
    return Line(play, said, walk.here, reading)


def shares_of(version: ScenarioVersion) -> tuple[dict[tuple[str, int], int], int]:
    """Of the people who finished this version and came to each moment, the percent that chose each option.

    Moments where fewer than `FEWEST_PEOPLE` came tell nothing; neither does the whole. Also returns how many finished.
    One query: each person counts once for an option, by their first play.
    """
    turns = PlayTurn.objects.filter(play__version=version, play__finished_at__isnull=False, play__branched_from=None)
    rows = list(turns.values("node", "choice", person=F("play__person")).annotate(times=Count("pk")).order_by())
    people = {row["person"] for row in rows}
    if len(people) < FEWEST_PEOPLE:
        return {}, len(people)
    came: dict[str, set[int]] = defaultdict(set)
    chose: Counter[tuple[str, int]] = Counter()
    for row in rows:
        came[row["node"]].add(row["person"])
        chose[row["node"], row["choice"]] += 1
    return {
        (node, choice): percent_of(count, len(came[node]))
        for (node, choice), count in chose.items()
        if len(came[node]) >= FEWEST_PEOPLE
    }, len(people)


# In a course


@dataclass(frozen=True)
class StepStanding:
    """Where a person stands in the simulation of a step."""

    screen: StepScreen
    lobby: Lobby

    @property
    def asked(self) -> str:
        page: Any = self.screen.page
        enrolment: Enrolment | None = self.screen.standing.enrolment
        step = enrolment.version.step(page.step_key) if enrolment else None
        outcome = step.get("outcome", "") if step else page.outcome
        return f"jouer jusqu'à une fin « {Outcome(outcome).word.lower()} »" if outcome else "jouer jusqu'à une fin"


def step_standing(screen: StepScreen, page: ScenarioStepPage, person: User) -> StepStanding:
    return StepStanding(screen, lobby(page.scenario, person))


# For those who write them


@dataclass(frozen=True)
class OptionUse:
    words: str
    count: int
    percent: int
    next: str


@dataclass(frozen=True)
class MomentUse:
    """How often a moment was come to and left, and how many stopped there without an end."""

    node: Node
    came: int
    stopped: int
    options: list[OptionUse]


@dataclass(frozen=True)
class Report:
    """What was done with the version in force. Numbers of plays, never who."""

    version: ScenarioVersion | None
    people: int
    plays: int
    ends: list[tuple[Outcome, int]]
    moments: list[MomentUse]
    drawing: Drawing | None

    @property
    def is_shown(self) -> bool:
        return self.people >= FEWEST_PEOPLE

    @property
    def never(self) -> list[tuple[str, str]]:
        """The options nobody chose, though someone came there."""
        return [
            (moment.node.id, option.words)
            for moment in self.moments
            for option in moment.options
            if moment.came and not option.count
        ]


def report_of(page: ScenarioPage) -> Report:
    """What was done of the version in force. A turn that a branch repeats counts where it was made."""
    version = page.versions.first()
    if version is None:
        return Report(None, 0, 0, [], [], None)
    plays = Play.objects.filter(version=version)
    totals = plays.aggregate(people=Count("person", distinct=True), plays=Count("pk"))
    outcomes = Counter(dict(plays.finished().values_list("outcome").annotate(Count("pk")).order_by()))
    own = Q(play__branched_at=None) | Q(number__gte=F("play__branched_at"))
    made = PlayTurn.objects.filter(own, play__version=version)
    rows = made.values_list("node", "choice").annotate(times=Count("pk")).order_by()
    counts = {(node, choice): times for node, choice, times in rows}
    graph = version.moments
    return Report(
        version=version,
        people=totals["people"],
        plays=totals["plays"],
        ends=[(outcome, outcomes[outcome]) for outcome in Outcome],
        moments=_uses(graph, counts, _stops(plays, graph)),
        drawing=draw(graph, counts=counts),
    )


def _stops(plays: Any, graph: Graph) -> Counter[str]:
    """At which moment those stand who did not come to an end."""
    last = plays.filter(finished_at=None).annotate(last=Max("turns__number"))
    made = last.filter(Q(last=None) | Q(turns__number=F("last"))).values_list("turns__node", "turns__choice")
    stops: Counter[str] = Counter()
    for node, choice in made:
        at = graph.by_id.get(node) if node else None
        stops[at.options[choice].next if at else graph.start] += 1
    return stops


def _uses(graph: Graph, counts: Mapping[tuple[str, int], int], stops: Mapping[str, int]) -> list[MomentUse]:
    uses = []
    for node in graph.nodes:
        if node.is_end:
            continue
        left = sum(counts.get((node.id, at), 0) for at in range(len(node.options)))
        options = [
            OptionUse(option.label, count, percent_of(count, left), option.next)
            for at, option in enumerate(node.options)
            for count in [counts.get((node.id, at), 0)]
        ]
        uses.append(MomentUse(node, left + stops.get(node.id, 0), stops.get(node.id, 0), options))
    return uses
