"""What is said to the outside is valid xAPI, whatever was kept, and says the same."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from courses.h5p.engine.outward import COMPONENTS, INTERACTIONS, Account, Setting, as_uri, build
from courses.h5p.engine.xapi import VERBS, Question, Refused, Score, Statement, from_json, parse, within
from courses.h5p.engine.xapi import as_json as kept_as
from tests.courses.h5p.test_validator import JSON
from tests.courses.h5p.xapi_rules import faults

IRI = "https://socle.example/h5p/4c0c9c6e-5d0a-4b39-9d27-9a3a4f1b2c3d"
ACTOR = Account("https://socle.example", "0123456789abcdef")
REGISTRATION = UUID("6f1f4d9e-3f1e-4b8e-8a0f-0d9b2c7a5e11")
SETTING = Setting(IRI, "Fait ou interprétation", ACTOR, REGISTRATION, datetime(2026, 3, 2, 9, 30, tzinfo=UTC), "Socle")
ID = UUID("9b2d1f7c-0d3c-5f6a-8b1e-2f3a4b5c6d7e")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
NAME = st.from_regex(r"[A-Za-z0-9-]{1,20}", fullmatch=True)


@st.composite
def questions(draw: Any) -> Question:
    kind = draw(st.sampled_from(["", *sorted(INTERACTIONS)]))
    if not kind:
        return Question(draw(TEXT))
    choices = draw(st.lists(st.tuples(NAME, TEXT), max_size=4, unique_by=lambda one: one[0]))
    correct = draw(st.lists(TEXT, max_size=3))
    return Question(draw(TEXT), kind, tuple(correct), tuple(choices) if kind in COMPONENTS else ())


@st.composite
def statements(draw: Any) -> Statement:
    """What a content well made says, as it is kept."""
    part = draw(st.one_of(st.just(""), NAME))
    maximum = draw(st.floats(0.5, 1000))
    parents = st.sampled_from(["", "?subContentId=a", "https://ailleurs.example/a?b#c", "urn:uuid:" + str(ID)])
    return Statement(
        id=ID,
        sequence=0,
        verb=draw(st.sampled_from(sorted(VERBS))),
        activity=f"?subContentId={part}" if part else "",
        parents=tuple(draw(st.lists(parents, max_size=2))),
        sub_content_id=part,
        score=draw(st.none() | st.floats(0, maximum).map(lambda raw: Score(raw, maximum))),
        success=draw(st.none() | st.booleans()),
        completion=draw(st.none() | st.booleans()),
        response=draw(TEXT),
        duration=draw(st.none() | st.integers(0, 10**8).map(lambda hundredths: hundredths / 100)),
        question=draw(questions()),
    )


@given(statement=statements())
def test_what_is_sent_says_what_was_kept(statement: Statement) -> None:
    sent = json.loads(json.dumps(build(statement, SETTING)))
    assert faults(sent) == []
    heard = within(parse(sent, id=UUID(sent["id"]), sequence=0), IRI)
    question = statement.question
    if not question.text and not statement.activity:
        question = dataclasses.replace(question, text=SETTING.title)
    duration = None if heard.duration is None else round(heard.duration, 2)
    assert dataclasses.replace(heard, duration=duration) == dataclasses.replace(statement, question=question)


RAW = st.fixed_dictionaries(
    {
        "verb": st.sampled_from(sorted(VERBS)).map(lambda verb: {"id": f"http://adlnet.gov/expapi/verbs/{verb}"}),
        "object": st.fixed_dictionaries(
            {"id": st.text(max_size=20).map(lambda rest: f"{IRI}?{rest}")},
            optional={
                "definition": st.dictionaries(
                    st.sampled_from(
                        ["interactionType", "correctResponsesPattern", "choices", "source", "description", "name",
                         "extensions"]
                    ),
                    st.sampled_from(["choice", "matching", "sans sens", ["a", "a"]]) | JSON
                    | st.lists(st.fixed_dictionaries({"id": TEXT, "description": st.just({"fr": "Là"})})),
                )
            },
        ),
    },
    optional={
        "result": st.dictionaries(st.sampled_from(["score", "success", "response", "duration"]), JSON),
        "context": st.fixed_dictionaries(
            {
                "contextActivities": st.fixed_dictionaries(
                    {"parent": st.lists(st.fixed_dictionaries({"id": st.text() | st.just("https://a.b/%é[")}))}
                )
            }
        ),
    },
)  # fmt: skip


@given(value=RAW)
def test_whatever_a_content_says_what_is_sent_is_valid(value: Any) -> None:
    try:
        kept = kept_as(within(parse(value, id=ID, sequence=0), IRI))
    except Refused:
        return
    assert faults(build(from_json(kept, id=ID, sequence=0), SETTING)) == []


@given(text=st.text())
def test_an_address_is_encoded_once(text: str) -> None:
    assert as_uri(as_uri(text)) == as_uri(text)


def test_a_statement_whole() -> None:
    value = {
        "actor": {"name": "Jeanne Martin", "mbox": "mailto:jeanne@caf.example"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
        "object": {
            "id": f"{IRI}?subContentId=a1",
            "definition": {
                "description": {"en-US": "Elle ne vient plus."},
                "interactionType": "choice",
                "correctResponsesPattern": ["0"],
                "choices": [{"id": "0", "description": {"en-US": "Fait"}}, {"id": "1"}],
            },
        },
        "result": {"score": {"raw": 1, "max": 2}, "success": False, "response": "1", "duration": "PT61.5S"},
        "context": {
            "contextActivities": {
                "parent": [{"id": IRI}, {"id": "mailto:jeanne@caf.example"}, {"id": "n'importe quoi"}],
                "category": [{"id": "http://h5p.org/libraries/H5P.MultiChoice-1.16"}],
            }
        },
    }
    assert build(within(parse(value, id=ID, sequence=3), IRI), SETTING) == {
        "id": "9b2d1f7c-0d3c-5f6a-8b1e-2f3a4b5c6d7e",
        "actor": {
            "objectType": "Agent",
            "account": {"homePage": "https://socle.example", "name": "0123456789abcdef"},
        },
        "verb": {"id": "http://adlnet.gov/expapi/verbs/answered", "display": {"en-US": "answered"}},
        "object": {
            "objectType": "Activity",
            "id": f"{IRI}?subContentId=a1",
            "definition": {
                "description": {"fr": "Elle ne vient plus."},
                "extensions": {"http://h5p.org/x-api/h5p-subContentId": "a1"},
                "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
                "interactionType": "choice",
                "correctResponsesPattern": ["0"],
                "choices": [{"id": "0", "description": {"fr": "Fait"}}, {"id": "1"}],
            },
        },
        "result": {
            "score": {"scaled": 0.5, "raw": 1.0, "min": 0, "max": 2.0},
            "success": False,
            "response": "1",
            "duration": "P0DT0H1M1.50S",
        },
        "context": {
            "registration": str(REGISTRATION),
            "contextActivities": {
                "parent": [{"objectType": "Activity", "id": IRI}],
                "category": [{"objectType": "Activity", "id": "http://h5p.org/libraries/H5P.MultiChoice-1.16"}],
            },
            "platform": "Socle",
            "language": "fr",
        },
        "timestamp": "2026-03-02T09:30:00.000Z",
    }
