"""What the coordination and the leads do for others."""

from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from cms.accounts.models import Invitation, Organisation, User
from cms.accounts.services import invite, invite_again, withdraw
from coordination.models import StandingChange
from courses.enums import EnrolmentSource
from courses.models import CoursePage, Enrolment
from courses.services import enrol


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


def forget_changes(*, hours: int) -> None:
    """Delete the changes that no remembered count can still ask for, and those of another server.

    A change one can see was committed, so this server has given its number; a greater one came with a backup.
    """
    StandingChange.objects.filter(recorded_at__lt=timezone.now() - timedelta(hours=hours)).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM coordination_standingchange WHERE transaction >= pg_snapshot_xmax(pg_current_snapshot())"
        )
