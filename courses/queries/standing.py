"""Where a person stands in one course."""

from dataclasses import dataclass

from courses.enums import Status, StepKind
from courses.models import Enrolment, EnrolmentState
from courses.outline import Outline, Station, outline_of, parent_url


@dataclass(frozen=True)
class Standing:
    """Where a person stands in a course: their open enrolment, or None, and the outline drawn for them."""

    outline: Outline
    enrolment: Enrolment | None = None

    @property
    def state(self) -> EnrolmentState | None:
        return self.enrolment.state if self.enrolment else None

    @property
    def is_completed(self) -> bool:
        return self.state is not None and self.state.status == Status.COMPLETED

    @property
    def is_begun(self) -> bool:
        return self.state is not None and (self.state.status == Status.IN_PROGRESS or bool(self.state.last_step_key))

    @property
    def action(self) -> str:
        """The verb of the next gesture, with its object."""
        if self.outline.resume is None:
            return ""
        if self.is_completed:
            return "Revoir la formation"
        step = self.outline.resume
        is_fresh_quiz = step.kind == StepKind.QUIZ and step.state == "todo"
        return f"{'Reprendre' if self.is_begun and not is_fresh_quiz else 'Commencer'} {step.name}"

    @property
    def course_title(self) -> str:
        return self.enrolment.course_title if self.enrolment else ""

    @property
    def course_url(self) -> str:
        """From the address of its first step, without a query."""
        return parent_url(self.outline.steps[0].url, 2) if self.outline.steps else "/formations/"

    @property
    def action_url(self) -> str:
        if self.outline.resume is None:
            return ""
        return self.outline.steps[0].url if self.is_completed else self.outline.resume.url


def onward_of(enrolment: Enrolment, *, here: object) -> Station | None:
    """The step left to do after this one, which is done; None once the course is complete.

    A query, unless `enrolment.steps` is there.
    """
    if enrolment.state.status == Status.COMPLETED:
        return None
    if not hasattr(enrolment, "steps"):
        rows = enrolment.step_states.values_list("step_key", "status")
        enrolment.steps = [{"key": str(key), "status": status, "score": None} for key, status in rows]
    return outline_of(enrolment.version.manifest, enrolment.steps, here=here).onward


def standing_of(enrolment: Enrolment, *, here: object = None, is_begun: bool = False) -> Standing:
    """`enrolment` comes from `with_steps()`: no query."""
    last_key = enrolment.state.last_step_key
    outline = outline_of(enrolment.version.manifest, enrolment.steps, here=here, last_key=last_key, is_begun=is_begun)
    return Standing(outline, enrolment)
