"""A conversation as it was led through a graph, and what it shows once over. Pure: no database, no clock.

No mark comes out of it: it says who defined the problem, who brought the solution, and where advice came first.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from interview_toolkit.simulations.enums import Initiative, Move
from interview_toolkit.simulations.graph import Graph, Node, Option

# What a solution is made of. To negotiate is also to say together what is to be solved; to advise or decide is not.
SOLUTION = frozenset({Move.NEGOTIATE, Move.ADVISE, Move.DECIDE})
IMPOSED = frozenset({Move.ADVISE, Move.DECIDE})
MOST_TURNS = 200

Choice = tuple[str, int]


class NotOffered(ValueError):
    """What was chosen is not to be chosen there."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the person said, and what was answered. `choice` is the place of the option as its author wrote it."""

    number: int
    node: Node
    choice: int

    @property
    def option(self) -> Option:
        return self.node.options[self.choice]


@dataclass(frozen=True, slots=True)
class Walk:
    """The turns made, and where they lead: an end, or the next line of the person."""

    turns: tuple[Turn, ...]
    here: Node

    @property
    def is_over(self) -> bool:
        return self.here.is_end

    @property
    def number(self) -> int:
        """Of the turn to come."""
        return len(self.turns) + 1


def follow(graph: Graph, choices: Iterable[Choice]) -> Walk:
    """Lead the conversation through these choices, from the start. Raises NotOffered.

    Loops may go round, `MOST_TURNS` turns in all.
    """
    here = graph.by_id.get(graph.start)
    if here is None:
        raise NotOffered
    turns: list[Turn] = []
    for name, choice in choices:
        if name != here.id or not 0 <= choice < len(here.options) or len(turns) >= MOST_TURNS:
            raise NotOffered
        turns.append(Turn(len(turns) + 1, here, choice))
        after = graph.by_id.get(here.options[choice].next)
        if after is None:
            raise NotOffered
        here = after
    return Walk(tuple(turns), here)


def shuffled(node: Node, *, seed: int) -> list[int]:
    """The places of the options of a node, in the order they are shown: always the same for a seed."""
    order = list(range(len(node.options)))
    random.Random(f"{seed}/{node.id}").shuffle(order)  # noqa: S311 - an order of display
    return order


@dataclass(frozen=True, slots=True)
class Held:
    """Who held something, and at which turn."""

    by: Initiative
    turn: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a conversation shows. `problem` and `solution` are None when nobody came to it."""

    problem: Held | None
    solution: Held | None
    advice_first: tuple[int, ...]
    techniques: dict[str, tuple[int, ...]]

    @property
    def turning_points(self) -> set[int]:
        """The turns where something tips over."""
        held = {one.turn for one in (self.problem, self.solution) if one}
        return held | {*self.advice_first}


def reading_of(turns: Sequence[Turn]) -> Reading:
    """Return what these turns show.

    The solution is of whoever has the initiative at the last turn that negotiates, advises or decides. The problem is
    defined by whoever has it at the last turn before that one which neither advises nor decides; or at that one itself
    when it negotiates and the professional alone had defined the problem, or nobody.
    """
    solution = next((turn for turn in reversed(turns) if turn.option.move in SOLUTION), None)
    before = turns[: solution.number - 1] if solution else turns
    problem = next((turn for turn in reversed(before) if turn.option.move not in IMPOSED), None)
    if solution and solution.option.move == Move.NEGOTIATE:
        is_imposed = problem is None or problem.option.initiative == Initiative.PROFESSIONAL
        problem = solution if is_imposed else problem
    techniques: dict[str, list[int]] = {}
    for turn in turns:
        for tag in turn.option.tags:
            techniques.setdefault(tag, []).append(turn.number)
    return Reading(
        problem=_held(problem) if problem else None,
        solution=_held(solution) if solution else None,
        advice_first=tuple(turn.number for turn in turns if turn.option.advice_first),
        techniques={tag: tuple(numbers) for tag, numbers in techniques.items()},
    )


def parting(one: Sequence[Turn], other: Sequence[Turn]) -> int:
    """The number of the first turn where two conversations part; past the shorter when they do not."""
    pairs = enumerate(zip(one, other, strict=False), start=1)
    parted = (number for number, (a, b) in pairs if (a.node.id, a.choice) != (b.node.id, b.choice))
    return next(parted, min(len(one), len(other)) + 1)


def _held(turn: Turn) -> Held:
    return Held(Initiative(turn.option.initiative), turn.number)
