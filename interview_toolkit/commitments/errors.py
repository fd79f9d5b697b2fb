"""What commitments refuse, in the words shown to the person."""


class CommitmentError(Exception):
    """`str(error)` is shown as it stands."""


class TooMany(CommitmentError):
    def __init__(self, most: int) -> None:
        super().__init__(f"Vous avez déjà {most} engagements en cours : dites d'abord ce qu'ils deviennent.")


class AlreadyCommitted(CommitmentError):
    def __init__(self) -> None:
        super().__init__("Vous avez déjà un engagement en cours sur ce geste : dites d'abord ce qu'il devient.")


class AlreadyAnswered(CommitmentError):
    def __init__(self) -> None:
        super().__init__("Vous avez déjà répondu : votre réponse est gardée. Vous pouvez prendre un nouvel engagement.")


class NobodyAtEase(CommitmentError):
    def __init__(self) -> None:
        super().__init__(
            "Nous ne trouvons personne, dans une autre structure, à qui en parler pour l'instant. Réessayez plus tard."
        )


class NoNeed(CommitmentError):
    def __init__(self) -> None:
        super().__init__("Un binôme se propose à qui répond « Je n'ose pas », un à la fois.")


class PairAnswered(CommitmentError):
    def __init__(self) -> None:
        super().__init__("Cette demande a déjà sa réponse, ou n'en attend plus.")


class Withdrawn(CommitmentError):
    def __init__(self) -> None:
        super().__init__("Cet engagement a été retiré : il n'y a plus rien à répondre.")
