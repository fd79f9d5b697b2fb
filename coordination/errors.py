"""What the coordination refuses, in the words shown to the person."""


class CoordinationError(Exception):
    """A rule of coordination says no. `str(error)` is shown as it stands."""


class CannotErase(CoordinationError):
    def __init__(self) -> None:
        super().__init__("Seule l'administration du site efface des données, et jamais les siennes.")
