"""The one status function: where an enrolment stands, from its version's manifest and its steps' states.

Pure: no database, no clock. The learner's page, the coordinator's page, the exports and the mails all show
what this returns (stored in `EnrolmentState` by the transaction that records the fact).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from courses.enums import Status, StepStatus

Step = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What is known of one step: its status, its best score (percent), and when it was first completed."""

    step_key: str
    status: str
    best_score: float | None = None
    first_completed_at: datetime | None = None
    last_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """`required` and `done` count required steps still within reach; `percent` is a floor, 100 only when done."""

    required: int
    done: int
    percent: int
    status: str
    last_activity_at: datetime | None
    completed_at: datetime | None


def progress_of(manifest: Iterable[Step], facts: Iterable[StepFacts]) -> Progress:
    """Return where an enrolment stands.

    `manifest` is the pinned version's list of steps; `step_key`, `is_required` and `withdrawn` are read here.
    A step that was withdrawn is asked of no one meanwhile, and whoever had then done all that was asked is
    complete for good: completion is looked for at every instant of the past, not only now.
    A manifest that asks for nothing is *not trackable*, never complete.
    """
    required = [step for step in manifest if step["is_required"]]
    by_key = {fact.step_key: fact for fact in facts}
    last_activity_at = max((fact.last_attempt_at for fact in by_key.values() if fact.last_attempt_at), default=None)
    done_at = {
        key: fact.first_completed_at
        for key, fact in by_key.items()
        if fact.status == StepStatus.COMPLETED and fact.first_completed_at
    }
    asked = [step["step_key"] for step in required if not step.get("is_withdrawn")]
    done = sum(key in done_at for key in asked)
    completed_at = _completed_at(required, done_at)
    if completed_at is not None:
        return Progress(len(asked), len(asked), 100, Status.COMPLETED, last_activity_at, completed_at)
    if not asked:
        return Progress(0, 0, 0, Status.NOT_TRACKABLE, last_activity_at, None)
    status = Status.IN_PROGRESS if by_key else Status.NOT_STARTED
    return Progress(len(asked), done, done * 100 // len(asked), status, last_activity_at, None)


def is_numbered(cycle: int, *, is_closed: bool) -> bool:
    """Whether an enrolment is shown as "parcours n° 2": the person retook the course, or left it and may come back."""
    return cycle > 1 or is_closed


def _completed_at(required: list[Step], done_at: Mapping[str, datetime]) -> datetime | None:
    """Return the first instant at which every step then asked for was done, or None."""
    pauses = {step["step_key"]: _pauses(step) for step in required if step.get("withdrawn")}
    if not pauses:  # the common case: nothing was ever withdrawn
        if required and all(step["step_key"] in done_at for step in required):
            return max(done_at[step["step_key"]] for step in required)
        return None
    instants = {done_at[step["step_key"]] for step in required if step["step_key"] in done_at}
    instants |= {bound for spans in pauses.values() for span in spans for bound in span if bound}
    for instant in sorted(instants):
        asked = [
            step["step_key"]
            for step in required
            if not any(
                start <= instant < (end or datetime.max.replace(tzinfo=instant.tzinfo))
                for start, end in pauses.get(step["step_key"], ())
            )
        ]
        if asked and all(key in done_at and done_at[key] <= instant for key in asked):
            return instant
    return None


def _pauses(step: Step) -> list[tuple[datetime, datetime | None]]:
    return [
        (datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None)
        for start, end in step["withdrawn"]
    ]
