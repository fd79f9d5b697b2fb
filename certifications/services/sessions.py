"""Awarding for a session: once for a person, a session and a definition, when every half-day is proved."""

from django.db import transaction
from django.utils import timezone

from certifications.models import Credential, CredentialDefinition
from certifications.queries.due import attended_whole
from certifications.services.writing import version_at, write
from certifications.snapshot import earned_in
from cms.accounts.models import User
from courses.sessions.models import Registration, TrainingSession


def issue_for_session(*, session_id: int) -> list[Credential]:
    """Award what this session gives right to and did not give yet; return what this call awarded.

    To whoever signed for every half-day, each countersigned and standing, once the session is over. Nothing for a
    session that was cancelled, nor to an erased person.
    """
    session = TrainingSession.objects.whole().get(pk=session_id)
    issued = [
        _issue(definition, session, person)
        for definition in definitions_of(session)
        for person in attended_whole(session, without=definition)
    ]
    return [credential for credential in issued if credential is not None]


def definitions_of(session: TrainingSession) -> list[CredentialDefinition]:
    """What a session leads to; nothing before its end, nor when it was cancelled."""
    if session.is_cancelled or not session.is_over or session.ends is None:
        return []
    return list(CredentialDefinition.objects.awarded_for_session(session.course_id, ended_at=session.ends))


@transaction.atomic
def _issue(definition: CredentialDefinition, session: TrainingSession, person_id: int) -> Credential | None:
    """Award one. The person's row is locked, as it is for what an enrolment earns."""
    person = User.objects.select_for_update(no_key=True).get(pk=person_id)
    given = Credential.objects.filter(definition=definition, session=session, person=person)
    if person.erased_at is not None or given.exists() or session.ends is None:
        return None
    ended_on = timezone.localdate(session.ends)
    registrations = Registration.objects.filter(session=session, person=person, enrolment__isnull=False)
    registration = registrations.select_related("enrolment").order_by("-pk").first()
    return write(
        person=person,
        version=version_at(definition, session.ends),
        earned=earned_in(session, person),
        earned_at=session.ends,
        valid_from=ended_on,
        valid_until=None,
        enrolment=registration.enrolment if registration else None,
        session=session,
    )
