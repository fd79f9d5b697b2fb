"""What the coordination and the leads do for others."""

from datetime import date, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import ModelLogEntry

from certifications.models import ExternalTraining
from certifications.services import forget_holder
from cms.accounts import services as accounts
from cms.accounts.models import Invitation, Organisation, User
from cms.accounts.services import invite, invite_again, withdraw
from cms.core.models import OutboxMessage
from coordination.errors import CannotErase
from coordination.livret.models import Erasure, ObservationChoice
from coordination.models import StandingChange
from courses.enums import EnrolmentSource
from courses.h5p.services import erasing as h5p
from courses.models import AttemptDraft, CoursePage, Enrolment
from courses.services import enrol
from courses.sessions.models import Attendance, Registration
from interview_toolkit.commitments import services as commitments
from interview_toolkit.journal import services as journal
from interview_toolkit.observations import services as observations
from interview_toolkit.practices import services as practices
from interview_toolkit.triads import services as triads


def enrol_by(*, user: User, person: User, course: CoursePage, due_on: date | None) -> str:
    """Enrol `person` on behalf of `user`; return a sentence that says what was done.

    Raises CourseError, as `courses.services.enrol` does.
    """
    already = Enrolment.objects.of(person).open().filter(course=course).exists()
    source = EnrolmentSource.COORDINATION if user.sees_everyone else EnrolmentSource.LEAD
    enrol(person=person, course=course, source=source, due_on=due_on)
    if already:
        return f"{person} suit déjà « {course.title} » : rien n'a changé."
    return f"L'inscription de {person} à « {course.title} » est enregistrée."


def invite_by(*, user: User, invitation: dict[str, Any]) -> str:
    """Send the invitation described by `InviteForm`; return a sentence that says so. Raises AccountError."""
    organisation = Organisation.objects.visible_to(user).get(code=invitation["organisation"])
    invite(
        email=invitation["email"],
        organisation=organisation,
        role=invitation.get("role"),
        first_name=invitation["first_name"],
        last_name=invitation["last_name"],
        invited_by=user,
    )
    return f"Une invitation à rejoindre « {organisation} » part à {invitation['email']}."


def invite_again_by(*, user: User, invitation: Invitation) -> str:
    """Send a waiting invitation once more; return a sentence that says so. Raises AccountError."""
    invite_again(invitation=invitation, invited_by=user)
    return f"L'invitation à rejoindre « {invitation.organisation} » repart à {invitation.email}."


def withdraw_by(*, user: User, invitation: Invitation) -> str:
    """Take a waiting invitation back; return a sentence that says so. Raises AccountError."""
    withdraw(invitation=invitation)
    return f"L'invitation de {invitation.email} est retirée : son lien ne fonctionne plus."


@transaction.atomic
def erase_person(*, person: User, author: User, reason: str) -> Erasure:
    """Forget who someone was and what they wrote, in every room; what they did stays in figures, and is nobody's.

    RGPD, article 17. Attestations keep their number, fingerprint and dates. It cannot be undone; asked twice, it is
    done once. `reason`: an `ErasureReason`. Raises CannotErase.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    known = Erasure.objects.filter(person=person).first()
    if known is not None:
        return known
    if not author.is_superuser or author.pk == person.pk:
        raise CannotErase
    # Mail not sent yet holds a name; it has nowhere to go any more.
    OutboxMessage.objects.filter(kind="mail", done_at=None, payload__to__contains=[person.email]).delete()
    forget_holder(person=person)
    ExternalTraining.objects.of(person).delete()
    ObservationChoice.objects.of(person).delete()
    for room in (journal, triads, commitments, observations, practices, h5p):
        room.forget(person=person)
    AttemptDraft.objects.filter(enrolment__person=person).delete()
    Attendance.objects.filter(registration__person=person, signed_at=None).update(absent_reason="")
    Registration.objects.open().filter(person=person, attendances=None).update(withdrawn_at=timezone.now())
    accounts.erase(person=person)
    # The publishing tools wrote down how the account was called at each change.
    people = ContentType.objects.get_for_model(User)
    logs = ModelLogEntry.objects.filter(content_type=people, object_id=str(person.pk))
    logs.update(label="Personne effacée", data={})
    return Erasure.objects.create(person=person, author=author, reason=reason)


def forget_changes(*, hours: int) -> None:
    """Delete the changes that no remembered count can still ask for, and those of another server.

    A change one can see was committed, so this server has given its number; a greater one came with a backup.
    """
    StandingChange.objects.filter(recorded_at__lt=timezone.now() - timedelta(hours=hours)).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM coordination_standingchange WHERE transaction >= pg_snapshot_xmax(pg_current_snapshot())"
        )
