"""Statements as H5P contents send them (xAPI 1.0.3, Part Two; H5P's `H5P.XAPIEvent`), read without trusting them.

A statement comes from a browser: its actor, its time and its object are ours to say; its scores are never proctored.
"""

import math
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from courses.h5p.engine.names import LibraryName

VERBS = frozenset(
    "answered attempted completed consumed experienced failed finished initialized interacted mastered passed paused"
    " played progressed scored seeked terminated".split()
)
VERB_ROOTS = (
    "http://adlnet.gov/expapi/verbs/",
    "http://activitystrea.ms/schema/1.0/",
    "https://w3id.org/xapi/video/verbs/",
)
SUB_CONTENT = "http://h5p.org/x-api/h5p-subContentId"
LANGUAGES = ("fr", "fr-FR", "en-US")
# ISO 8601 as xAPI asks for it: days, hours, minutes, seconds.
DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8}(?:\.\d{1,6})?)S)?)?")
DECIMAL = re.compile(r"-?\d{1,12}(?:\.\d{1,12})?", re.ASCII)
LONGEST_TEXT = 4_000
MOST_CHOICES = 200


class Refused(ValueError):
    """The statement is not kept; `code` says why, the message is for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Score:
    """Points. `scaled` is between 0 and 1."""

    raw: float
    maximum: float

    @property
    def scaled(self) -> float:
        return self.raw / self.maximum if self.maximum else 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """What a question asked: its text, its xAPI interaction type, the right answers and the choices offered."""

    text: str = ""
    interaction: str = ""
    correct: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing a content said. `sequence` counts what one player said, from its start.

    `activity` is the IRI of what it is about, `sub_content_id` names a part of the content, empty for the whole;
    `duration` is in seconds.
    """

    id: UUID
    sequence: int
    verb: str
    activity: str
    parents: tuple[str, ...] = ()
    sub_content_id: str = ""
    score: Score | None = None
    success: bool | None = None
    completion: bool | None = None
    response: str = ""
    duration: float | None = None
    question: Question = Question()
    library: LibraryName | None = None

    def is_about(self, iri: str) -> bool:
        """Rule R1: about the whole content, which neither its address nor the lack of a parent says alone.

        Chapters of a book send *completed* with the address of the book and a parent; the children of a questionnaire
        have an address of their own and no parent.
        """
        return self.activity == iri and not self.parents


def parse(value: Any, *, id: UUID, sequence: int) -> Statement:
    """Read one statement. Raises Refused.

    Identity and order are those of the player that sends it, not what the statement says of itself.
    """
    if not isinstance(value, dict):
        raise Refused("not-a-statement", "Ce résultat n'est pas lisible.")
    if sequence < 0:
        raise Refused("bad-sequence", "Ce résultat n'est pas lisible.")
    target, result = value.get("object"), value.get("result")
    activity = target.get("id") if isinstance(target, dict) else None
    if not isinstance(target, dict) or not isinstance(activity, str) or not 0 < len(activity) <= 2_000:
        raise Refused("no-object", "Ce résultat ne dit pas de quoi il parle.")
    result = result if isinstance(result, dict) else {}
    return Statement(
        id=id,
        sequence=sequence,
        verb=_verb(value.get("verb")),
        activity=activity,
        parents=_parents(value.get("context")),
        sub_content_id=_sub_content(target),
        score=_score(result.get("score")),
        success=_flag(result.get("success")),
        completion=_flag(result.get("completion")),
        response=_text(result.get("response")),
        duration=_duration(result.get("duration")),
        question=_question(target.get("definition")),
        library=_library(value.get("context")),
    )


def within(statement: Statement, iri: str) -> Statement:
    """The statement with its addresses relative to the content of which `iri` is the one: "" for the whole of it.

    What is stored so does not change with the address of the site. Raises Refused when it is about something else.
    """
    activity = _relative(statement.activity, iri)
    if activity is None:
        raise Refused("other-content", "Ce résultat concerne un autre contenu.")
    parents = tuple(parent if (own := _relative(parent, iri)) is None else own for parent in statement.parents)
    return replace(statement, activity=activity, parents=parents)


def as_json(statement: Statement) -> dict[str, Any]:
    """What is stored of a statement beside its identifier and its place; what says nothing is left out."""
    question, score = statement.question, statement.score
    every = {
        "verb": statement.verb,
        "activity": statement.activity,
        "parents": list(statement.parents),
        "part": statement.sub_content_id,
        "score": [score.raw, score.maximum] if score else None,
        "success": statement.success,
        "completion": statement.completion,
        "response": statement.response,
        "duration": statement.duration,
        "text": question.text,
        "interaction": question.interaction,
        "correct": list(question.correct),
        "choices": [list(choice) for choice in question.choices],
        "library": str(statement.library) if statement.library else None,
    }
    return {name: value for name, value in every.items() if value not in ("", [], None) or name == "activity"}


