"""The one status function: where an enrolment stands, from its version's manifest and its steps' states.

Pure: no database, no clock. The learner's page, the coordinator's page, the exports and the mails all show
what this returns (stored in `EnrolmentState` by the transaction that records the fact).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from courses.enums import Status, StepStatus


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


def progress_of(
    manifest: Iterable[Mapping[str, Any]], facts: Iterable[StepFacts], completed_at: datetime | None = None
) -> Progress:
    """Return where an enrolment stands.

    `manifest` is the pinned version's list of steps: `step_key`, `is_required`, `is_withdrawn` are read here.
    A withdrawn step (its page is gone) is asked of no one. `completed_at` is the completion already recorded:
    whoever completed stays complete. A manifest with no required step is *not trackable*, never complete.
    """
    by_key = {fact.step_key: fact for fact in facts}
    last_activity_at = max((fact.last_attempt_at for fact in by_key.values() if fact.last_attempt_at), default=None)
    asked = [step["step_key"] for step in manifest if step["is_required"] and not step.get("is_withdrawn")]
    finished = [by_key[key] for key in asked if key in by_key and by_key[key].status == StepStatus.COMPLETED]
    required, done = len(asked), len(finished)
    if completed_at is None and required and done == required:
        completed_at = max((fact.first_completed_at for fact in finished if fact.first_completed_at), default=None)
    if completed_at is not None:
        return Progress(required, required, 100, Status.COMPLETED, last_activity_at, completed_at)
    if not required:
        return Progress(0, 0, 0, Status.NOT_TRACKABLE, last_activity_at, None)
    status = Status.IN_PROGRESS if by_key else Status.NOT_STARTED
    return Progress(required, done, done * 100 // required, status, last_activity_at, None)
