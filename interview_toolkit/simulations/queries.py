"""What the screens of simulations show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from cms.accounts.models import User
from cms.core.models import Document, Image
from courses.models import Enrolment
from courses.queries.steps import StepScreen
from interview_toolkit.simulations.enums import FeedbackTime, Initiative, Move, Outcome
from interview_toolkit.simulations.graph import Node, Option
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


def plays_of_closed(person: User) -> list[Play]:
    """What a person played of simulations that are no longer published; one query."""
    mine = Play.objects.visible_to(person).with_choices().filter(scenario__live=False)
    return list(mine.select_related("scenario").defer("scenario__nodes").order_by("scenario__title", "-started_at"))


def startable(person: User) -> QuerySet[ScenarioPage]:
    """The simulations one may ask to play: those published, and one's own, which may be refused in words."""
    mine = Play.objects.visible_to(person).filter(scenario=OuterRef("pk"))
    return ScenarioPage.objects.filter(Q(live=True) | Exists(mine)).defer("nodes")


def scenarios_with(technique: str) -> QuerySet[ScenarioPage]:
    """The simulations where a technique (its code) is met, in the version in force."""
    latest = ScenarioVersion.objects.filter(scenario=OuterRef("pk")).order_by("-number")
    tagged = {"nodes": [{"options": [{"tags": [technique]}]}]}
    pages = ScenarioPage.objects.live().annotate(latest=Subquery(latest.values("graph")[:1]))
    return pages.filter(latest__contains=tagged).defer("nodes").order_by("path")


@dataclass(frozen=True)
class Lobby:
    """What stands before a simulation begins. `played`: one's plays that are over or left."""

    version: ScenarioVersion | None
    is_published: bool
    under_way: Play | None
    played: list[Play]
    techniques: list[TechniquePage]

    @property
    def turns(self) -> int:
        return self.version.moments.usual_turns if self.version else 0


def lobby(page: ScenarioPage, person: User) -> Lobby:
    mine = Play.objects.visible_to(person).filter(scenario=page)
    version = page.versions.first()
    known = techniques_by_code() if version else {}
    return Lobby(
        version=version,
        is_published=page.live,
        under_way=mine.under_way().first(),
        played=list(mine.with_choices().over_or_left().order_by("-started_at")),
        techniques=[known[code] for code in known if version and code in version.moments.tags],
    )


@dataclass(frozen=True)
class Place:
    """Where one goes back to from a play: its simulation, or the list once it is no longer published."""

    title: str
    url: str


def place_of(scenario: ScenarioPage) -> Place:
    if scenario.live:
        return Place(scenario.title, scenario.url or "")
    index = scenario.get_parent()
    return Place(index.title, index.url or "")


# A turn


@dataclass(frozen=True)
class Offer:
    """One thing to say; `choice` is what is sent."""

    choice: int
    option: Option


@dataclass(frozen=True)
class TurnScreen:
    """What the person says now, what was said before, and what one may answer."""

    scenario: ScenarioPage
    walk: Walk
    seed: int
    turns: int
    play: Play | None = None
    place: Place | None = None

    @property
    def node(self) -> Node:
        return self.walk.here

    @property
    def number(self) -> int:
        return self.walk.number

    @property
    def last(self) -> Turn | None:
        return self.walk.turns[-1] if self.walk.turns else None

    @property
    def earlier(self) -> Sequence[Turn]:
        return self.walk.turns[:-1]

    @cached_property
    def offers(self) -> list[Offer]:
        order = shuffled(self.node, seed=self.seed)
        return [Offer(choice, self.node.options[choice]) for choice in order]

    @property
    def feedback(self) -> str:
        """The effect of what was just said, when its author shows it at once."""
        shows = self.scenario.feedback_time == FeedbackTime.NOW
        return self.last.option.feedback if shows and self.last else ""

    @property
    def done(self) -> int:
        return self.number - 1

    @property
    def is_estimated(self) -> bool:
        """Past the shortest way to an agreement, nobody knows how many turns remain."""
        return self.number <= self.turns

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
    turns = play.version.moments.usual_turns
    return TurnScreen(play.scenario, walk, play.seed, turns, play, place_of(play.scenario))


def under_way(play: Play) -> Any:
    """The play under way of the same simulation, with `made`, how many turns; None when there is none."""
    mine = Play.objects.under_way().filter(person=play.person_id, scenario=play.scenario_id)
    return mine.annotate(made=Count("turns")).first()


# The end


@dataclass(frozen=True)
class Share:
    """How many people chose something, of those who came there."""

    people: int
    of: int


@dataclass(frozen=True)
class Said:
    """A turn as the end shows it."""

    turn: Turn
    is_turning: bool
    techniques: list[str]
    image: Image | None
    others: Share | None = None

    @property
    def move(self) -> str:
        return str(Move(self.turn.option.move).label)

    @property
    def initiative(self) -> str:
        return str(Initiative(self.turn.option.initiative).label)


