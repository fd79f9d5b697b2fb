"""States computed again from the facts: after a withdrawal, and to check that nothing drifted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.db.models import Count, F, Max, Min, Q
from django.db.models.functions import Round

from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import ThemeLink
from cms.roadmap.services import record_evidence
from courses.enums import StepStatus
from courses.models import Attempt, CourseVersion, Enrolment, EnrolmentState, StepState
from courses.progress import Progress, progress_of
from courses.signals import course_completed

BATCH = 500
STEP_FIELDS = ("status", "best_score", "attempts_count", "first_completed_at", "last_attempt_at")
STATE_FIELDS = ("required", "done", "percent", "status", "last_activity_at", "completed_at")


@dataclass(frozen=True, slots=True)
class Drift:
    """An enrolment whose stored state is not what its attempts say: `{name: (stored, computed)}`."""

    enrolment_id: int
    differences: dict[str, tuple[Any, Any]]


@transaction.atomic
def recompute(enrolment_ids: Sequence[int], *, is_dry: bool = False) -> list[Drift]:
    """Compute the states of these enrolments from their attempts, store them, and return what differed.

    Locks the enrolments. `is_dry` stores nothing. Whoever turns out to be complete gets what a completion
    brings: evidence on the themes of the course, and the signal.
    """
    enrolments = list(
        Enrolment.objects.filter(pk__in=enrolment_ids)
        .select_related("person")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    manifests = dict(
        CourseVersion.objects.filter(pk__in={enrolment.version_id for enrolment in enrolments}).values_list(
            "pk", "manifest"
        )
    )
    computed = _steps_from_attempts(enrolment_ids)
    stored_steps: dict[int, dict[Any, StepState]] = {}
    for step in StepState.objects.filter(enrolment__in=enrolment_ids):
        stored_steps.setdefault(step.enrolment_id, {})[step.step_key] = step
    stored = EnrolmentState.objects.in_bulk(list(enrolment_ids))

    drifts: list[Drift] = []
    wrong_steps: list[StepState] = []
    extra_steps: list[int] = []
    wrong_states: list[EnrolmentState] = []
    completed: list[tuple[Enrolment, datetime]] = []
    for enrolment in enrolments:
        steps, kept = computed.get(enrolment.pk, {}), stored_steps.get(enrolment.pk, {})
        differences: dict[str, tuple[Any, Any]] = {}
        for key in steps.keys() | kept.keys():
            was, now = _values(kept.get(key), STEP_FIELDS), _values(steps.get(key), STEP_FIELDS)
            if was != now:
                differences[f"step {key}"] = (was, now)
                if key in steps:
                    wrong_steps.append(steps[key])
                else:
                    extra_steps.append(kept[key].pk)
        progress = progress_of(manifests[enrolment.version_id], [step.facts for step in steps.values()])
        state = stored.get(enrolment.pk)
        for name in STATE_FIELDS:
            old, new = getattr(state, name, None), getattr(progress, name)
            if state is None or old != new:
                differences[name] = (old, new)
        if differences.keys() & set(STATE_FIELDS):
            wrong_states.append(state_from(enrolment.pk, progress))
            if progress.completed_at and (state is None or state.completed_at is None):
                completed.append((enrolment, progress.completed_at))
        if differences:
            drifts.append(Drift(enrolment.pk, differences))
    if not is_dry:
        StepState.objects.filter(pk__in=extra_steps).delete()
        StepState.objects.bulk_create(
            wrong_steps, update_conflicts=True, unique_fields=["enrolment", "step_key"], update_fields=STEP_FIELDS
        )
        EnrolmentState.objects.bulk_create(
            wrong_states, update_conflicts=True, unique_fields=["enrolment"], update_fields=STATE_FIELDS
        )
        themes = themes_of({enrolment.course_id for enrolment, _ in completed})
        for enrolment, completed_at in completed:
            celebrate(enrolment, completed_at=completed_at, themes=themes.get(enrolment.course_id, []))
    return drifts


def celebrate(enrolment: Enrolment, *, completed_at: datetime, themes: Iterable[int]) -> None:
    """What a completion brings, in its transaction: evidence per theme, and the signal once committed."""
    record_evidence(
        person=enrolment.person,
        themes=themes,
        kind=EvidenceKind.TRAINED,
        source=f"enrolment:{enrolment.pk}",
        recorded_at=completed_at,
    )
    transaction.on_commit(partial(course_completed.send, sender=Enrolment, enrolment_id=enrolment.pk), robust=True)


def themes_of(courses: Iterable[int]) -> dict[int, list[int]]:
    """Return the themes (ids) of each course."""
    themes: dict[int, list[int]] = {}
    for page, theme in ThemeLink.objects.filter(page__in=courses).values_list("page", "theme"):
        themes.setdefault(page, []).append(theme)
    return themes


def state_from(enrolment_id: int, progress: Progress) -> EnrolmentState:
    return EnrolmentState(enrolment_id=enrolment_id, **{name: getattr(progress, name) for name in STATE_FIELDS})


def _steps_from_attempts(enrolment_ids: Sequence[int]) -> dict[int, dict[Any, StepState]]:
    percent = Round(F("score") * Decimal(100) / F("max_score"), precision=2)
    rows: Any = (
        Attempt.objects.filter(enrolment__in=enrolment_ids)
        .order_by()
        .values("enrolment_id", "step_key")
        .annotate(
            attempts_count=Count("pk"),
            best_score=Max(percent),
            scores_set=ArrayAgg(percent, filter=Q(sets_score=True), order_by=["-submitted_at", "-pk"]),
            first_completed_at=Min("submitted_at", filter=Q(passed=True)),
            last_attempt_at=Max("submitted_at"),
        )
    )
    steps: dict[int, dict[Any, StepState]] = {}
    for row in rows:
        row["best_score"] = next(iter(row.pop("scores_set") or ()), row["best_score"])
        status = StepStatus.COMPLETED if row["first_completed_at"] else StepStatus.IN_PROGRESS
        steps.setdefault(row["enrolment_id"], {})[row["step_key"]] = StepState(status=status, **row)
    return steps


def _values(row: Any, names: Iterable[str]) -> tuple[Any, ...] | None:
    return None if row is None else tuple(getattr(row, name) for name in names)
