"""A quiz under way: begun, saved at each answer, handed in once."""

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from courses import quiz
from courses.errors import EnrolmentClosed, QuizNotReady, QuizNotStarted, QuizPageOutdated, StepNotInVersion
from courses.models import Attempt, AttemptDraft, Enrolment, QuizPage
from courses.services.attempts import record_attempt
from courses.services.enrolments import visit_step


def start_quiz(*, enrolment: Enrolment, page: QuizPage) -> AttemptDraft:
    """Freeze the questions of a quiz for one attempt, to resume there; return the attempt already under way if any.

    Raises StepNotInVersion, EnrolmentClosed, QuizNotReady.
    """
    if enrolment.version.step(page.step_key) is None:
        raise StepNotInVersion
    if enrolment.closed_at is not None:
        raise EnrolmentClosed
    seed = secrets.randbelow(2**31)
    items = quiz.freeze(questions_of(page), seed=seed, is_shuffled=page.is_shuffled)
    if not items:
        raise QuizNotReady
    # Two tabs may start at once: the first draft stays.
    AttemptDraft.objects.bulk_create(
        [
            AttemptDraft(
                enrolment=enrolment,
                step_key=page.step_key,
                questions={"seed": seed, "items": items},
                revision=page.live_revision_id,
            )
        ],
        ignore_conflicts=True,
    )
    visit_step(enrolment=enrolment, step_key=page.step_key)
    return AttemptDraft.objects.get(enrolment=enrolment, step_key=page.step_key)


def questions_of(page: QuizPage) -> list[quiz.Question]:
    """Return the questions as they are now, each with the identifiers Wagtail gave its blocks."""
    return [
        {
            "id": str(block.id),
            "text": block.value["text"],
            "kind": block.value["kind"],
            "feedback": block.value["feedback"],
            "answers": [
                {
                    "id": str(answer.id),
                    "text": answer.value["text"],
                    "is_correct": bool(answer.value["is_correct"]),
                    "feedback": answer.value["feedback"],
                }
                for answer in block.value["answers"].bound_blocks
            ],
        }
        for block in page.questions
    ]


@transaction.atomic
def save_answer(*, draft: AttemptDraft, number: int, values: Sequence[str]) -> AttemptDraft:
    """Keep the answer to question `number` (from 1). Raises AnswerError, and QuizNotStarted if just handed in."""
    draft = _locked(AttemptDraft.objects.filter(pk=draft.pk))
    question = draft.items[number - 1]
    draft.answers[question["id"]] = quiz.read_answer(question, values)
    draft.save(update_fields=["answers", "updated_at"])
    return draft


@transaction.atomic
def submit_quiz(*, enrolment: Enrolment, step_key: UUID, key: UUID) -> Attempt:
    """Grade the attempt under way with the pinned version's pass mark, store it, and close the draft.

    `key` is the draft's: handing it in twice returns the first attempt. Raises QuizNotStarted, QuizPageOutdated when
    another attempt is under way, and what `record_attempt` raises.
    """
    drafts = AttemptDraft.objects.filter(enrolment=enrolment, step_key=step_key)
    try:
        draft = _locked(drafts.filter(idempotency_key=key))
    except QuizNotStarted:
        known = Attempt.objects.filter(enrolment=enrolment, step_key=step_key, idempotency_key=str(key)).first()
        if known is not None:
            return known
        if drafts.exists():
            raise QuizPageOutdated from None
        raise
    step = enrolment.version.step(step_key)
    if step is None:
        raise StepNotInVersion
    result = quiz.grade(draft.items, draft.answers)
    snapshot: dict[str, Any] = {
        "questions": draft.items,
        "seed": draft.questions["seed"],
        "answers": draft.answers,
        "right": sorted(result.right),
        "pass_mark": step["pass_mark"],
    }
    attempt = record_attempt(
        enrolment=enrolment,
        step_key=step_key,
        idempotency_key=str(key),
        passed=result.reaches(step["pass_mark"]),
        score=result.score,
        max_score=result.max_score,
        snapshot=snapshot,
        revision=draft.revision,
        started_at=draft.started_at,
    )
    draft.delete()
    return attempt


def _locked(drafts: Any) -> AttemptDraft:
    draft: AttemptDraft | None = drafts.select_for_update(of=("self",)).first()
    if draft is None:
        raise QuizNotStarted
    return draft
