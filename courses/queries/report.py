"""What support reads, computed again by the status function."""

from typing import Any

from cms.accounts.models import User
from courses.enums import StepStatus
from courses.models import Enrolment
from courses.progress import progress_of


def progress_report(person: User) -> list[dict[str, Any]]:
    """Return each enrolment of a person, first to last, with every step of its version.

    Computed by the status function from the steps' states, not read from `EnrolmentState`, so that screens can
    be compared with it. `score` is the best percent, null when the step is not scored or was not tried.
    """
    enrolments = Enrolment.objects.of(person).with_state().prefetch_related("step_states").order_by("enrolled_at", "pk")
    return [_report(enrolment) for enrolment in enrolments]


def _report(enrolment: Enrolment) -> dict[str, Any]:
    states = {str(state.step_key): state for state in enrolment.step_states.all()}
    progress = progress_of(enrolment.version.manifest, [state.facts for state in states.values()])
    return {
        "enrolment": enrolment.public_id,
        "course": enrolment.course.title,
        "course_code": enrolment.course.code,
        "version": enrolment.version.number,
        "cycle": enrolment.cycle,
        "status": str(progress.status),
        "percent": progress.percent,
        "required": progress.required,
        "done": progress.done,
        "enrolled_at": enrolment.enrolled_at,
        "due_on": enrolment.due_on,
        "completed_at": progress.completed_at,
        "closed_at": enrolment.closed_at,
        "steps": [
            {
                "key": step["step_key"],
                "kind": step["kind"],
                "title": step["title"],
                "is_required": step["is_required"],
                "is_withdrawn": step["is_withdrawn"],
                "state": str(state.status if state else StepStatus.NOT_STARTED),
                "score": None if state is None or state.best_score is None else float(state.best_score),
            }
            for step in enrolment.version.manifest
            for state in [states.get(step["step_key"])]
        ],
    }
