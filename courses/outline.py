"""The outline of a course (its *fil*), drawn from a version's manifest and the steps' states. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from cms.core.templatetags.socle import minutes
from courses.enums import StepKind, StepStatus


class Station(NamedTuple):
    """One step as the fil shows it. `state` is done, current or todo; `score` a best percent, rounded down."""

    key: str
    kind: str
    title: str
    url: str
    minutes: int
    is_required: bool
    pass_mark: int | None
    number: int | None
    state: str
    score: int | None
    is_here: bool

    @property
    def is_done(self) -> bool:
        return self.state == "done"

    @property
    def meta(self) -> str:
        """What is said after the word of the state."""
        if self.is_done:
            return "" if self.score is None else f"{self.score} %"
        parts = [minutes(self.minutes)]
        if self.pass_mark:
            parts.append(f"{self.pass_mark} % pour valider")
        if not self.is_required:
            parts.append("facultatif")
        return ", ".join(parts)

    @property
    def name(self) -> str:
        """What a button says after its verb: "la leçon 3", "le quiz"."""
        if self.kind == StepKind.LESSON:
            return f"la leçon {self.number}"
        return "le quiz" if self.kind == StepKind.QUIZ else f"« {self.title} »"


class Group(NamedTuple):
    """A module; `anchor` is its id in the page of the course."""

    title: str
    anchor: str
    steps: tuple[Station, ...]

    @property
    def is_done(self) -> bool:
        """Every step it asks for, or all of them when it asks for none."""
        asked = [step for step in self.steps if step.is_required] or self.steps
        return all(step.is_done for step in asked)

    @property
    def ends_here(self) -> bool:
        """Done, and one is on its last step."""
        return self.is_done and self.steps[-1].is_here


@dataclass(frozen=True)
class Outline:
    groups: tuple[Group, ...]
    last_key: str = ""

    @cached_property
    def steps(self) -> tuple[Station, ...]:
        return tuple(step for group in self.groups for step in group.steps)

    @cached_property
    def fingerprint(self) -> str:
        """Changes with anything shown: under it the rendered outline may be kept."""
        return hashlib.blake2b(repr(self.groups).encode(), digest_size=12).hexdigest()

    @property
    def minutes(self) -> int:
        return sum(step.minutes for step in self.steps)

    @property
    def minutes_left(self) -> int:
        return sum(step.minutes for step in self.steps if step.is_required and not step.is_done)

    @cached_property
    def place(self) -> int | None:
        return next((at for at, step in enumerate(self.steps) if step.is_here), None)

    @property
    def here(self) -> Station | None:
        return None if self.place is None else self.steps[self.place]

    @property
    def group_here(self) -> Group | None:
        return next((group for group in self.groups if any(step.is_here for step in group.steps)), None)

    @property
    def previous(self) -> Station | None:
        return self.steps[self.place - 1] if self.place else None

    @property
    def next(self) -> Station | None:
        following = self.steps[self.place + 1 :] if self.place is not None else ()
        return next(iter(following), None)

    @cached_property
    def onward(self) -> Station | None:
        """The first step left to do after the one one is on, then before it; None when all are done."""
        at = self.place or 0
        return next((step for step in self.steps[at + 1 :] + self.steps[:at] if not step.is_done), None)

    @cached_property
    def resume(self) -> Station | None:
        """Where to go on: the step last opened if it is not done, else the next one to do, required ones first."""
        at = next((at for at, step in enumerate(self.steps) if step.key == self.last_key), None)
        if at is not None and not self.steps[at].is_done:
            return self.steps[at]
        turn = self.steps if at is None else self.steps[at + 1 :] + self.steps[: at + 1]
        todo = [step for step in turn if not step.is_done]
        return next((step for step in todo if step.is_required), next(iter(todo or self.steps), None))


def outline_of(
    manifest: Iterable[Mapping[str, Any]],
    states: Iterable[Mapping[str, Any]] = (),
    *,
    here: object = None,
    last_key: object = None,
    is_enrolled: bool = True,
    is_begun: bool = False,
) -> Outline:
    """Return the outline of a version; steps withdrawn are left out.

    `states` are rows `{key, status, score}`; `here` is the key of the page one is on, `last_key` of the last opened.
    To look at a step without being enrolled begins nothing; nor does opening a quiz, unless `is_begun`: an attempt is
    under way.
    """
    known = {state["key"]: state for state in states}
    here_key = str(here)
    opened = {str(last_key)} if is_enrolled else set()
    stations, lessons = [], 0
    for step in manifest:
        if step["is_withdrawn"]:
            continue
        lessons += step["kind"] == StepKind.LESSON
        number = lessons if step["kind"] == StepKind.LESSON else None
        key = step["step_key"]
        is_here = key == here_key
        is_opened = key in opened or (is_here and is_enrolled and (is_begun or step["kind"] != StepKind.QUIZ))
        station = _station(step, known.get(key), number=number, is_here=is_here, is_opened=is_opened)
        stations.append((step["module_id"], step["module"], station))
    groups = tuple(
        Group(f"{number}. {title}", f"module-{module}", tuple(station for _, _, station in members))
        for number, ((module, title), members) in enumerate(groupby(stations, key=lambda row: row[:2]), start=1)
    )
    return Outline(groups, str(last_key or ""))


def _station(
    step: Mapping[str, Any], state: Mapping[str, Any] | None, *, number: int | None, is_here: bool, is_opened: bool
) -> Station:
    if state is not None and state["status"] == StepStatus.COMPLETED:
        word = "done"
    else:
        word = "current" if state is not None or is_opened else "todo"
    return Station(
        key=step["step_key"],
        kind=step["kind"],
        title=step["title"],
        url=step["path"],
        minutes=step["est_minutes"],
        is_required=step["is_required"],
        pass_mark=step["pass_mark"],
        number=number,
        state=word,
        score=int(state["score"]) if state is not None and state["score"] is not None else None,
        is_here=is_here,
    )


def parent_url(url: str, levels: int = 1) -> str:
    """/formations/socle/module/lecon/ → /formations/socle/module/"""
    return url.rstrip("/").rsplit("/", levels)[0] + "/"
