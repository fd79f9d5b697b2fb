"""What the journal refuses, in the words shown to the person."""


class JournalError(Exception):
    """`str(error)` is shown as it stands."""


class KeyLost(JournalError):
    """What was written was sealed with a key the site no longer has, or was changed since."""

    def __init__(self) -> None:
        super().__init__(
            "Cette entrée ne peut plus être lue : la clé qui la protège n'est plus sur ce site. "
            "Elle est intacte ; prévenez l'administration, qui peut remettre l'ancienne clé."
        )


class NoKey(JournalError):
    def __init__(self) -> None:
        super().__init__("Le journal est fermé pour le moment : l'administration doit lui donner une clé.")
