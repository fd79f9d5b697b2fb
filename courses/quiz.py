"""Questions frozen for one attempt, answers read from anyone, grading. Pure: no database, no clock.

Frozen questions know the right answers: they stay on the server, and `shown` says what a page may hold.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courses.enums import QuestionKind

Question = dict[str, Any]
Answers = Mapping[str, Sequence[str]]


class AnswerError(ValueError):
    """An answer that the question does not offer. `str(error)` is shown as it stands."""


@dataclass(frozen=True, slots=True)
class Grade:
    """`score` right questions out of `max_score`; `percent` is a floor; `right` holds their ids."""

    score: int
    max_score: int
    right: frozenset[str]

    @property
    def percent(self) -> int:
        return self.score * 100 // self.max_score if self.max_score else 0

    def reaches(self, pass_mark: int) -> bool:
        """The exact score is compared, not its rounding: 2 out of 3 does not reach 67 %."""
        return self.max_score > 0 and self.score * 100 >= pass_mark * self.max_score


def needed(pass_mark: int, questions: int) -> int:
    """Return how many right questions `Grade.reaches` asks for: 70 % of 3 questions are 3."""
    return -(-pass_mark * questions // 100)


def asked(pass_mark: int, questions: int) -> str:
    """Return a pass mark in words, with the number it comes to: "70 % de bonnes réponses, soit 3 sur 3"."""
    words = f"{pass_mark} % de bonnes réponses"
    return f"{words}, soit {needed(pass_mark, questions)} sur {questions}" if questions else words


def problem_of(question: Mapping[str, Any]) -> str:
    """Return why a question cannot be asked, in words for its author; empty when it can."""
    answers = question["answers"]
    right = sum(bool(answer["is_correct"]) for answer in answers)
    texts = {" ".join(answer["text"].split()).casefold() for answer in answers}
    if len(answers) < 2:
        return "Il faut au moins deux réponses."
    if len(texts) < len(answers):
        return "Deux réponses disent la même chose."
    if question["kind"] == QuestionKind.TRUE_FALSE and len(answers) != 2:
        return "« Vrai ou faux » a exactement deux réponses."
    if right == 0:
        return "Aucune réponse n'est marquée comme bonne."
    if right > 1 and question["kind"] != QuestionKind.MULTIPLE:
        return "Une seule réponse peut être bonne ; sinon, choisissez la forme « Plusieurs réponses »."
    return ""


def freeze(questions: Iterable[Question], *, seed: int, is_shuffled: bool) -> list[Question]:
    """Return the questions with their answers in the order they will be shown; the same seed gives the same order.

    True and false stay in their order.
    """
    generator = random.Random(seed)  # noqa: S311 - an order, not a secret
    frozen = []
    for question in questions:
        answers = [dict(answer) for answer in question["answers"]]
        if is_shuffled and question["kind"] != QuestionKind.TRUE_FALSE:
            generator.shuffle(answers)
        frozen.append({**question, "answers": answers})
    return frozen


def shown(question: Question) -> Question:
    """Return what a page may hold of a question before it is graded: no right answer, no feedback."""
    return {
        "id": question["id"],
        "text": question["text"],
        "kind": question["kind"],
        "answers": [{"id": answer["id"], "text": answer["text"]} for answer in question["answers"]],
    }


def read_answer(question: Question, values: Sequence[str]) -> list[str]:
    """Return the chosen answers, in the order of the question; none is an answer left for later.

    Raises AnswerError for an unknown answer, or for several where one is expected.
    """
    chosen = set(values)
    known = [answer["id"] for answer in question["answers"]]
    if not chosen <= set(known):
        raise AnswerError("Cette réponse n'est pas proposée ici. Choisissez parmi les réponses de la question.")
    if len(chosen) > 1 and question["kind"] != QuestionKind.MULTIPLE:
        raise AnswerError("Une seule réponse est attendue.")
    return [answer for answer in known if answer in chosen]


def unanswered(questions: Sequence[Question], answers: Answers) -> list[int]:
    """Return the numbers, from 1, of the questions without an answer."""
    return [number for number, question in enumerate(questions, start=1) if not answers.get(question["id"])]


def first_unanswered(questions: Sequence[Question], answers: Answers) -> int:
    """Return the number of the question to show on coming back: the last when all have an answer."""
    return next(iter(unanswered(questions, answers)), len(questions))


def grade(questions: Sequence[Question], answers: Answers) -> Grade:
    """A question is right when exactly the right answers were chosen; there is no half point."""
    right = frozenset(
        question["id"]
        for question in questions
        if set(answers.get(question["id"], ()))
        == {answer["id"] for answer in question["answers"] if answer["is_correct"]}
    )
    return Grade(len(right), len(questions), right)
