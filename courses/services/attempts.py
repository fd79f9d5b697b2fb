"""The write everything else stands on: one finished attempt at one step."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from cms.core.rows import edition, prepared_cursor
from courses.enums import StepStatus
from courses.errors import EnrolmentClosed, IdempotencyKeyReused, StepNotInVersion
from courses.models import Attempt, Enrolment, EnrolmentState
from courses.pinned import manifest_as_written
from courses.progress import StepFacts, progress_of
from courses.services.states import STATE_FIELDS, celebrate, state_from

SAVED = (*STATE_FIELDS, "last_step_key")

# Three statements, written out because every learner's every step waits for them.
LOCK = "SELECT closed_at FROM courses_enrolment WHERE id = %s FOR NO KEY UPDATE"
SAVE = f"UPDATE courses_enrolmentstate SET {', '.join(f'{name} = %s' for name in SAVED)} WHERE enrolment_id = %s"  # noqa: S608

# One statement stores the attempt, merges it into its step, and reads what the status function needs: the
# manifest, the other steps, the themes. Merging takes the least, the greatest and the sum, so the order in
# which attempts arrive does not matter, and the result is the one `recompute` finds from all of them.
# An idempotency key already there stores nothing, nor does a step already completed which is done only once;
# the first column is then null.
STORE = f"""
WITH attempt AS (
    INSERT INTO courses_attempt
        (enrolment_id, step_key, idempotency_key, score, max_score, passed, sets_score, started_at,
         submitted_at, revision, snapshot)
    SELECT
        %(enrolment)s, %(step_key)s, %(idempotency_key)s, %(score)s::numeric, %(max_score)s::numeric, %(passed)s,
        %(sets_score)s, %(started_at)s::timestamptz, %(submitted_at)s, %(revision)s::integer, %(snapshot)s
    WHERE NOT (%(is_once)s AND EXISTS (
        SELECT FROM courses_stepstate
        WHERE enrolment_id = %(enrolment)s AND step_key = %(step_key)s AND status = 'completed'
    ))
    ON CONFLICT (idempotency_key) DO NOTHING
    RETURNING *
), step AS (
    INSERT INTO courses_stepstate AS known
        (enrolment_id, step_key, status, best_score, attempts_count, first_completed_at, last_attempt_at)
    SELECT enrolment_id, step_key, CASE WHEN passed THEN 'completed' ELSE 'in_progress' END,
           round(score * 100 / max_score, 2), 1, CASE WHEN passed THEN submitted_at END, submitted_at
    FROM attempt
    ON CONFLICT (enrolment_id, step_key) DO UPDATE SET
        status = CASE WHEN known.status = 'completed' THEN known.status ELSE excluded.status END,
        best_score = CASE WHEN %(sets_score)s THEN excluded.best_score
                     ELSE greatest(known.best_score, excluded.best_score) END,
        attempts_count = known.attempts_count + 1,
        first_completed_at = least(known.first_completed_at, excluded.first_completed_at),
        last_attempt_at = greatest(known.last_attempt_at, excluded.last_attempt_at)
    RETURNING *
)
SELECT
    (SELECT id FROM attempt),
    version.id,
    {edition("version")},
    (SELECT coalesce(jsonb_agg(jsonb_build_array(step_key, status, first_completed_at, last_attempt_at)), '[]')
     FROM courses_stepstate WHERE enrolment_id = enrolment.id),
    (SELECT jsonb_build_array(step_key, status, first_completed_at, last_attempt_at) FROM step),
    (SELECT coalesce(array_agg(theme_id), '{{}}') FROM roadmap_themelink WHERE page_id = enrolment.course_id)
