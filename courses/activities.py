"""The interactive activities of a lesson: what each asks, and what they amount to together. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from courses.h5p.engine.results import Grading, Outcome, Policy, Standing, standing

RULE = "activities"
CONTEXT = "etape"


@dataclass(frozen=True, slots=True)
class Activity:
    """What a version asks of one activity. `key` is the block that shows it, `pass_mark` a percent."""

    key: str
    content: int
    is_required: bool
    policy: Policy
    grading: Grading
    pass_mark: int

    @property
    def entry(self) -> dict[str, Any]:
        """As the manifest keeps it."""
        names = ("key", "content", "is_required", "pass_mark")
        return {name: getattr(self, name) for name in names} | {
            "policy": str(self.policy),
            "grading": str(self.grading),
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where someone plays: the word H5P keeps for us (`Registration.context`)."""

    enrolment: int
    step_key: UUID
    key: str

    def __str__(self) -> str:
        return f"{CONTEXT}:{self.enrolment}:{self.step_key}:{self.key}"

    @classmethod
    def parse(cls, context: str) -> Self | None:
        """Read it back; None when another room gave it."""
        room, *rest = context.split(":", 3)
        return cls(int(rest[0]), UUID(rest[1]), rest[2]) if room == CONTEXT else None


@dataclass(frozen=True, slots=True)
class Sum:
    """Where a lesson stands by its activities: the keys of those done, a score in percent, whether it is complete."""

    done: tuple[str, ...]
    score: Decimal | None
    is_complete: bool

    @property
    def summary(self) -> dict[str, Any]:
        return {"done": list(self.done), "score": None if self.score is None else str(self.score)}


def activities_of(step: Mapping[str, Any]) -> tuple[Activity, ...]:
    """Return the activities of a step of a manifest, in the order of the page."""
    return tuple(
        Activity(
            key=one["key"],
            content=one["content"],
            is_required=one["is_required"],
            policy=Policy(one["policy"]),
            grading=Grading(one["grading"]),
            pass_mark=one["pass_mark"],
        )
        for one in step.get("activities") or ()
    )


def rule_of(activities: Sequence[Activity]) -> dict[str, Any]:
    """Return what completes a lesson: its required activities; without any, the person says so."""
    if not activities:
        return {"rule": "confirmed"}
    rule = RULE if any(one.is_required for one in activities) else "confirmed"
    return {"rule": rule, "activities": [one.entry for one in activities]}


def standing_of(activity: Activity, outcomes: Iterable[Outcome], *, is_viewed: bool, is_declared: bool) -> Standing:
    """Where someone stands in one activity (rules R3 and R4 of `courses.h5p.engine.results`)."""
    return standing(
        list(outcomes),
        policy=activity.policy,
        grading=activity.grading,
        is_viewed=is_viewed,
        is_declared=is_declared,
    )


def sum_of(activities: Sequence[Activity], standings: Mapping[str, Standing]) -> Sum:
    """Return what the required activities amount to; the score is the mean of those that have one.

    One without standing is asked of no one: its content is no more.
    """
    required = [one for one in activities if one.is_required and one.key in standings]
    done = tuple(one.key for one in required if standings[one.key].is_complete)
    grades = [grade for one in required if (grade := standings[one.key].grade) is not None]
    score = round(Decimal(sum(grades)) * 100 / len(grades), 2) if grades else None
    return Sum(done, score, bool(required) and len(done) == len(required))
