from django.db import models


class Order(models.TextChoices):
    """How the list is sorted; a leading "-" reverses. Values are those of addresses."""

    ISSUE_REVERSED = "-delivrance", "Délivrance, la plus récente d'abord"
    ISSUE = "delivrance", "Délivrance, la plus ancienne d'abord"
    NAME = "nom", "Nom, de A à Z"
    NAME_REVERSED = "-nom", "Nom, de Z à A"
    END = "fin", "Fin, la plus proche d'abord"
    END_REVERSED = "-fin", "Fin, la plus lointaine d'abord"


class End(models.TextChoices):
    """When it ends; figures are days from today."""

    WEEK = "7", "Dans les 7 jours"
    MONTH = "30", "Dans les 30 jours"
    QUARTER = "90", "Dans les 90 jours"
    HALF = "180", "Dans les 6 mois"
    YEAR = "365", "Dans l'année"
    PASSED = "passee", "Passée"
    NEVER = "sans", "Sans fin"


SOON = (End.WEEK, End.MONTH, End.QUARTER, End.PASSED)


class JobKind(models.TextChoices):
    """What is done for many credentials, by the worker."""

    RENEWAL = "renewal", "Inscription au renouvellement"
    ARCHIVE = "archive", "Attestations en PDF"


class JobState(models.TextChoices):
    RUNNING = "running", "En cours"
    DONE = "done", "Terminé"
    FAILED = "failed", "Interrompu"


class Deed(models.TextChoices):
    """What the coordination may do to a credential. Values are those of addresses."""

    EXTEND = "prolonger", "Prolonger"
    CORRECT = "corriger", "Corriger"
    REVOKE = "retirer", "Retirer"