def from_json(body: dict[str, Any], *, id: UUID, sequence: int) -> Statement:
    """The statement `as_json` wrote."""
    score = body.get("score")
    return Statement(
        id=id,
        sequence=sequence,
        verb=body["verb"],
        activity=body["activity"],
        parents=tuple(body.get("parents", ())),
        sub_content_id=body.get("part", ""),
        score=Score(*score) if score else None,
        success=body.get("success"),
        completion=body.get("completion"),
        response=body.get("response", ""),
        duration=body.get("duration"),
        question=Question(
            text=body.get("text", ""),
            interaction=body.get("interaction", ""),
            correct=tuple(body.get("correct", ())),
            choices=tuple((name, words) for name, words in body.get("choices", ())),
        ),
        library=LibraryName.parse(body.get("library")),
    )


def speaks_for(value: Any, names: Collection[str]) -> bool:
    """Whether the actor of a statement, if it says one, is named so: by name, address or account."""
    actor = value.get("actor") if isinstance(value, dict) else None
    if actor is None:
        return True
    if not isinstance(actor, dict):
        return False
    account = actor.get("account")
    said = [actor.get("name"), actor.get("mbox"), account.get("name") if isinstance(account, dict) else None]
    return all(one in names for one in said if one is not None)


def _relative(address: str, iri: str) -> str | None:
    rest = address.removeprefix(iri)
    return rest if address.startswith(iri) and (not rest or rest[0] in "?#/") else None


def _verb(value: Any) -> str:
    address = value.get("id") if isinstance(value, dict) else None
    for root in VERB_ROOTS:
        if isinstance(address, str) and address.startswith(root) and address.removeprefix(root) in VERBS:
            return address.removeprefix(root)
    raise Refused("unknown-verb", "Ce résultat ne dit pas ce qui s'est passé.")


def _parents(context: Any) -> tuple[str, ...]:
    parents = _activities(context, "parent")
    return tuple(one["id"] for one in parents if isinstance(one.get("id"), str))


def _library(context: Any) -> LibraryName | None:
    """The content type, which H5P gives as a category: `http://h5p.org/libraries/H5P.MultiChoice-1.16`."""
    for one in _activities(context, "category"):
        name = str(one.get("id")).rpartition("/libraries/")[2]
        machine_name, _, version = name.rpartition("-")
        if found := LibraryName.parse(f"{machine_name} {version}"):
            return found
    return None


def _activities(context: Any, kind: str) -> list[dict[str, Any]]:
    activities = context.get("contextActivities") if isinstance(context, dict) else None
    found = activities.get(kind) if isinstance(activities, dict) else None
    items = found if isinstance(found, list) else [found]
    return [one for one in items[:20] if isinstance(one, dict)]


def _sub_content(target: dict[str, Any]) -> str:
    definition = target.get("definition")
    extensions = definition.get("extensions") if isinstance(definition, dict) else None
    found = extensions.get(SUB_CONTENT) if isinstance(extensions, dict) else None
    if isinstance(found, str) and 0 < len(found) <= 64:
        return found
    return target["id"].partition("subContentId=")[2].partition("&")[0][:64]


def _score(value: Any) -> Score | None:
    """Rule R5: never below 0, never above the most there is to have; what is no score is refused, not forgotten."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refused("unreadable-score", "Ce score n'est pas lisible.")
    raw, maximum, scaled = (_number(value.get(name)) for name in ("raw", "max", "scaled"))
    if raw is None and scaled is not None:
        raw, maximum = scaled * (maximum or 1.0), maximum or 1.0
    if raw is None or maximum is None:
        return None
    if raw < 0 or maximum < 0 or raw > maximum:
        raise Refused("impossible-score", "Ce score est impossible : il n'est pas enregistré.")
    return Score(raw, maximum) if maximum else None


def _number(value: Any) -> float | None:
    """Contents that compute with what a page holds send numbers as text; nothing at all is what NaN becomes in JSON."""
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        value = float(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused("unreadable-score", "Ce score n'est pas lisible.")
    if not math.isfinite(value) or abs(value) > 1e6:
        raise Refused("impossible-score", "Ce score est impossible : il n'est pas enregistré.")
    return float(value)


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _text(value: Any) -> str:
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""


def _duration(value: Any) -> float | None:
    found = DURATION.fullmatch(value) if isinstance(value, str) and len(value) < 40 else None
    if found is None or value.endswith(("P", "T")):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _question(definition: Any) -> Question:
    if not isinstance(definition, dict):
        return Question()
    pattern = definition.get("correctResponsesPattern")
    offered = [*_as_list(definition.get("choices")), *_as_list(definition.get("source"))]
    return Question(
        text=_said(definition.get("description")) or _said(definition.get("name")),
        interaction=_text(definition.get("interactionType"))[:40],
        correct=tuple(_text(one) for one in _as_list(pattern)[:MOST_CHOICES]),
        choices=tuple(
            (_text(one.get("id"))[:255], _said(one.get("description")))
            for one in offered[:MOST_CHOICES]
            if isinstance(one, dict)
        ),
    )


def _said(words: Any) -> str:
    """A text in several languages, in the one read here first."""
    if not isinstance(words, dict):
        return ""
    found = next((words[name] for name in LANGUAGES if name in words), next(iter(words.values()), ""))
    return _text(found)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
