"""From statements to attempts, completion and grade: rules R1 to R6, whatever the order and the repetitions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.results import Attempt, Grading, Policy, attempts_of, default_policy, grade, standing
from courses.h5p.engine.xapi import Refused, Score, Statement, parse
from tests.courses.h5p.test_validator import JSON

IRI = "https://socle.example/h5p/12"
PARTS = ("a", "b")


def raw(
    verb: str = "completed", *, activity: str = IRI, parent: str = "", part: str = "", score: Any = None, **result: Any
) -> dict[str, Any]:
    """A statement as a content sends it."""
    definition: dict[str, Any] = {"extensions": {"http://h5p.org/x-api/h5p-subContentId": part}} if part else {}
    context = {"contextActivities": {"parent": [{"id": parent}]}} if parent else {}
    return {
        "actor": {"name": "Quelqu'un d'autre"},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
        "object": {"id": activity, "definition": definition},
        "context": context,
        "result": result | ({"score": score} if score is not None else {}),
    }


def said(sequence: int = 0, verb: str = "completed", **values: Any) -> Statement:
    return parse(raw(verb, **values), id=UUID(int=sequence + 1), sequence=sequence)


def points(score: float, maximum: float = 10) -> dict[str, float]:
    return {"raw": score, "min": 0, "max": maximum, "scaled": score / maximum}


def ends(*statements: Statement, parts: Sequence[str] = ()) -> tuple[Attempt, ...]:
    return attempts_of(statements, iri=IRI, pass_mark=0.7, parts=parts)


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        (said(), 1),
        (said(verb="answered"), 1),
        (said(verb="passed"), 1),
        (said(verb="failed"), 1),
        (said(verb="mastered"), 1),
        (said(completion=True), 1),
        (said(completion=False), 0),
        (said(verb="attempted"), 0),
        (said(verb="progressed"), 0),
        (said(verb="consumed"), 0),
        (said(parent=IRI), 0),  # a chapter of a book
        (said(activity=f"{IRI}?subContentId=a"), 0),  # a child of a questionnaire
        (said(activity="https://elsewhere.example/h5p/12"), 0),
    ],
)
def test_r1_r2_only_a_last_word_about_the_whole_ends_an_attempt(statement: Statement, number: int) -> None:
    assert len(ends(statement)) == number


@pytest.mark.parametrize(
    ("result", "passed"),
    [
        ({"score": points(7)}, True),
        ({"score": points(6)}, False),
        ({"score": points(2), "success": True}, True),
        ({"score": points(9), "success": False}, False),
        ({}, None),
        ({"score": {"raw": 0, "max": 0}}, None),
    ],
)
def test_r2_success_is_what_is_said_else_the_pass_mark(result: dict[str, Any], passed: bool | None) -> None:
    (attempt,) = ends(said(**result))
    assert attempt.passed is passed


def test_r2_children_feed_the_results_by_question_only() -> None:
    children = [
        said(at, "answered", activity=f"{IRI}?subContentId={part}", score=points(0)) for at, part in enumerate("ab")
    ]
    (attempt,) = ends(*children, said(5, score=points(8)))
    assert (attempt.score, attempt.passed) == (Score(8, 10), True)
    assert [answer.sub_content_id for answer in attempt.answers] == ["a", "b"]


def test_each_end_is_an_attempt_with_the_answers_given_since_the_one_before() -> None:
    first, second = ends(
        said(0, "answered", part="a", activity=f"{IRI}#a"),
        said(1),
        said(2, "answered", part="b", activity=f"{IRI}#b"),
        said(3),
    )
    assert [answer.sub_content_id for answer in first.answers] == ["a"]
    assert [answer.sub_content_id for answer in second.answers] == ["b"]


@pytest.mark.parametrize(
    ("policy", "facts", "is_complete"),
    [
        (Policy.FINISHED, {"attempts": ends(said(score=points(1)))}, True),
        (Policy.FINISHED, {"attempts": ()}, False),
        (Policy.PASSED, {"attempts": ends(said(score=points(1)))}, False),
        (Policy.PASSED, {"attempts": ends(said(0, score=points(9)), said(1, score=points(1)))}, True),
        (Policy.VIEWED, {"attempts": (), "is_viewed": True}, True),
        (Policy.VIEWED, {"attempts": ()}, False),
        (Policy.MANUAL, {"attempts": ends(said()), "is_viewed": True}, False),
        (Policy.MANUAL, {"attempts": (), "is_declared": True}, True),
    ],
)
def test_r3_each_activity_is_done_by_its_policy(policy: Policy, facts: dict[str, Any], is_complete: bool) -> None:
    assert standing(policy=policy, grading=Grading.BEST, **facts).is_complete is is_complete


def test_r3_types_that_never_say_they_are_finished_are_done_once_seen() -> None:
    assert default_policy(LibraryName("H5P.Accordion", 1, 0)) == Policy.VIEWED
    assert default_policy(LibraryName("H5P.QuestionSet", 1, 20)) == Policy.FINISHED


def test_r4_every_attempt_is_kept_and_the_grade_is_made_of_them() -> None:
    attempts = ends(said(0, score=points(4)), said(1, score=points(8)), said(2, score=points(6)))
    assert len(attempts) == 3
    assert [grade(attempts, one) for one in Grading] == pytest.approx([0.8, 0.6, 0.4, 0.6])
    assert grade(ends(said()), Grading.BEST) is None


@pytest.mark.parametrize(
    "value",
    [
        None, [], "completed", {}, {"verb": {}}, {"object": {"id": IRI}}, raw("vanished"), raw() | {"object": {}},
        raw() | {"object": {"id": 3}}, raw(activity="x" * 2_001), raw() | {"verb": {"id": "completed"}},
        raw(score={"raw": -1, "max": 10}), raw(score={"raw": 11, "max": 10}), raw(score={"raw": 1, "max": -1}),
        raw(score={"raw": float("inf"), "max": 1}), raw(score={"raw": 1e9, "max": 1e9}), raw(score={"scaled": 2}),
    ],
)  # fmt: skip
def test_r5_what_is_impossible_is_refused_in_words(value: Any) -> None:
    with pytest.raises(Refused, match=r"\.$"):
        parse(value, id=UUID(int=1), sequence=0)


def test_r5_who_and_when_are_not_read_from_the_statement() -> None:
    assert not {"actor", "timestamp", "stored"} & set(Statement.__dataclass_fields__)


@given(JSON, st.sampled_from(["object", "result", "context", "verb"]))
def test_r5_any_value_anywhere_is_read_or_refused(value: Any, key: str) -> None:
    try:
        found = parse(raw() | {key: value}, id=UUID(int=1), sequence=0)
    except Refused:
        return
    assert found.verb == "completed"


def test_r6_a_book_whose_chapters_are_all_done_is_finished_by_derivation() -> None:
    chapters = [said(at, parent=IRI, part=part, score=points(5 + at)) for at, part in enumerate(PARTS)]
    assert ends(chapters[0], parts=PARTS) == ()
    (attempt,) = ends(*chapters, parts=PARTS)
    assert (attempt.is_derived, attempt.score, attempt.passed) == (True, Score(11, 20), False)


def test_r6_the_word_of_the_content_takes_the_place_of_what_was_derived() -> None:
    chapters = [said(at, parent=IRI, part=part, score=points(9)) for at, part in enumerate(PARTS)]
    (attempt,) = ends(*chapters, said(5, score=points(3, 4)), parts=PARTS)
    assert (attempt.is_derived, attempt.score, len(attempt.answers)) == (False, Score(3, 4), 2)


def test_what_a_question_asked_is_read_for_the_trainer() -> None:
    value = raw("answered", response="1", duration="PT1M2.5S") | {
        "context": {
            "contextActivities": {
                "parent": [{"id": IRI}],
                "category": [{"id": "http://h5p.org/libraries/H5P.MultiChoice-1.16"}],
            }
        }
    }
    value["object"]["definition"] = {
        "description": {"en-US": "Qui décide ?"},
        "interactionType": "choice",
        "correctResponsesPattern": ["1"],
        "choices": [
            {"id": "0", "description": {"en-US": "Le préfet"}},
            {"id": "1", "description": {"fr": "La commission"}},
        ],
    }
    found = parse(value, id=UUID(int=1), sequence=0)
    assert (found.response, found.duration, str(found.library)) == ("1", 62.5, "H5P.MultiChoice 1.16")
    assert (found.question.text, found.question.correct) == ("Qui décide ?", ("1",))
    assert found.question.choices == (("0", "Le préfet"), ("1", "La commission"))


@st.composite
def histories(draw: st.DrawFn) -> list[Statement]:
    history = []
    for at in range(draw(st.integers(1, 12))):
        part = draw(st.sampled_from(["", *PARTS]))
        score = draw(st.none() | st.integers(0, 10).map(points))
        verb = draw(st.sampled_from(["completed", "answered", "attempted"]))
        history.append(said(at, verb, score=score, **({"part": part, "parent": IRI} if part else {})))
    return history


POLICIES = st.sampled_from([Policy.FINISHED, Policy.PASSED])


@given(histories(), st.randoms(use_true_random=False))
def test_any_order_and_repetition_give_the_same_attempts(history: list[Statement], chance: Any) -> None:
    shuffled = history + chance.choices(history, k=5)
    chance.shuffle(shuffled)
    assert ends(*shuffled, parts=PARTS) == ends(*history, parts=PARTS)


@given(histories(), POLICIES)
def test_what_a_player_adds_never_undoes_a_completion(history: list[Statement], policy: Policy) -> None:
    seen = [
        standing(ends(*history[:at], parts=PARTS), policy=policy, grading=Grading.BEST).is_complete
        for at in range(len(history) + 1)
    ]
    assert seen == sorted(seen)
