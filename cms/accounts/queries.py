"""What the door of an invitation shows; who someone was, and where, on a given day."""

from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

from cms.accounts.models import Invitation, Membership, Organisation, User


class Door(Enum):
    """What an invitation has become for the person who opens it."""

    OPEN = "open"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    SIGN_IN = "sign_in"  # the address has an account: sign in to join
    JOIN = "join"  # signed in with that account
    SOMEONE_ELSE = "someone_else"  # signed in with another account


def invitation_door(*, token: UUID, visitor: Any) -> tuple[Door, Invitation | None]:
    invitation = Invitation.objects.select_related("organisation").filter(token=token).first()
    if invitation is None:
        return Door.UNKNOWN, None
    if invitation.accepted_at is not None:
        return Door.USED, invitation
    if not invitation.is_open:
        return Door.EXPIRED, invitation
    if visitor.is_authenticated:
        return (Door.JOIN if visitor.email == invitation.email else Door.SOMEONE_ELSE), invitation
    has_account = User.objects.filter(email=invitation.email).exists()
    return (Door.SIGN_IN if has_account else Door.OPEN), invitation


class Name(NamedTuple):
    first_name: str
    last_name: str

    @property
    def full(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


def name_at(person: User, instant: datetime) -> Name:
    """How `person` was called at that instant, whatever their name has become."""
    then = person.former_names.filter(changed_at__gt=instant).order_by("changed_at", "pk").first()
    return Name(then.first_name, then.last_name) if then else Name(person.first_name, person.last_name)


def employer_on(person: User, day: date, *, preferred: int | None = None) -> Organisation | None:
    """Whom `person` worked for that day: `preferred` (an id) if they were there, else where they had been longest."""
    memberships = Membership.objects.current(day).filter(person=person).select_related("organisation")
    there = [membership.organisation for membership in memberships.order_by("starts_on", "pk")]
    return next((one for one in there if one.pk == preferred), there[0] if there else None)
