"""What attending a session completes in courses."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import uuid5

from django.db.models import Count

from courses.errors import EnrolmentClosed
from courses.models import Enrolment
from courses.services import record_attempt
from courses.sessions.models import RULE, Attendance, Registration, TrainingSession


def link(registration: Registration, session: TrainingSession) -> Enrolment | None:
    """The enrolment a registration counts in, found once: open in the course, begun before the session ended."""
    if registration.enrolment_id is None:
        enrolments = Enrolment.objects.filter(person=registration.person_id, course=session.course_id).open()
        if session.ends is not None:
            enrolments = enrolments.filter(enrolled_at__lt=session.ends)
        registration.enrolment = enrolments.first()
        if registration.enrolment is not None:
            registration.save(update_fields=["enrolment"])
    return registration.enrolment


def complete_steps(session: TrainingSession, registrations: Iterable[int]) -> None:
    """Complete the step of a session for those who attended all of it; done already, it stays as it was.

    In the enrolment each registration counts in, if it is open and its version asks for that step.
    """
    wanted = session.half_days.count()
    if session.step is None or not wanted:
        return
    valid = Attendance.objects.valid().filter(registration__in=list(registrations), registration__session=session)
    whole = valid.order_by().values("registration").annotate(halves=Count("pk")).filter(halves=wanted)
    rows = Registration.objects.filter(pk__in=whole.values("registration")).order_by("pk")
    for registration in rows.select_related("enrolment__version", "person"):
        enrolment = link(registration, session)
        step = enrolment.version.step(session.step.step_key) if enrolment else None
        if enrolment is None or enrolment.closed_at is not None or step is None or step["rule"] != RULE:
            continue
        enrolment.person = registration.person
        with suppress(EnrolmentClosed):  # retaken at this very moment: the next cycle asks for another session
            record_attempt(
                enrolment=enrolment,
                step_key=step["step_key"],
                idempotency_key=str(uuid5(session.public_id, f"{enrolment.pk}/{step['step_key']}")),
                passed=True,
                snapshot={"session": str(session.public_id)},
                revision=step.get("revision"),
                is_once=True,
            )
