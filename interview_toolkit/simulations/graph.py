"""What a simulation is made of: what the person says, what one may answer, and where it leads. Pure.

A graph is kept as files write it: `{start, nodes: [{id, person_line, stage, options: [{label, next, move, initiative,
tags, advice_first, feedback}]}]}`; an end is a node with `end: true`, `outcome` and `debrief`, and no option.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from interview_toolkit.simulations.enums import Outcome
from interview_toolkit.simulations.speech import Part, parts_of


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to say. `initiative`: who defines the problem or holds the solution after it."""

    label: str
    next: str
    move: str
    initiative: str
    tags: tuple[str, ...] = ()
    advice_first: bool = False
    feedback: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        return parts_of(self.label)


@dataclass(frozen=True, slots=True)
class Node:
    """A line of the person, and what one may answer. `image` and `audio` are keys of files of the site."""

    id: str
    line: str
    stage: str = ""
    options: tuple[Option, ...] = ()
    is_end: bool = False
    outcome: str = ""
    debrief: str = ""
    image: int | None = None
    audio: int | None = None
    transcript: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        return parts_of(self.line)

    @property
    def said(self) -> str:
        return " ".join(part.words for part in self.parts if not part.is_gesture)

    @property
    def gesture(self) -> str:
        """What it is accompanied with: the stage direction, and what the line has between brackets."""
        return " ".join([self.stage, *(part.words for part in self.parts if part.is_gesture)]).strip()


@dataclass(frozen=True)
class Graph:
    start: str
    nodes: tuple[Node, ...]

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """The first of each name."""
        return {node.id: node for node in reversed(self.nodes)}

    @cached_property
    def depths(self) -> dict[str, int]:
        """How many turns lead, at the shortest, to each node that can be reached."""
        found: dict[str, int] = {}
        level = [self.start] if self.start in self.by_id else []
        while level:
            found |= dict.fromkeys(level, max(found.values(), default=-1) + 1)
            after = (option.next for name in level for option in self.by_id[name].options)
            level = [name for name in dict.fromkeys(after) if name in self.by_id and name not in found]
        return found

    @cached_property
    def leading_to_an_end(self) -> set[str]:
        """The nodes from which an end can be reached."""
        before: dict[str, list[str]] = {}
        for node in self.nodes:
            for option in node.options:
                before.setdefault(option.next, []).append(node.id)
        found: set[str] = set()
        todo = [node.id for node in self.nodes if node.is_end]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += before.get(name, [])
        return found

    @property
    def usual_turns(self) -> int:
        """About how many turns it takes: the shortest way to an agreement, or to any end when there is none."""
        ends = [node for node in self.nodes if node.is_end and node.id in self.depths]
        agreed = [node for node in ends if node.outcome == Outcome.AGREEMENT]
        return min((self.depths[node.id] for node in agreed or ends), default=0)

    @property
    def tags(self) -> set[str]:
        return {tag for node in self.nodes for option in node.options for tag in option.tags}


def read(stored: Mapping[str, Any]) -> Graph:
    """A graph as it is stored; what is not of the right kind is read as left empty."""
    nodes = stored.get("nodes")
    return Graph(_text(stored.get("start")), tuple(_node(one) for one in _mappings(nodes)))


def stored(graph: Graph) -> dict[str, Any]:
    """What `read` reads; what says nothing is left out."""
    return {"start": graph.start, "nodes": [_stored_node(node) for node in graph.nodes]}


def shape_of(graph: Graph) -> str:
    """What tells two versions that differ in words only from others: moments, where options lead in order, outcomes."""
    nodes = sorted([node.id, node.outcome, *(option.next for option in node.options)] for node in graph.nodes)
    return sha256(json.dumps([graph.start, nodes]).encode()).hexdigest()


def _node(said: Mapping[str, Any]) -> Node:
    return Node(
        id=_text(said.get("id")),
        line=_text(said.get("person_line")),
        stage=_text(said.get("stage")),
        options=tuple(_option(one) for one in _mappings(said.get("options"))),
        is_end=said.get("end") is True,
        outcome=_text(said.get("outcome")),
        debrief=_text(said.get("debrief")),
        image=_key(said.get("image")),
        audio=_key(said.get("audio")),
        transcript=_text(said.get("transcript")),
    )


def _option(said: Mapping[str, Any]) -> Option:
    tags = said.get("tags")
    return Option(
        label=_text(said.get("label")),
        next=_text(said.get("next")),
        move=_text(said.get("move")),
        initiative=_text(said.get("initiative")),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list | tuple) else (),
        advice_first=said.get("advice_first") is True,
        feedback=_text(said.get("feedback")),
    )


def _stored_node(node: Node) -> dict[str, Any]:
    said: dict[str, Any] = {"id": node.id, "person_line": node.line}
    if node.is_end:
        said |= {"end": True, "outcome": node.outcome, "debrief": node.debrief}
    extra = {name: getattr(node, name) for name in ("stage", "image", "audio", "transcript")}
    said |= {name: value for name, value in extra.items() if value}
    if node.options or not node.is_end:
        said["options"] = [_stored_option(option) for option in node.options]
    return said


def _stored_option(option: Option) -> dict[str, Any]:
    said: dict[str, Any] = {"label": option.label, "next": option.next, "move": option.move}
    said |= {"initiative": option.initiative, "tags": list(option.tags), "feedback": option.feedback}
    return said | ({"advice_first": True} if option.advice_first else {})


def _mappings(value: Any) -> Iterable[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _key(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
