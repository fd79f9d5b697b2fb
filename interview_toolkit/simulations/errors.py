"""What simulations refuse, in the words shown to the person."""


class SimulationError(Exception):
    """A rule of simulations says no. `str(error)` is shown as it stands."""


class NotPlayable(SimulationError):
    def __init__(self) -> None:
        super().__init__(
            "Cette simulation n'est pas publiée : elle ne se joue pas pour le moment. Ce que vous y avez joué reste."
        )


class AlreadyPlayed(SimulationError):
    """The turn was made meanwhile, from another tab: nothing is written over it."""

    def __init__(self) -> None:
        super().__init__("Vous aviez déjà répondu à ce tour : votre première réponse est gardée.")


class NotOfferedHere(SimulationError):
    def __init__(self) -> None:
        super().__init__("Cette réplique n'est pas proposée à ce moment de l'entretien. Choisissez-en une de la liste.")


class PlayIsOver(SimulationError):
    def __init__(self) -> None:
        super().__init__("Cet entretien est terminé. Vous pouvez en rejouer un tour.")


class PlayIsLeft(SimulationError):
    def __init__(self) -> None:
        super().__init__("Vous avez quitté cet entretien pour en commencer un autre : rien n'y est ajouté.")


class NoSuchTurn(SimulationError):
    def __init__(self) -> None:
        super().__init__("Ce tour ne fait pas partie de cet entretien.")


class TooLong(SimulationError):
    def __init__(self) -> None:
        super().__init__("Cet entretien tourne en rond depuis trop longtemps : reprenez-le depuis le début.")