FROM courses_enrolment enrolment JOIN courses_courseversion version ON version.id = enrolment.version_id
WHERE enrolment.id = %(enrolment)s
"""  # noqa: S608 - the name of a table


@transaction.atomic
def record_attempt(
    *,
    enrolment: Enrolment,
    step_key: UUID | str,
    idempotency_key: str,
    passed: bool,
    score: Decimal | int | None = None,
    max_score: Decimal | int | None = None,
    snapshot: dict[str, Any] | None = None,
    revision: int | None = None,
    started_at: datetime | None = None,
    is_once: bool = False,
    sets_score: bool = False,
) -> Attempt:
    """Store one finished attempt and bring the enrolment's state up to date, in one transaction.

    `score` and `max_score` are points, `revision` is the live revision of the page. Sending the same
    `idempotency_key` again returns the first attempt and changes nothing; with `is_once`, so does finishing again a
    step already completed, whatever the key. With `sets_score`, the step has this score from then on, rather than the
    best of all. `enrolment.state` is then the new state, and
    `enrolment.steps` say where each step stands.

    Raises StepNotInVersion when the pinned version has no such step, EnrolmentClosed, and IdempotencyKeyReused
    when the key was used for another enrolment or another step.
    """
    if enrolment.version.step(step_key) is None:
        raise StepNotInVersion
    attempt = Attempt(
        enrolment=enrolment,
        step_key=UUID(str(step_key)),
        idempotency_key=idempotency_key,
        score=score,
        max_score=max_score,
        passed=passed,
        sets_score=sets_score,
        started_at=started_at,
        submitted_at=timezone.now(),
        revision=revision,
        snapshot=snapshot or {},
    )
    if _lock(enrolment) is not None:
        return _known(attempt, otherwise=EnrolmentClosed)
    manifest, before, after, themes = _store(attempt, is_once=is_once)
    if attempt.pk is None:
        return _known(attempt, otherwise=IdempotencyKeyReused, is_once=is_once)
    was, progress = progress_of(manifest, before), progress_of(manifest, after)
    state = state_from(enrolment.pk, progress)
    state.last_step_key = attempt.step_key
    _save(state)
    enrolment.state = state
    enrolment.steps = [{"key": facts.step_key, "status": facts.status, "score": None} for facts in after]
    if progress.completed_at is not None and was.completed_at is None:
        celebrate(enrolment, completed_at=progress.completed_at, themes=themes)
    return attempt


def finish_lesson(*, enrolment: Enrolment, step_key: UUID, key: UUID) -> Attempt:
    """Record that the person says they finished a lesson. Raises what `record_attempt` raises.

    Only a step whose rule is to be confirmed can be finished so, and only once: from a second tab, the attempt of the
    first is returned.
    """
    step = enrolment.version.step(step_key)
    if step is None or step["rule"] != "confirmed":
        raise StepNotInVersion
    return record_attempt(
        enrolment=enrolment,
        step_key=step_key,
        idempotency_key=str(key),
        passed=True,
        revision=step.get("revision"),
        is_once=True,
    )


def _lock(enrolment: Enrolment) -> datetime | None:
    """Lock the enrolment until the end of the transaction; return when it was closed, None if it is open."""
    with prepared_cursor() as cursor:
        cursor.execute(LOCK, [enrolment.pk])
        (closed_at,) = cursor.fetchone()
    return closed_at


def _save(state: EnrolmentState) -> None:
    with prepared_cursor() as cursor:
        cursor.execute(SAVE, [*(getattr(state, name) for name in SAVED), state.pk])
        is_known = cursor.rowcount == 1
    if not is_known:
        state.save(force_insert=True)


def _store(
    attempt: Attempt, *, is_once: bool
) -> tuple[list[dict[str, Any]], list[StepFacts], list[StepFacts], list[int]]:
    """Run STORE; set `attempt.pk` if it was stored. Return manifest, facts before, facts after, themes."""
    values: dict[str, Any] = {
        "enrolment": attempt.enrolment_id,
        "step_key": attempt.step_key,
        "idempotency_key": attempt.idempotency_key,
        "score": attempt.score,
        "max_score": attempt.max_score,
        "passed": attempt.passed,
        "sets_score": attempt.sets_score,
        "started_at": attempt.started_at,
        "submitted_at": attempt.submitted_at,
        "revision": attempt.revision,
        "snapshot": Jsonb(attempt.snapshot),
        "is_once": is_once,
    }
    with prepared_cursor() as cursor:
        cursor.execute(STORE, values)
        attempt.pk, version, written, before, step, themes = cursor.fetchone()
    facts = {row[0]: _facts(row) for row in json.loads(before)}
    after = facts if step is None else facts | {str(attempt.step_key): _facts(json.loads(step))}
    return manifest_as_written(version, written), list(facts.values()), list(after.values()), themes


def _facts(row: list[Any]) -> StepFacts:
    step_key, status, first, last = row
    return StepFacts(
        step_key=step_key,
        status=StepStatus(status),
        first_completed_at=datetime.fromisoformat(first) if first else None,
        last_attempt_at=datetime.fromisoformat(last) if last else None,
    )


def _known(attempt: Attempt, *, otherwise: type[Exception], is_once: bool = False) -> Attempt:
    """Return the attempt stored under this key for this very step; raise if the key serves elsewhere or nowhere.

    With `is_once`, a key which serves nowhere gives the attempt that completed the step.
    """
    known = Attempt.objects.filter(idempotency_key=attempt.idempotency_key).first()
    if known is None and is_once:
        there = Attempt.objects.filter(enrolment=attempt.enrolment_id, step_key=attempt.step_key, passed=True)
        known = there.order_by("submitted_at", "pk").first()
    if known is None:
        raise otherwise
    if (known.enrolment_id, known.step_key) != (attempt.enrolment_id, attempt.step_key):
        raise IdempotencyKeyReused
    return known
