from django.db import models


class Standing(models.TextChoices):
    """Where a person stands in the courses looked at: their best state, counted once. Values are those of addresses."""

    ENROLLED = "inscrit", "Inscrit, quel que soit l'état"
    NOT_STARTED = "pas-commence", "Pas commencé"
    IN_PROGRESS = "en-cours", "En cours"
    COMPLETED = "termine", "Terminé"
    NOT_TRACKABLE = "sans-suivi", "Sans suivi"
    NOT_ENROLLED = "pas-inscrit", "Pas inscrit"


class Order(models.TextChoices):
    """How the list of people is sorted; a leading "-" reverses."""

    NAME = "nom", "Nom, de A à Z"
    NAME_REVERSED = "-nom", "Nom, de Z à A"
    ACTIVITY = "activite", "Activité, la plus ancienne d'abord"
    ACTIVITY_REVERSED = "-activite", "Activité, la plus récente d'abord"
