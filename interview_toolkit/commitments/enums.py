from django.db import models


class Interview(models.TextChoices):
    """In which kind of interview one means to try."""

    FIRST = "premier", "Un premier rendez-vous"
    FOLLOW_UP = "suivi", "Un rendez-vous de suivi"
    REVIEW = "bilan", "Un bilan ou un renouvellement"
    AFTER_ABSENCE = "absence", "Un rendez-vous après une absence"
    GROUP = "groupe", "Un temps collectif"
    OTHER = "autre", "Un autre entretien"


class Answer(models.TextChoices):
    TRIED = "essaye", "J'ai essayé"
    NO_OCCASION = "pas_eu", "Je n'en ai pas eu l'occasion"
    DARE_NOT = "nose_pas", "Je n'ose pas"
