"""What training sessions refuse, in the words shown to the person."""

from courses.errors import CourseError


class SessionError(CourseError):
    """`str(error)` is shown as it stands."""


class SessionCancelled(SessionError):
    def __init__(self) -> None:
        super().__init__("Cette séance est annulée.")


class SessionFull(SessionError):
    def __init__(self) -> None:
        super().__init__("Il n'y a plus de place dans cette séance.")


class SessionOver(SessionError):
    def __init__(self) -> None:
        super().__init__("Cette séance est passée.")


class SessionBegun(SessionError):
    def __init__(self) -> None:
        super().__init__("La séance a commencé : prévenez la personne qui l'anime.")


class SessionSigned(SessionError):
    def __init__(self) -> None:
        super().__init__("Des présences sont signées : cette séance a eu lieu, elle ne s'annule plus.")


class NoHalfDay(SessionError):
    def __init__(self) -> None:
        super().__init__("Cette séance n'a pas encore de date.")


class NotEnrolled(SessionError):
    def __init__(self) -> None:
        super().__init__("Inscrivez-vous d'abord à la formation : cette séance en fait partie.")


class NotRegistered(SessionError):
    def __init__(self) -> None:
        super().__init__("Vous n'êtes pas sur la liste de cette séance.")


class TooEarly(SessionError):
    def __init__(self, at: str) -> None:
        super().__init__(f"On signe à partir du début de la demi-journée : {at}.")


class TooLate(SessionError):
    def __init__(self) -> None:
        super().__init__(
            "Le délai pour signer est passé : 24 heures après la fin de la demi-journée. Parlez-en à la personne qui "
            "a animé la séance."
        )


class MarkedAbsent(SessionError):
    def __init__(self) -> None:
        super().__init__(
            "Une absence est notée pour cette demi-journée. Si c'est une erreur, la personne qui anime peut la retirer."
        )


class AlreadySigned(SessionError):
    def __init__(self) -> None:
        super().__init__("Cette présence est signée : elle ne change plus.")


class NotATrainer(SessionError):
    def __init__(self) -> None:
        super().__init__("Seules les personnes qui animent cette séance peuvent le faire.")


class NothingToCountersign(SessionError):
    def __init__(self) -> None:
        super().__init__("Aucune présence signée n'attend d'être contresignée.")


class OwnSignature(SessionError):
    def __init__(self) -> None:
        super().__init__("On ne contresigne pas sa propre présence : demandez à la personne qui anime avec vous.")


class NotSigned(SessionError):
    def __init__(self) -> None:
        super().__init__("Cette présence n'est pas signée : il n'y a rien à corriger.")


class AlreadyCorrected(SessionError):
    def __init__(self) -> None:
        super().__init__("Cette correction est déjà notée.")


class ReasonMissing(SessionError):
    def __init__(self) -> None:
        super().__init__("Écrivez pourquoi : la correction se lit dans le dossier de la séance.")


class NotInCharge(SessionError):
    def __init__(self) -> None:
        super().__init__("Seules les personnes qui animent cette séance et la coordination peuvent le faire.")
