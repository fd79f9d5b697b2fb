"""What becomes of a session that was planned."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from cms.accounts.models import User
from courses.sessions.errors import SessionSigned
from courses.sessions.letters import write
from courses.sessions.models import Attendance, TrainingSession
from courses.sessions.services.completion import complete_steps
from courses.sessions.services.locks import check_in_charge, locked

Programme = tuple[Any, ...]


def hold(*, session: TrainingSession) -> None:
    """Keep others from signing or registering while the planning is changed, until the end of the transaction."""
    locked(session)


def programme_of(session: TrainingSession) -> Programme:
    """What those who come have to know: another day, another place, and they are told."""
    halves = tuple((half.on, half.starts_at, half.ends_at, half.room) for half in session.halves)
    return (session.mode, session.place, session.link, halves)


@transaction.atomic
def keep_planning(*, session: TrainingSession, before: Programme | None = None) -> None:
    """After a session was saved: tell those who come what changed, and complete the step it is now attached to.

    `before` is its programme before it was saved, None for a new one.
    """
    session = locked(session)
    complete_steps(session, session.registrations.values_list("pk", flat=True))
    if before is None or before == programme_of(session) or session.is_cancelled or session.is_over:
        return
    for one in session.registrations.open().select_related("person").order_by("pk"):
        write(to=one.person, session=session, subject=f"Changement : {session.title}", name="changed")


@transaction.atomic
def cancel(*, session: TrainingSession, by: User, reason: str) -> TrainingSession:
    """Cancel a session nobody signed for, and tell those expected and those who run it; cancelled already, nothing.

    Raises NotInCharge, SessionSigned.
    """
    session = locked(session)
    check_in_charge(by, session)
    if session.is_cancelled:
        return session
    if Attendance.objects.signed().filter(half_day__session=session).exists():
        raise SessionSigned
    session.cancelled_at, session.cancelling_reason = timezone.now(), reason
    session.save(update_fields=["cancelled_at", "cancelling_reason"])
    expected = [one.person for one in session.registrations.open().select_related("person").order_by("pk")]
    for person in dict.fromkeys([*expected, *session.trainers.all()]):
        if person != by:
            write(to=person, session=session, subject=f"Annulée : {session.title}", name="cancelled")
    return session
