from django.db import models


class ErasureReason(models.TextChoices):
    """Why somebody's data was erased: a choice, so that the reason itself says nothing of them."""

    ASKED = "demande", "La personne l'a demandé (RGPD, article 17)"
    KEPT_LONG_ENOUGH = "duree", "La durée de conservation est passée"
    DECISION = "decision", "Une décision de la CNIL ou d'un juge le demande"
