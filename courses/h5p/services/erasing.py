"""Forgetting someone (RGPD, article 17): their words go, their results stay, and are nobody's."""

from typing import Any

from django.db import transaction

from courses.h5p.models import Attempt, SavedState, Statement

BATCH = 500


@transaction.atomic
def forget(*, person: Any) -> None:
    """Delete where someone left contents, and what they answered, from what was received and what it made."""
    SavedState.objects.filter(registration__person=person).delete()
    statements = Statement.objects.filter(registration__person=person, body__has_key="response")
    told = list(statements.only("body"))
    for statement in told:
        statement.body = without_answer(statement.body)
    Statement.objects.bulk_update(told, ["body"], batch_size=BATCH)
    attempts = list(Attempt.objects.filter(registration__person=person).exclude(answers=[]).only("answers"))
    for attempt in attempts:
        attempt.answers = [without_answer(answer) for answer in attempt.answers]
    Attempt.objects.bulk_update(attempts, ["answers"], batch_size=BATCH)


def without_answer(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "response"}
