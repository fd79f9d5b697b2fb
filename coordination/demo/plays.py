"""The activities the people of the demonstration have played: said as a browser says it, then put back in its day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID, uuid5

from coordination.demo.blocks import NAMESPACE
from courses.activities import Activity, Place, activities_of
from courses.h5p.engine.xapi import SUB_CONTENT
from courses.h5p.models import Content, Registration
from courses.h5p.services.registrations import open_registration
from courses.h5p.services.results import record_statements
from courses.models import Attempt, Enrolment

VERBS = "http://adlnet.gov/expapi/verbs/"
READING = timedelta(minutes=6)


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    text: str
    choices: tuple[str, ...]
    right: int


def play_activities(enrolment: Enrolment, step: Mapping[str, Any], *, at: datetime, draw: Random) -> None:
    """Play what a lesson requires, often what it only offers: most answers right, fewer on the hardest questions."""
    for activity in activities_of(step):
        if activity.is_required or draw.random() < 0.7:
            _play(enrolment, UUID(step["step_key"]), activity, at, draw)
    Attempt.objects.filter(enrolment=enrolment, step_key=step["step_key"]).update(submitted_at=at)


def _play(enrolment: Enrolment, step_key: UUID, activity: Activity, at: datetime, draw: Random) -> None:
    place = Place(enrolment.pk, step_key, activity.key)
    registration = open_registration(person=enrolment.person, content=activity.content, context=str(place))
    content = Content.objects.select_related("current__main_library").get(pk=activity.content)
    said, points = [], 0
    questions = list(_questions(content))
    for rank, question in enumerate(questions):
        is_right = draw.random() > 0.1 + 0.6 * (rank % 4 == 3)
        wrong = [choice for choice in range(len(question.choices)) if choice != question.right]
        said.append(_answer(content.iri, question, question.right if is_right else draw.choice(wrong)))
        points += is_right
    if not questions:  # cards are turned, not answered
        return
    score = {"raw": points, "min": 0, "max": len(questions), "scaled": points / len(questions)}
    said.append({"verb": _verb("completed"), "object": {"id": content.iri}, "result": {"score": score}})
    start = int(at.timestamp() * 1_000)
    statements = [
        {"id": str(uuid5(NAMESPACE, f"{place}/{number}")), "sequence": start + number, "statement": statement}
        for number, statement in enumerate(said)
    ]
    record_statements(registration=registration, payload={"statements": statements})
    registration.statements.update(received_at=at)
    registration.attempts.update(started_at=at - READING, finished_at=at)
    Registration.objects.filter(pk=registration.pk).update(created_at=at - READING, viewed_at=at - READING)


def _questions(content: Content) -> Iterator[Question]:
    """What a content of one of our own types asks."""
    assert content.current is not None  # noqa: S101 - imported with the demonstration
    params = content.current.params
    match content.current.main_library.machine_name:
        case "Socle.SortStatements":
            for one in params["statements"]:
                groups = (params["firstGroup"], params["secondGroup"])
                yield Question(one["subContentId"], one["text"], groups, int(one["group"] == "second"))
        case "Socle.DialogueGaps":
            for before, line in pairwise(params["lines"]):
                if choices := line.get("choices"):
                    heard = f"{before['speaker']} – {before['text']}"
                    best = next(rank for rank, choice in enumerate(choices) if choice.get("isBest"))
                    yield Question(line["subContentId"], heard, tuple(choice["text"] for choice in choices), best)


def _answer(iri: str, question: Question, given: int) -> dict[str, Any]:
    is_right = given == question.right
    definition = {
        "description": {"fr": question.text},
        "interactionType": "choice",
        "correctResponsesPattern": [str(question.right)],
        "choices": [{"id": str(rank), "description": {"fr": words}} for rank, words in enumerate(question.choices)],
        "extensions": {SUB_CONTENT: question.key},
    }
    return {
        "verb": _verb("answered"),
        "object": {"id": f"{iri}?subContentId={question.key}", "definition": definition},
        "context": {"contextActivities": {"parent": [{"id": iri}]}},
        "result": {
            "response": str(given),
            "success": is_right,
            "score": {"raw": int(is_right), "min": 0, "max": 1, "scaled": float(is_right)},
        },
    }


def _verb(name: str) -> dict[str, str]:
    return {"id": f"{VERBS}{name}"}
