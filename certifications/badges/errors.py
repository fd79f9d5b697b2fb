"""Why a badge is refused, in the words shown to the person who sent it."""


class BadgeRefused(Exception):
    """This is not a badge of ours, whole and as signed. `str(error)` is shown as it stands."""


class NotReadable(BadgeRefused):
    def __init__(self, sentence: str = "Ce fichier ne contient pas de badge que l'on puisse lire.") -> None:
        super().__init__(sentence)


class TooLarge(NotReadable):
    def __init__(self) -> None:
        super().__init__("Ce fichier est trop gros pour être un badge.")


class NotOurs(BadgeRefused):
    def __init__(self, sentence: str = "Ce badge n'est pas signé par une clé de cette plateforme.") -> None:
        super().__init__(sentence)


class Altered(BadgeRefused):
    def __init__(self) -> None:
        super().__init__("Ce badge a été modifié : sa signature ne correspond pas à ce qu'il contient.")
