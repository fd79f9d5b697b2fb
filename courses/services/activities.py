"""What the activities of a lesson bring to the course they are in."""

import functools
from typing import Any

from django.db import transaction

from cms.core.rows import columns, from_row, prepared_cursor, width
from courses.activities import RULE, Place, activities_of, sum_of
from courses.errors import StepNotInVersion
from courses.models import Attempt, Enrolment
from courses.pinned import version_columns, version_from
from courses.queries.activities import standings_of
from courses.services.attempts import record_attempt


@functools.cache
def _statement() -> str:
    return (
        f"SELECT {columns(Enrolment, 'enrolment')}, {version_columns('version')}"  # noqa: S608 - names only
        " FROM courses_enrolment enrolment JOIN courses_courseversion version ON version.id = enrolment.version_id"
        " WHERE enrolment.id = %s FOR NO KEY UPDATE OF enrolment"
    )


@transaction.atomic
def settle_activities(*, place: Place, person: Any) -> Attempt | None:
    """Bring a lesson to what its activities amount to now; return the attempt this made, if anything changed.

    An attempt at a lesson is a change of its standing: one more activity done, another score. Once complete, it stays
    so. Two activities that end at once take turns. Raises StepNotInVersion, EnrolmentClosed.
    """
    enrolment = _locked(place.enrolment)
    enrolment.person = person
    step = enrolment.version.step(place.step_key)
    if step is None:
        raise StepNotInVersion
    if step["rule"] != RULE:
        return None
    activities = activities_of(step)
    standings = standings_of(activities, enrolment=enrolment.pk, step_key=place.step_key, person=person)
    now = sum_of(activities, {key: one.standing for key, one in standings.items()})
    last = Attempt.objects.filter(enrolment=enrolment, step_key=place.step_key).order_by("-submitted_at", "-pk").first()
    known = {"done": [], "score": None, "number": 0} | (last.snapshot if last else {})
    if {"done": known["done"], "score": known["score"]} == now.summary:
        return None
    number = known["number"] + 1
    return record_attempt(
        enrolment=enrolment,
        step_key=place.step_key,
        idempotency_key=f"{enrolment.pk}:{place.step_key}:{number}",
        passed=now.is_complete or (last is not None and last.passed),
        score=now.score,
        max_score=None if now.score is None else 100,
        snapshot=now.summary | {"number": number},
        revision=step.get("revision"),
        sets_score=True,
    )


def _locked(enrolment_id: int) -> Enrolment:
    """An enrolment with its version, locked until the end of the transaction."""
    with prepared_cursor() as cursor:
        cursor.execute(_statement(), [enrolment_id])
        row = cursor.fetchone()
    if row is None:
        raise StepNotInVersion
    enrolment = from_row(Enrolment, row[: width(Enrolment)])
    enrolment.version = version_from(row[width(Enrolment) :])
    return enrolment
