"""What practices refuse, in the words shown to the person."""


class PracticeError(Exception):
    """`str(error)` is shown as it stands."""


class NotOpen(PracticeError):
    def __init__(self) -> None:
        super().__init__("Les fiches pratiques ne sont pas encore ouvertes aux propositions.")


class TooMany(PracticeError):
    def __init__(self, what: str) -> None:
        super().__init__(f"Vous avez déjà {what} aujourd'hui : revenez demain.")


class NobodyToTell(PracticeError):
    def __init__(self) -> None:
        super().__init__("Il n'y a plus personne à qui écrire au sujet de cette fiche.")


class OwnPractice(PracticeError):
    def __init__(self) -> None:
        super().__init__("Cette fiche est la vôtre.")


class BeingReread(PracticeError):
    def __init__(self) -> None:
        super().__init__("Cette fiche est en relecture : retirez-la d'abord pour la reprendre.")


class NotBeingReread(PracticeError):
    def __init__(self) -> None:
        super().__init__("Cette fiche n'est plus en relecture.")
