"""What the screens of credentials refuse, in the words shown to the person."""


class JobError(Exception):
    """A job that cannot begin. `str(error)` is shown as it stands."""


class NothingToDo(JobError):
    def __init__(self) -> None:
        super().__init__("Aucune attestation ne correspond à ces filtres : il n'y a rien à faire.")


class TooMany(JobError):
    def __init__(self, most: int) -> None:
        super().__init__(f"Au plus {most} attestations à la fois : ajoutez un filtre, par structure ou par modèle.")
