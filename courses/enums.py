from django.db import models


class StepKind(models.TextChoices):
    """Kinds of steps known here; those of upper rooms add their own value in the manifest."""

    LESSON = "lesson", "Leçon"
    QUIZ = "quiz", "Quiz"


class StepStatus(models.TextChoices):
    """A step with no row is "not started"."""

    NOT_STARTED = "not_started", "À faire"
    IN_PROGRESS = "in_progress", "En cours"
    COMPLETED = "completed", "Terminé"


class Status(models.TextChoices):
    """Where an enrolment stands."""

    NOT_STARTED = "not_started", "Pas commencé"
    IN_PROGRESS = "in_progress", "En cours"
    COMPLETED = "completed", "Terminé"
    NOT_TRACKABLE = "not_trackable", "Sans suivi"


class CourseFormat(models.TextChoices):
    ELEARNING = "elearning", "À distance, à mon rythme"
    MIXTE = "mixte", "Mixte : à distance et en salle"
    CLASSE_VIRTUELLE = "classe_virtuelle", "Classe virtuelle"
    PRESENTIEL = "presentiel", "En salle"


class EnrolmentSource(models.TextChoices):
    SELF = "self", "La personne"
    LEAD = "lead", "Le référent de structure"
    COORDINATION = "coordination", "La coordination"
    IMPORT = "import", "Un import"


class ClosingReason(models.TextChoices):
    RETAKEN = "retaken", "Recommencée"
    WITHDRAWN = "withdrawn", "Abandonnée"


class QuestionKind(models.TextChoices):
    SINGLE = "single", "Une seule réponse"
    MULTIPLE = "multiple", "Plusieurs réponses"
    TRUE_FALSE = "truefalse", "Vrai ou faux"


class Duration(models.TextChoices):
    """How long a course is, for the catalogue; values are those of addresses."""

    SHORT = "courte", "Moins d'une heure"
    MEDIUM = "moyenne", "D'une heure à trois heures"
    LONG = "longue", "Plus de trois heures"

    @classmethod
    def of(cls, minutes: int) -> "Duration":
        return cls.SHORT if minutes < 60 else cls.MEDIUM if minutes <= 180 else cls.LONG


class ActivityPolicy(models.TextChoices):
    """When an activity is done: the words of `courses.h5p.engine.results.Policy`."""

    FINISHED = "finished", "est allée jusqu'au bout"
    PASSED = "passed", "a réussi (seuil ci-dessous)"
    VIEWED = "viewed", "l'a ouverte"
    MANUAL = "manual", "déclare l'avoir terminée"


class ActivityGrading(models.TextChoices):
    """Which attempts make the score: the words of `courses.h5p.engine.results.Grading`."""

    BEST = "best", "Le meilleur essai"
    LAST = "last", "Le dernier essai"
    FIRST = "first", "Le premier essai"
    AVERAGE = "average", "La moyenne des essais"
