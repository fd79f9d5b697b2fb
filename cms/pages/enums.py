from django.db import models


class InformationKind(models.TextChoices):
    REFERENCE = "reference", "Repère"
    PROCEDURE = "procedure", "Procédure"
    FICHE_PRATIQUE = "fiche_pratique", "Fiche d'information"
