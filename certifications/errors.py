"""What certifications refuses, in the words shown to the person."""


class CertificationError(Exception):
    """A rule of certifications says no. `str(error)` is shown as it stands."""


class MissingMentions(CertificationError):
    """`missing`: what the definition must still say, in words."""

    def __init__(self, missing: list[str]) -> None:
        self.missing = missing
        super().__init__("Il manque : " + " ; ".join(missing) + ".")


class AlreadyRevoked(CertificationError):
    def __init__(self) -> None:
        super().__init__("Cette attestation est déjà retirée : rien n'a changé.")


class AlreadySuperseded(CertificationError):
    def __init__(self) -> None:
        super().__init__("Cette attestation est déjà remplacée par une autre : corrigez celle qui la remplace.")


class ReasonNeeded(CertificationError):
    def __init__(self) -> None:
        super().__init__("Écrivez la raison : elle sera montrée à qui vérifie cette attestation.")


class NothingToExtend(CertificationError):
    def __init__(self) -> None:
        super().__init__("Cette attestation n'a pas de date de fin : il n'y a rien à prolonger.")


class ExtensionTooShort(CertificationError):
    def __init__(self) -> None:
        super().__init__("Choisissez une date après la fin actuelle, et à moins d'un an d'elle.")


class HolderErased(CertificationError):
    def __init__(self) -> None:
        super().__init__("Les données de cette personne ont été effacées : il n'y a plus rien à délivrer à son nom.")


class NothingToCorrect(CertificationError):
    def __init__(self) -> None:
        super().__init__("Rien n'a changé : la nouvelle attestation dirait la même chose.")


class NotRenewable(CertificationError):
    """What stands in the way of a renewal."""


class RenewedAlready(NotRenewable):
    def __init__(self) -> None:
        super().__init__("Cette attestation est déjà renouvelée.")


class RenewalEarned(NotRenewable):
    def __init__(self) -> None:
        super().__init__("Ce qu'il fallait refaire est terminé : la nouvelle attestation arrive.")


class NoBadgeKey(CertificationError):
    def __init__(self) -> None:
        super().__init__(
            "Ce site n'a pas de clé pour signer les badges : demandez à l'administration de régler BADGE_KEYS."
        )


class KeyRevoked(CertificationError):
    def __init__(self) -> None:
        super().__init__("La clé qui signe les badges a été répudiée : l'administration doit en mettre une autre.")


class UnknownKey(CertificationError):
    def __init__(self) -> None:
        super().__init__("Aucune clé de ce nom n'a signé de badge.")


class NoBadge(CertificationError):
    """This credential gives no badge any more."""

    def __init__(self) -> None:
        super().__init__("Cette attestation a été retirée ou remplacée : elle ne donne plus de badge.")
