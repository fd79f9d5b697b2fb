from django.db import models


class Family(models.TextChoices):
    """Where a technique comes from; values are those of addresses and of files."""

    LISTENING = "ecoute", "Écoute"
    POWER_TO_ACT = "pouvoir_agir", "Pouvoir d'agir"
    EXPLICITATION = "explicitation", "Explicitation"
    MOTIVATIONAL = "motivationnel", "Entretien motivationnel"


class Axis(models.IntegerChoices):
    """The four axes of the approach centred on the power to act (DPA-PC, Y. Le Bossé)."""

    ACTORS = 1, "Les acteurs et leurs enjeux, dans leur contexte"
    INVOLVEMENT = 2, "La personne définit le problème et les solutions"
    CONDUCT = 3, "L'intervention se règle sur le contexte"
    AWARENESS = 4, "L'action fait apprendre"


class PhraseKind(models.TextChoices):
    OPENER = "ouverture", "Ouverture"
    REFORMULATION = "reformulation", "Reformulation"
