"""What observations refuse, in the words shown to the person."""


class ObservationError(Exception):
    """`str(error)` is shown as it stands."""


class GridNotOpen(ObservationError):
    def __init__(self) -> None:
        super().__init__("Cette grille n'est pas encore publiée : on n'observe pas avec elle pour le moment.")


class NotAnObserver(ObservationError):
    def __init__(self) -> None:
        super().__init__("Cette personne ne peut pas vous observer. Choisissez un formateur ou un pair formé.")


class NotCalibrated(ObservationError):
    def __init__(self) -> None:
        super().__init__(
            "Avant de signer avec cette grille, faites votre étalonnage sur un entretien de référence. "
            "Ce que vous avez noté est gardé."
        )


class RatedToday(ObservationError):
    def __init__(self) -> None:
        super().__init__("Vous avez déjà lu cet entretien aujourd'hui. Une nouvelle lecture est possible demain.")


class NotAnObserverYet(ObservationError):
    def __init__(self) -> None:
        super().__init__("Faites d'abord votre étalonnage sur un entretien de référence de cette grille.")


class TooFewLevels(ObservationError):
    def __init__(self, wanted: int) -> None:
        super().__init__(
            f"Donnez un niveau à {wanted} critères au moins : trop de « sans objet », et aucun accord ne se mesure. "
            "Cette lecture n'est pas comptée."
        )


class CannotBeShown(ObservationError):
    def __init__(self) -> None:
        super().__init__("Une observation signée se montre à un formateur, autre que celui qui l'a faite.")


class AlreadyAsked(ObservationError):
    def __init__(self, observer: object, day: str) -> None:
        super().__init__(f"Vous l'avez déjà demandé à {observer}, le {day}. Retirez cette demande pour la changer.")


class Incomplete(ObservationError):
    """`codes` are the criteria nothing was said of; `has_day`: whether the day of the interview is known."""

    def __init__(self, codes: list[str], *, has_day: bool = True) -> None:
        self.codes, self.has_day = codes, has_day
        super().__init__("Il manque encore quelque chose : chaque critère a sa réponse, même « sans objet ».")


class NothingSeen(ObservationError):
    def __init__(self) -> None:
        super().__init__("Tout ne peut pas être sans objet : donnez un niveau à un critère au moins.")


class TooLongAgo(ObservationError):
    def __init__(self) -> None:
        super().__init__("Cet entretien a eu lieu plus de trois mois avant la demande.")


class AlreadySigned(ObservationError):
    def __init__(self) -> None:
        super().__init__("Cette observation est signée : elle ne change plus.")


class NotSigned(ObservationError):
    def __init__(self) -> None:
        super().__init__("Cette observation n'est pas encore signée : il n'y a rien à répondre.")


class AlreadyReplied(ObservationError):
    def __init__(self) -> None:
        super().__init__("Vous avez déjà répondu : votre réponse est gardée avec l'observation.")
