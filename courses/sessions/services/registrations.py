"""Who is expected in a session."""

from django.db import transaction
from django.utils import timezone

from cms.accounts.models import User
from courses.models import Enrolment
from courses.sessions.errors import (
    NoHalfDay,
    NotEnrolled,
    SessionBegun,
    SessionCancelled,
    SessionFull,
    SessionOver,
)
from courses.sessions.letters import write
from courses.sessions.models import SIGNING_LASTS, Registration, TrainingSession
from courses.sessions.services.locks import locked


@transaction.atomic
def join(*, session: TrainingSession, person: User) -> Registration:
    """Take a place in a session of a course one follows; there already, the same place.

    Raises SessionCancelled, NoHalfDay, SessionBegun, NotEnrolled, SessionFull.
    """
    session = locked(session)
    known = session.registrations.open().filter(person=person).first()
    if known is not None:
        return known
    if session.is_cancelled:
        raise SessionCancelled
    if session.begins is None:
        raise NoHalfDay
    if session.has_begun:
        raise SessionBegun
    if not Enrolment.objects.of(person).open().filter(course=session.course).exists():
        raise NotEnrolled
    return _add(session, person)


@transaction.atomic
def register(*, session: TrainingSession, person: User) -> Registration:
    """Put someone on the list, enrolled in the course or not, as long as they may still sign; there already, the same.

    Raises SessionCancelled, SessionOver, SessionFull.
    """
    session = locked(session)
    known = session.registrations.open().filter(person=person).first()
    if known is not None:
        return known
    if session.is_cancelled:
        raise SessionCancelled
    if session.ends is not None and session.ends + SIGNING_LASTS <= timezone.now():
        raise SessionOver
    return _add(session, person)


@transaction.atomic
def withdraw(*, registration: Registration, by: User) -> None:
    """Take someone off the list; what they signed stays. Off already, nothing.

    Once the session has begun, only others may. Raises SessionBegun.
    """
    session = locked(registration.session)
    registration = Registration.objects.select_related("person").get(pk=registration.pk)
    if registration.withdrawn_at is not None:
        return
    if by.pk == registration.person_id and session.has_begun:
        raise SessionBegun
    registration.withdrawn_at = timezone.now()
    registration.save(update_fields=["withdrawn_at"])
    if by.pk != registration.person_id and not session.is_over:
        subject = f"Vous n'êtes plus sur la liste : {session.title}"
        write(to=registration.person, session=session, subject=subject, name="withdrawn")


def _add(session: TrainingSession, person: User) -> Registration:
    if session.capacity is not None and session.registrations.open().count() >= session.capacity:
        raise SessionFull
    enrolment = Enrolment.objects.of(person).open().filter(course=session.course).first()
    registration = Registration.objects.create(session=session, person=person, enrolment=enrolment)
    if not session.is_over:
        write(to=person, session=session, subject=f"Votre place : {session.title}", name="registered")
    return registration