@dataclass(frozen=True)
class Line:
    """One conversation, as far as it went: its turns, the last words of the person, what it shows."""

    play: Play
    said: list[Said]
    end: Node
    reading: Reading

    @property
    def outcome(self) -> Outcome | None:
        return Outcome(self.end.outcome) if self.end.is_end else None

    @property
    def shows_effects(self) -> bool:
        """Their author may keep them for the end."""
        return self.end.is_end or self.play.scenario.feedback_time == FeedbackTime.NOW

    @property
    def facts(self) -> list[tuple[str, str]]:
        reading = self.reading
        return [
            ("Le problème a été défini par", self._held(reading.problem, "Il n'a pas été défini")),
            ("La solution a été portée par", self._held(reading.solution, "Aucune solution n'a été posée")),
            ("Le conseil est venu avant la question", _times(reading.advice_first)),
        ]

    def _held(self, held: Held | None, otherwise: str) -> str:
        if held is None:
            return otherwise
        names = {
            Initiative.PERSON: self.play.scenario.person_name,
            Initiative.SHARED: "Vous deux",
            Initiative.PROFESSIONAL: "Vous",
        }
        return f"{names[held.by]}, au tour {held.turn}"


@dataclass(frozen=True)
class EndScreen:
    """`before`: the play this one was branched from; `steps`: title and address of those of courses it counts in."""

    line: Line
    place: Place
    names: Mapping[str, TechniquePage]
    under_way: Play | None
    before: Line | None = None
    parted: int = 0
    steps: Sequence[tuple[str, str]] = ()

    @property
    def has_parted(self) -> bool:
        return self.before is not None and self.parted <= max(len(self.line.said), len(self.before.said))

    @property
    def said_again(self) -> str:
        """Told when the turn taken up again was answered as before."""
        again = self.line.play.branched_at
        if self.before is None or again is None or self.parted <= again:
            return ""
        same = f"Au tour {again}, vous avez choisi la même réplique"
        if self.has_parted:
            return f"{same} : les deux lignes ne se séparent qu'au tour {self.parted}."
        return f"{same}, et la suite aussi : les deux lignes sont les mêmes. Rejouez-le en disant autre chose."

    @property
    def title_before(self) -> str:
        is_second = self.before is not None and self.before.play.branched_from_id is None
        return "La première fois" if is_second else "L'essai précédent"

    @property
    def shows_others(self) -> bool:
        return any(one.others for one in self.line.said)

    @property
    def techniques(self) -> list[tuple[TechniquePage | str, str]]:
        """Those used, in the order they came, with when."""
        used = self.line.reading.techniques
        return [(self.names.get(code, code), at_turns(turns)) for code, turns in used.items()]


def _times(turns: Sequence[int]) -> str:
    if not turns:
        return "Pas une fois"
    many = "une fois" if len(turns) == 1 else f"{len(turns)} fois"
    return f"{many.capitalize()}, {at_turns(turns)}"


def at_turns(turns: Sequence[int]) -> str:
    """ "au tour 3", "aux tours 2, 5 et 7"."""
    if len(turns) == 1:
        return f"au tour {turns[0]}"
    return f"aux tours {', '.join(map(str, turns[:-1]))} et {turns[-1]}"


def end_screen(play: Play) -> EndScreen:
    """What a finished play shows, beside the one it was branched from; the same whenever it is looked at."""
    names = techniques_by_code()
    line = line_of(play, names, shares_of(play.version))
    before = None
    if play.branched_from_id:
        before = line_of(Play.objects.with_story().defer("scenario__nodes").get(pk=play.branched_from_id), names)
    parted = parting([one.turn for one in line.said], [one.turn for one in before.said]) if before else 0
    steps = [(step["title"], step["path"]) for _enrolment, step in steps_asking(play)]
    return EndScreen(line, place_of(play.scenario), names, under_way(play), before, parted, steps)


@dataclass(frozen=True)
class LeftScreen:
    """A play that was left for another: as far as it went, and the one under way if there is."""

    line: Line
    place: Place
    under_way: Play | None


def left_screen(play: Play) -> LeftScreen:
    return LeftScreen(line_of(play, techniques_by_code()), place_of(play.scenario), under_way(play))


def line_of(
    play: Play, names: Mapping[str, TechniquePage], shares: Mapping[tuple[str, int], Share] | None = None
) -> Line:
    walk = follow(play.version.moments, choices_of(play))
    reading = reading_of(walk.turns)
    shown = {turn.node.image for turn in walk.turns if turn.node.image}
    images = Image.objects.filter(pk__in=shown).prefetch_renditions("max-600x400").in_bulk() if shown else {}
    said = [
        Said(
            turn,
            is_turning=turn.number in reading.turning_points,
            techniques=[names[tag].title if tag in names else tag for tag in turn.option.tags],
            image=images.get(turn.node.image),
            others=(shares or {}).get((turn.node.id, turn.choice)),
        )
        for turn in walk.turns
    ]
    return Line(play, said, walk.here, reading)


def shares_of(version: ScenarioVersion) -> dict[tuple[str, int], Share]:
    """How many chose each option, of those who came to its moment in an interview they finished; one query.

    Each counts once, by what they first said there, in all the versions that differ in words only. Moments where fewer
    than `FEWEST_PEOPLE` came tell nothing.
    """
    turns = PlayTurn.objects.filter(
        play__version__scenario=version.scenario_id,
        play__version__shape=version.shape,
        play__finished_at__isnull=False,
        play__branched_from=None,
    )
    first = turns.order_by("node", "play__person", "play__started_at", "play", "number").distinct(
        "node", "play__person"
    )
    rows = PlayTurn.objects.filter(pk__in=first.values("pk")).values_list("node", "choice")
    chose = {(node, choice): people for node, choice, people in rows.annotate(people=Count("pk")).order_by()}
    came: Counter[str] = Counter()
    for (node, _choice), people in chose.items():
        came[node] += people
    return {
        (node, choice): Share(people, came[node])
        for (node, choice), people in chose.items()
        if came[node] >= FEWEST_PEOPLE
    }


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
