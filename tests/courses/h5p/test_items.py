"""What many people answered, question by question."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.accounts.models import User
from courses.h5p.analysis import analysis_of
from courses.h5p.engine.items import Item, plain, spoken
from courses.h5p.engine.xapi import Question, Statement
from courses.h5p.models import Content
from courses.h5p.services.results import record_statements
from tests.courses.h5p.helpers import imported, item, opened, post
from tests.courses.h5p.test_results import points
from tests.factories.accounts import UserFactory

CHOICE = Question("<p>Qui décide&nbsp;?</p>", "choice", ("1",), (("0", "Le référent"), ("1", "La personne")))


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def content(db: None) -> Content:
    return imported(alternative="Un tri.")


def question(asked: Question = CHOICE) -> Item:
    return Item(Statement(UUID(int=0), 0, "answered", "#q", question=asked))


def answered(**responses: int) -> Item:
    asked = question()
    for response, number in responses.items():
        key = response.removeprefix("_")
        asked.add(key, number=number, right=number * (key == "1"), judged=number, scored=0, scaled=0)
    return asked


def test_each_choice_is_counted_the_right_one_told_and_the_empty_answer_too() -> None:
    asked = answered(_0=3, _1=1, _=2)
    assert asked.text == "Qui décide ?"
    assert [(one.words, one.number, one.is_right) for one in asked.given] == [
        ("Le référent", 3, False),
        ("La personne", 1, True),
        ("Sans réponse", 2, None),
    ]
    assert (asked.success, asked.is_hard) == (1 / 6, True)


def test_several_choices_at_once_count_each_once() -> None:
    asked = question()
    asked.add("0[,]1[,]1", number=4, right=0, judged=4, scored=4, scaled=2)
    assert [one.number for one in asked.given] == [4, 4]
    assert asked.average == 0.5


def test_what_is_typed_is_right_whatever_its_case() -> None:
    asked = question(Question("Le sigle ?", "fill-in", ("{case_matters=false}rsa",)))
    for response in ("RSA", "RMI"):
        asked.add(response, number=1, right=0, judged=0, scored=0, scaled=0)
    assert [(one.words, one.is_right) for one in asked.given] == [("RSA", True), ("RMI", False)]


def test_pairs_are_said_with_their_words() -> None:
    assert (
        spoken("0[.]1[,]1[.]0", {"0": "Fait", "1": "Interprétation"}) == "Fait → Interprétation, Interprétation → Fait"
    )
    assert (spoken("true", {}), spoken("", {})) == ("Vrai", "Sans réponse")


@given(st.text())
def test_words_hold_no_markup(text: str) -> None:
    assert plain(f"<p onclick='x'>{text.replace('<', '').replace('>', '').replace('&', '')}</p>").count("<") == 0


def play(content: Content, right: bool, *, person: User | None = None, rank: int = 0) -> None:
    registration = opened(person or UserFactory(), content)
    part = item(registration, rank, "answered", part="q1", success=right, response="1" if right else "0")
    part["statement"]["object"]["definition"] |= {
        "description": {"fr": "Qui décide ?"},
        "interactionType": "choice",
        "correctResponsesPattern": ["1"],
        "choices": [{"id": "0", "description": {"fr": "Le référent"}}, {"id": "1", "description": {"fr": "Elle"}}],
    }
    end = item(registration, rank + 1, "completed", score=points(10 if right else 0))
    record_statements(registration=registration, payload=post(part, end))


def test_the_first_attempts_tell_what_people_know_all_of_them_what_they_did(
    content: Content, django_assert_num_queries: Any
) -> None:
    someone = UserFactory()
    play(content, False, person=someone)
    play(content, True, person=someone, rank=2)
    play(content, True)
    assert content.current is not None
    with django_assert_num_queries(2):
        first = analysis_of(content.current, is_first=True)
    every = analysis_of(content.current, is_first=False)
    assert (first.attempts, first.players, first.average) == (2, 2, 0.5)
    assert (every.attempts, every.players) == (3, 2)
    assert [(one.text, one.right, one.judged) for one in first.items] == [("Qui décide ?", 1, 2)]
    assert [(one.words, one.number, one.is_right) for one in every.items[0].given] == [
        ("Le référent", 1, False),
        ("Elle", 2, True),
    ]


def test_the_page_says_which_question_fails_and_names_nobody(content: Content, sign_in: Any, trainer: User) -> None:
    address = f"/admin/h5p/contents/answers/{content.pk}/"
    client = sign_in(trainer)
    assert "Personne n'a encore terminé" in client.get(address).content.decode()
    someone = UserFactory(first_name="Gwenaëlle")
    play(content, False, person=someone)
    page = client.get(f"{address}?essais=tous").content.decode()
    assert "0 % de réussite" in page
    assert "Gwenaëlle" not in page
    told = client.get(f"{address}?version=99&essais=rien").content.decode()
    assert told.count("ignoré") == 2


def test_someone_who_writes_nothing_sees_no_result(content: Content, sign_in: Any, professional: User) -> None:
    assert sign_in(professional).get(f"/admin/h5p/contents/results/{content.pk}/").status_code in (302, 403)
