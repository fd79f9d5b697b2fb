"""Statements as a Learning Record Store takes them (xAPI 1.0.3, Part Two), made from those we keep.

Nothing of the person is in them but the account they are given; what is not valid in xAPI is left out, so that the
result always is.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from courses.h5p.engine.xapi import SUB_CONTENT, Question, Statement

VERSION = "1.0.3"
LANGUAGE = "fr"
ADL, STREAMS, VIDEO = (
    "http://adlnet.gov/expapi/verbs/",
    "http://activitystrea.ms/schema/1.0/",
    "https://w3id.org/xapi/video/verbs/",
)
OTHER_ROOTS = {"consumed": STREAMS, "paused": VIDEO, "played": VIDEO, "seeked": VIDEO}
INTERACTION = "http://adlnet.gov/expapi/activities/cmi.interaction"
LIBRARIES = "http://h5p.org/libraries/"
# Part Two, 2.4.4.1; which component each has, of those we keep.
COMPONENTS = {"choice": "choices", "sequencing": "choices", "matching": "source"}
INTERACTIONS = frozenset(
    "true-false choice fill-in long-fill-in matching performance sequencing likert numeric other".split()
)
ABSOLUTE = re.compile(r"(?:https?://[^/?#]|urn:[^/?#])", re.IGNORECASE)
LONGEST_DAYS = 9_999


@dataclass(frozen=True, slots=True)
class Account:
    """Who, for the store: a name in a system, `home`, the address of that system."""

    home: str
    name: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What a statement does not say of itself. `iri` and `title` are those of the content, `at` our own clock."""

    iri: str
    title: str
    actor: Account
    registration: UUID
    at: datetime
    platform: str


def build(statement: Statement, setting: Setting) -> dict[str, Any]:
    """Return the statement, whose addresses are relative to the content (`xapi.within`), whole and valid.

    The same arguments give the same result: a store that is sent it again finds it equal to what it has.
    """
    activities = {
        "parent": [_activity(one) for one in (_address(parent, setting.iri) for parent in statement.parents) if one],
        "category": [_activity(LIBRARIES + str(statement.library).replace(" ", "-"))] if statement.library else [],
    }
    return _said(
        id=str(statement.id),
        actor={
            "objectType": "Agent",
            "account": {"homePage": as_uri(setting.actor.home), "name": setting.actor.name},
        },
        verb={
            "id": OTHER_ROOTS.get(statement.verb, ADL) + statement.verb,
            "display": {"en-US": statement.verb},
        },
        object=_activity(as_uri(setting.iri + statement.activity)) | _said(definition=_definition(statement, setting)),
        result=_result(statement),
        context=_said(
            registration=str(setting.registration),
            contextActivities=_said(**activities),
            platform=setting.platform,
            language=LANGUAGE,
        ),
        timestamp=setting.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    )


def as_uri(address: str) -> str:
    """The address without what a URI may not hold: percent-encoded, and as it was when it held none of it."""
    encoded = quote(address, safe="%:/?#@!$&'()*+,;=-._~", errors="replace")
    encoded = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", encoded)
    before, mark, fragment = encoded.partition("#")
    return before + mark + fragment.replace("#", "%23")


def _address(parent: str, iri: str) -> str | None:
    """A parent is in the content, or has an address of its own; what is not one is nothing."""
    if not parent or parent[0] in "?#/":
        return as_uri(iri + parent)
    return as_uri(parent) if ABSOLUTE.match(parent) else None


def _activity(address: str) -> dict[str, Any]:
    return {"objectType": "Activity", "id": address}


def _definition(statement: Statement, setting: Setting) -> dict[str, Any]:
    question, is_whole = statement.question, not statement.activity
    return _said(
        name=_words(setting.title if is_whole else ""),
        description=_words(question.text),
        extensions={SUB_CONTENT: statement.sub_content_id} if statement.sub_content_id else None,
    ) | _interaction(question)


def _interaction(question: Question) -> dict[str, Any]:
    if question.interaction not in INTERACTIONS:
        return {}
    offered: dict[str, str] = {}
    for name, words in question.choices:
        if name:
            offered.setdefault(name, words)
    listed = [_said(id=name, description=_words(words)) for name, words in offered.items()]
    component = COMPONENTS.get(question.interaction)
    return {
        "type": INTERACTION,
        "interactionType": question.interaction,
        **_said(correctResponsesPattern=list(question.correct)),
        **(_said(**{component: listed}) if component else {}),
    }


def _result(statement: Statement) -> dict[str, Any]:
    score = statement.score
    return _said(
        score={"scaled": score.scaled, "raw": score.raw, "min": 0, "max": score.maximum} if score else None,
        success=statement.success,
        completion=statement.completion,
        response=statement.response,
        duration=_duration(statement.duration),
    )


def _duration(seconds: float | None) -> str | None:
    """ISO 8601, to the hundredth of a second, which is what stores compare."""
    if seconds is None:
        return None
    hundredths = round(seconds * 100)
    days, rest = divmod(hundredths, 24 * 3600 * 100)
    if not 0 <= days <= LONGEST_DAYS:
        return None
    hours, rest = divmod(rest, 3600 * 100)
    minutes, rest = divmod(rest, 60 * 100)
    return f"P{days}DT{hours}H{minutes}M{rest // 100}.{rest % 100:02}S"


def _words(text: str) -> dict[str, str]:
    return {LANGUAGE: text} if text else {}


def _said(**values: Any) -> dict[str, Any]:
    """Without what says nothing: xAPI forbids null, and an empty list or text tells nothing."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
