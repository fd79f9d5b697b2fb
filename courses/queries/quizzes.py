"""The screens of a quiz: before, question by question, after."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import reverse

from cms.accounts.models import User
from courses import quiz
from courses.enums import Status
from courses.models import Attempt, AttemptDraft, Enrolment, QuizPage
from courses.outline import Station, outline_of, parent_url
from courses.queries.standing import Standing, onward_of, standing_of
from courses.queries.steps import StepScreen, step_screen


@dataclass(frozen=True)
class QuizScreen(StepScreen):
    """The entrance of a quiz, with the attempt under way and those handed in, the last first."""

    page: QuizPage
    draft: AttemptDraft | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def pass_mark(self) -> int:
        """The pinned version's: what was asked on the day one enrolled."""
        station = self.station
        return self.page.pass_mark if station is None or station.pass_mark is None else station.pass_mark

    @property
    def asked(self) -> str:
        """Of the attempt under way, whose questions are frozen, or of the quiz as it is."""
        return quiz.asked(self.pass_mark, len(self.draft.items if self.draft else self.page.questions))

    @property
    def next_question(self) -> int:
        return quiz.first_unanswered(self.draft.items, self.draft.answers) if self.draft else 1


def quiz_screen(*, page: QuizPage, person: User) -> QuizScreen | None:
    """Two queries more than a lesson."""
    screen = step_screen(page=page, person=person)
    if screen is None:
        return None
    enrolment = screen.standing.enrolment
    if enrolment is None:
        return QuizScreen(page, screen.course_title, screen.standing, is_preview=screen.is_preview)
    mine = {"enrolment": enrolment, "step_key": page.step_key}
    draft = AttemptDraft.objects.filter(**mine).first()
    return QuizScreen(
        page,
        screen.course_title,
        standing_of(enrolment, here=page.step_key, is_begun=True) if draft else screen.standing,
        is_extra=screen.is_extra,
        draft=draft,
        attempts=tuple(Attempt.objects.filter(**mine).defer("snapshot").order_by("-submitted_at", "-pk")),
    )


def quiz_preview(page: QuizPage) -> QuizScreen:
    """What an editor sees of a draft: the quiz alone."""
    return QuizScreen(page, "Aperçu", Standing(outline_of([])), is_preview=True)


@dataclass(frozen=True)
class StepOfEnrolment:
    """A step as the pinned version of an enrolment knows it."""

    enrolment: Enrolment
    step: dict[str, Any]

    @property
    def url(self) -> str:
        return self.step["path"] or "/"

    @property
    def course_url(self) -> str:
        return parent_url(self.url, 2)

    @property
    def breadcrumb(self) -> list[dict[str, str]]:
        return [
            {"title": "Formations", "url": parent_url(self.course_url)},
            {"title": self.enrolment.course.title, "url": self.course_url},
            {"title": self.step["title"], "url": self.url},
        ]

    def address(self, name: str, *args: Any) -> str:
        return reverse(name, args=[self.enrolment.public_id, self.step["step_key"], *args])


@dataclass(frozen=True)
class DraftScreen(StepOfEnrolment):
    """A quiz under way; `draft` is None once handed in, or before it is begun."""

    draft: AttemptDraft | None = None

    @property
    def items(self) -> list[quiz.Question]:
        return self.draft.items if self.draft else []

    @property
    def answers(self) -> dict[str, list[str]]:
        return self.draft.answers if self.draft else {}

    @property
    def total(self) -> int:
        return len(self.items)

    @property
    def unanswered(self) -> list[int]:
        return quiz.unanswered(self.items, self.answers)

    def question(self, number: int) -> dict[str, Any]:
        """What the screen of question `number` may hold, with the answers chosen so far."""
        question = quiz.shown(self.items[number - 1])
        chosen = self.answers.get(question["id"], [])
        for answer in question["answers"]:
            answer["is_chosen"] = answer["id"] in chosen
        return {
            **question,
            "number": number,
            "is_multiple": question["kind"] == "multiple",
            "is_last": number == self.total,
        }

    @property
    def review(self) -> list[dict[str, Any]]:
        """Every question with the texts of the answers chosen."""
        questions = [self.question(number) for number in range(1, self.total + 1)]
        return [
            {**question, "chosen": [answer["text"] for answer in question["answers"] if answer["is_chosen"]]}
            for question in questions
        ]

    def after(self, number: int, to: str) -> str:
        """Where to go once question `number` is saved: `to` is previous, stop, or anything else for what follows."""
        if to == "stop":
            return self.url
        if to == "previous":
            return self.address("quiz_question", max(number - 1, 1))
        return self.address("quiz_review") if number >= self.total else self.address("quiz_question", number + 1)


def draft_screen(*, enrolment: Enrolment, step_key: UUID) -> DraftScreen:
    step = enrolment.version.step(step_key) or {}
    draft = AttemptDraft.objects.filter(enrolment=enrolment, step_key=step_key).first()
    return DraftScreen(enrolment, step, draft)


@dataclass(frozen=True)
class Correction:
    """One graded question, from the snapshot of an attempt."""

    text: str
    is_right: bool
    is_answered: bool
    feedback: str
    answers: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class ResultScreen(StepOfEnrolment):
    attempt: Attempt
    percent: int
    corrections: tuple[Correction, ...]

    @property
    def pass_mark(self) -> int:
        return self.attempt.snapshot["pass_mark"]

    @property
    def asked(self) -> str:
        return quiz.asked(self.pass_mark, len(self.corrections))

    @property
    def can_retry(self) -> bool:
        return self.enrolment.closed_at is None

    @property
    def is_course_completed(self) -> bool:
        return self.enrolment.state.status == Status.COMPLETED

    @cached_property
    def next(self) -> Station | None:
        return onward_of(self.enrolment, here=self.attempt.step_key)

    @property
    def next_url(self) -> str:
        return self.next.url if self.next else self.course_url

    @property
    def next_label(self) -> str:
        return f"Passer à {self.next.name}".replace("à le ", "au ") if self.next else "Revenir à la formation"


def result_screen(attempt: Attempt) -> ResultScreen:
    """Drawn from what was frozen with the attempt, whatever the quiz has become."""
    enrolment, snapshot = attempt.enrolment, attempt.snapshot
    right, chosen = set(snapshot["right"]), snapshot["answers"]
    return ResultScreen(
        enrolment=enrolment,
        step=enrolment.version.step(attempt.step_key) or {},
        attempt=attempt,
        percent=attempt.percent or 0,
        corrections=tuple(
            Correction(
                text=question["text"],
                is_right=question["id"] in right,
                is_answered=bool(chosen.get(question["id"])),
                feedback=question["feedback"],
                answers=tuple(
                    {**answer, "is_chosen": answer["id"] in chosen.get(question["id"], ())}
                    for answer in question["answers"]
                ),
            )
            for question in snapshot["questions"]
        ),
    )
