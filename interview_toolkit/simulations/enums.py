from django.db import models


class Move(models.TextChoices):
    """What an utterance does. To reassure, or to recall a rule, is to inform."""

    EXPLORE = "explorer", "Explorer"
    REFLECT = "refleter", "Refléter"
    VALUE = "valoriser", "Valoriser"
    SILENCE = "se_taire", "Se taire"
    INFORM = "informer", "Informer"
    ADVISE = "conseiller", "Conseiller"
    DECIDE = "decider_a_la_place", "Décider à la place"
    NEGOTIATE = "negocier", "Négocier"
    SUM_UP = "resumer", "Résumer"
    REPAIR = "reparer", "Réparer"
    JUDGE = "juger", "Juger"


class Initiative(models.TextChoices):
    """Who defines the problem, or holds the solution, once it is said."""

    PERSON = "personne", "La personne"
    SHARED = "partagee", "Ensemble"
    PROFESSIONAL = "professionnel", "Le professionnel"


class Outcome(models.TextChoices):
    """How an exchange ends. None is a mark."""

    AGREEMENT = "accord", "Accord : la personne a choisi son action"
    SUSPENSE = "suspens", "Suspens : courtois, mais l'action appartient au professionnel"
    RUPTURE = "rupture", "Rupture : l'échange se ferme"

    @property
    def word(self) -> str:
        return str(self.label).partition(" :")[0]

    @property
    def meaning(self) -> str:
        return str(self.label).partition(" : ")[2]


class FeedbackTime(models.TextChoices):
    NOW = "now", "Après chaque réplique"
    END = "end", "À la fin seulement"
