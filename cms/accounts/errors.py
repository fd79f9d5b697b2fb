"""What the ground floor refuses, in words for the person who asked."""


class AccountError(Exception):
    """Its text is shown as it is."""


class AlreadyMember(AccountError):
    pass


class InvitationClosed(AccountError):
    """The invitation has expired, was used or taken back."""

    def __init__(self, words: str = "Cette invitation a déjà servi, ou a été retirée : rien n'a changé.") -> None:
        super().__init__(words)


class AccountExists(AccountError):
    """The address of the invitation already has an account."""


class AccountClosed(AccountError):
    """The address belongs to an account that was closed."""


class NotTheInvited(AccountError):
    pass


class MoveTooEarly(AccountError):
    pass
