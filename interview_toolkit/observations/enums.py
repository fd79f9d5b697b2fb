from django.db import models


class Setting(models.TextChoices):
    """Where what is observed takes place."""

    REAL = "reel", "Un entretien réel, avec l'accord de la personne"
    ROLE_PLAY = "situation", "Une mise en situation"
    RECORDING = "enregistrement", "Un enregistrement, avec l'accord de tous"


class Level(models.IntegerChoices):
    """What was seen of a behaviour. It describes an exchange; it is no mark."""

    NOT_SEEN = 0, "Non observé"
    BEGUN = 1, "Amorcé"
    SETTLED = 2, "Installé"
    MASTERED = 3, "Maîtrisé"

    @property
    def meaning(self) -> str:
        return {
            Level.NOT_SEEN: "rien ne le montre dans cet entretien",
            Level.BEGUN: "une fois, ou à moitié",
            Level.SETTLED: "plusieurs fois, sans y penser",
            Level.MASTERED: "tout au long, et ajusté à la personne",
        }[self]


# Said of a behaviour that had no place in the exchange.
NO_OBJECT = "Sans objet"
