from django.db import models


class Mode(models.TextChoices):
    IN_PERSON = "presentiel", "En salle"
    VIRTUAL = "classe_virtuelle", "Classe virtuelle"


class Part(models.TextChoices):
    MORNING = "matin", "matin"
    AFTERNOON = "apres_midi", "après-midi"

    @property
    def named(self) -> str:
        """With its article: "le matin", "l'après-midi"."""
        return "le matin" if self == Part.MORNING else "l'après-midi"

    @property
    def of(self) -> str:
        """What one signs for: "du matin", "de l'après-midi"."""
        return "du matin" if self == Part.MORNING else "de l'après-midi"


class SignedFrom(models.TextChoices):
    OWN_ACCOUNT = "compte", "Depuis son compte"
    TRAINER_DEVICE = "formateur", "Sur l'appareil de la formation"


class CorrectionKind(models.TextChoices):
    VOIDED = "annulee", "Ne compte pas"
    RESTORED = "retablie", "Compte de nouveau"


class Mark(models.TextChoices):
    """Where one person stands in one half-day."""

    TO_COME = "a_venir", "À venir"
    OPEN = "ouverte", "À signer"
    MISSED = "manquee", "Pas signée"
    SIGNED = "signee", "Signée"
    COUNTERSIGNED = "contresignee", "Contresignée"
    ABSENT = "absence", "Absence notée"
    VOID = "annulee", "Signature annulée"

    @property
    def look(self) -> str:
        """How its badge looks."""
        return {Mark.COUNTERSIGNED: "done", Mark.OPEN: "current", Mark.SIGNED: "info", Mark.MISSED: "late"}.get(
            self, ""
        )
