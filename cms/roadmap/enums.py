from django.db import models


class Tint(models.TextChoices):
    """Six tested tints; CSS classes `is-<value>`."""

    ACCUEIL = "accueil", "Accueil et droits (bleu)"
    SUIVI = "suivi", "Suivi du parcours (vert)"
    QUOTIDIEN = "quotidien", "Vie quotidienne (terre)"
    TRAVAIL = "travail", "Travail et employeurs (ocre)"
    COMPETENCES = "competences", "Compétences (violet)"
    PRATIQUES = "pratiques", "Pratiques professionnelles (rose)"

    @property
    def family(self) -> str:
        """The name of the family, without its colour."""
        return str(self.label).rpartition(" (")[0]


class Pictogram(models.TextChoices):
    """Symbols of the icon sprite."""

    SIGNPOST = "signpost", "Panneau"
    LINK = "link", "Lien"
    HOUSE = "house", "Maison"
    CASE = "case", "Mallette"
    LADDER = "ladder", "Échelle"
    VOICES = "voices", "Voix"
    BOOK = "book", "Livre"
    PERSON = "person", "Personne"
    SCALE = "scale", "Balance"
    SHIELD = "shield", "Bouclier"
    BULB = "bulb", "Ampoule"
    PIN = "pin", "Repère"
    EYE = "eye", "Œil"
    PENCIL = "pencil", "Crayon"


class EvidenceKind(models.TextChoices):
    """The four counters of the fil de preuve; they never mix."""

    INFORMED = "informed", "Informé"
    TRAINED = "trained", "Formé"
    TRIED = "tried", "Essayé"
    OBSERVED = "observed", "Observé"

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return {
            EvidenceKind.INFORMED: "informe",
            EvidenceKind.TRAINED: "forme",
            EvidenceKind.TRIED: "essaye",
            EvidenceKind.OBSERVED: "observe",
        }[self]
