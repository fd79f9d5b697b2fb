from django.db import models


class Role(models.TextChoices):
    """The three places of a triad."""

    PROFESSIONAL = "professionnel", "Professionnel"
    PERSON = "personne", "Personne accompagnée"
    OBSERVER = "observateur", "Observateur"

    @property
    def task(self) -> str:
        """What one does there while the interview goes on."""
        return {
            Role.PROFESSIONAL: "Vous menez l'entretien. Posez le téléphone : la grille vous attend à la fin.",
            Role.PERSON: "Vous jouez la personne, comme la situation le demande. La grille vous attend à la fin.",
            Role.OBSERVER: "Vous regardez sans parler, et notez des faits : ce qui est dit, par qui, à quel moment.",
        }[self]

    @property
    def next(self) -> "Role":
        """Where one sits when the roles turn."""
        return {
            Role.PROFESSIONAL: Role.PERSON,
            Role.PERSON: Role.OBSERVER,
            Role.OBSERVER: Role.PROFESSIONAL,
        }[self]


class Phase(models.TextChoices):
    """Where a triad stands."""

    GATHERING = "reunir", "On se retrouve"
    READY = "pret", "On peut commencer"
    GOING = "entretien", "L'entretien a lieu"
    OVER = "parler", "On remplit la grille, et on en parle"
