"""What observations refuse, in the words shown to the person."""


class ObservationError(Exception):
    """`str(error)` is shown as it stands."""


class GridNotOpen(ObservationError):
    def __init__(self) -> None:
        super().__init__("Cette grille n'est pas encore publiée : on n'observe pas avec elle pour le moment.")


class NotAnObserver(ObservationError):
    def __init__(self) -> None:
        super().__init__("Cette personne ne peut pas vous observer. Choisissez un formateur.")


class Incomplete(ObservationError):
    def __init__(self, codes: list[str]) -> None:
        which = ", ".join(codes[:12])
        super().__init__(f"Avant de signer, dites ce que vous avez vu pour chaque critère ; il manque : {which}.")


class AlreadySigned(ObservationError):
    def __init__(self) -> None:
        super().__init__("Cette observation est signée : elle ne change plus.")


class NotSigned(ObservationError):
    def __init__(self) -> None:
        super().__init__("Cette observation n'est pas encore signée : il n'y a rien à répondre.")


class AlreadyReplied(ObservationError):
    def __init__(self) -> None:
        super().__init__("Vous avez déjà répondu : votre réponse est gardée avec l'observation.")
