"""What triads refuse, in the words shown to the person."""

from interview_toolkit.observations.errors import ObservationError


class TriadError(ObservationError):
    """`str(error)` is shown as it stands."""


class WrongCode(TriadError):
    def __init__(self) -> None:
        super().__init__("Aucune triade n'attend avec ce code. Vérifiez-le, ou demandez-en un nouveau à vos collègues.")


class TooManyCodes(TriadError):
    def __init__(self) -> None:
        super().__init__("Trop de codes essayés. Attendez dix minutes, puis demandez le code à vos collègues.")


class TooManyTriads(TriadError):
    def __init__(self) -> None:
        super().__init__("Vous avez formé beaucoup de triades aujourd'hui. Reprenez demain.")


class PlaceTaken(TriadError):
    def __init__(self) -> None:
        super().__init__("Cette place vient d'être prise. Choisissez-en une autre.")


class NotGathered(TriadError):
    def __init__(self) -> None:
        super().__init__("On commence à trois : il manque encore quelqu'un.")


class AlreadyBegun(TriadError):
    def __init__(self) -> None:
        super().__init__("L'entretien a commencé : la triade ne change plus.")


class NotBegun(TriadError):
    def __init__(self) -> None:
        super().__init__("L'entretien n'a pas commencé.")


class NotOver(TriadError):
    def __init__(self) -> None:
        super().__init__("L'entretien n'est pas terminé.")


class AlreadyHandedIn(TriadError):
    def __init__(self) -> None:
        super().__init__("Vous avez remis votre grille : elle ne change plus.")


class TooManyNotes(TriadError):
    def __init__(self) -> None:
        super().__init__("Trois cents notes suffisent pour un entretien.")


class GridNotOpen(TriadError):
    def __init__(self) -> None:
        super().__init__("Cette grille n'est pas encore publiée.")
