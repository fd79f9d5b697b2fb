"""What courses refuses, in the words shown to the person."""

from collections.abc import Sequence
from typing import Any


class CourseError(Exception):
    """A rule of courses says no. `str(error)` is shown as it stands."""


class CourseNotOpen(CourseError):
    def __init__(self) -> None:
        super().__init__("Cette formation n'est pas ouverte aux inscriptions.")


class PrerequisitesMissing(CourseError):
    """`courses`: the courses to complete first."""

    def __init__(self, courses: Sequence[Any]) -> None:
        self.courses = list(courses)
        titles = ", ".join(f"« {course.title} »" for course in self.courses)
        super().__init__(f"Avant de vous inscrire, il faut avoir terminé {titles}.")


class EnrolmentClosed(CourseError):
    def __init__(self) -> None:
        super().__init__("Cette inscription est close : votre parcours continue dans la suivante.")


class EnrolmentNotCompleted(CourseError):
    def __init__(self) -> None:
        super().__init__("On recommence une formation terminée. Celle-ci est encore en cours.")


class StepNotInVersion(CourseError):
    def __init__(self) -> None:
        super().__init__("Cette étape a été ajoutée après votre inscription : elle ne compte pas dans votre parcours.")


class IdempotencyKeyReused(CourseError):
    def __init__(self) -> None:
        super().__init__("Cet envoi ne correspond pas à cette étape. Rechargez la page et recommencez.")


class QuizNotStarted(CourseError):
    def __init__(self) -> None:
        super().__init__("Aucune tentative n'est en cours pour ce quiz. Vous pouvez en commencer une.")


class QuizPageOutdated(CourseError):
    def __init__(self) -> None:
        super().__init__("Cette page n'était plus à jour : rien n'a été remis. Votre tentative en cours est ici.")


class QuizNotReady(CourseError):
    def __init__(self) -> None:
        super().__init__("Ce quiz n'a pas encore de questions. Prévenez la personne à contacter pour la formation.")
