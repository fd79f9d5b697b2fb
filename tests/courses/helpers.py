"""Gestures shared by the tests of courses."""

import json
from io import StringIO
from typing import Any
from uuid import uuid4

from django.core.management import call_command

from courses.models import Attempt, Enrolment, EnrolmentState, StepState
from courses.services import record_attempt


def published(page: Any) -> Any:
    """Publish a page as the editor does, and return it."""
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def finish(enrolment: Enrolment, step: Any, *, passed: bool = True, **values: Any) -> Attempt:
    """A finished attempt at a step: right, unless said otherwise."""
    enrolment = Enrolment.objects.get(pk=enrolment.pk)
    return record_attempt(
        enrolment=enrolment, step_key=step.step_key, passed=passed, **{"idempotency_key": str(uuid4()), **values}
    )


def stored(enrolment: Enrolment) -> tuple[list[Any], dict[str, Any]]:
    """Everything computed that is stored of an enrolment."""
    steps = list(StepState.objects.filter(enrolment=enrolment).order_by("step_key").values())
    for step in steps:
        del step["id"]
    state = EnrolmentState.objects.filter(pk=enrolment.pk).values().get()
    del state["last_step_key"]
    return steps, state


def progress_json(email: str) -> Any:
    out = StringIO()
    call_command("progress", email, "--json", stdout=out)
    return json.loads(out.getvalue())
