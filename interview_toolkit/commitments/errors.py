"""What commitments refuse, in the words shown to the person."""


class CommitmentError(Exception):
    """`str(error)` is shown as it stands."""


class TooMany(CommitmentError):
    def __init__(self, most: int) -> None:
        super().__init__(f"Vous avez déjà {most} engagements en cours : dites d'abord ce qu'ils deviennent.")


class AlreadyAnswered(CommitmentError):
    def __init__(self) -> None:
        super().__init__("Vous avez déjà répondu : votre réponse est gardée. Vous pouvez prendre un nouvel engagement.")
