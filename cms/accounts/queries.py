"""What the door of an invitation shows."""

from enum import Enum
from typing import Any
from uuid import UUID

from cms.accounts.models import Invitation, User


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
