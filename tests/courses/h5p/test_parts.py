"""What must be answered for a content that does not say itself that it is finished."""

from typing import Any

import pytest

from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.parts import parts_of


def part(library: str, id: str | None = None, **params: Any) -> dict[str, Any]:
    return {"library": f"{library} 1.0", "params": params} | ({"subContentId": id} if id else {})


def column(id: str, *contents: dict[str, Any]) -> dict[str, Any]:
    return part("H5P.Column", id, content=[{"content": one, "useSeparator": "auto"} for one in contents])


def of(main: str, params: dict[str, Any]) -> set[str]:
    return set(parts_of(LibraryName(main, 1, 0), params))


QUIZ = part("H5P.QuestionSet", "q", questions=[part("H5P.MultiChoice", "inner")])
TEXT = part("H5P.AdvancedText", "t", text="Lire")


def test_a_book_is_made_of_its_chapters() -> None:
    chapters = {"chapters": [column("c1", TEXT), column("c2", QUIZ)], "bookCover": {"coverMedium": TEXT}}
    assert of("H5P.InteractiveBook", chapters) == {"c1", "c2"}


def test_a_column_is_made_of_what_is_scored_in_it_as_deep_as_columns_go() -> None:
    row = part("H5P.Row", "r", columns=[{"content": part("H5P.RowColumn", "rc", content=[part("H5P.Blanks", "b")])}])
    assert of("H5P.Column", column("", TEXT, QUIZ, row)["params"]) == {"q", "b"}


def video(*, end: list[Any]) -> dict[str, Any]:
    interactions = [{"action": one, "duration": {"from": 1}} for one in (TEXT, QUIZ, part("H5P.Nil", "n"))]
    return {"interactiveVideo": {"assets": {"interactions": interactions, "endscreens": end}}}


def test_a_video_is_made_of_its_questions_unless_it_has_an_end_screen_to_submit_at() -> None:
    assert of("H5P.InteractiveVideo", video(end=[])) == {"q"}
    assert of("H5P.InteractiveVideo", video(end=[{"time": 10}])) == set()


@pytest.mark.parametrize("params", [{}, {"chapters": None}, {"chapters": [column("c1", TEXT), column("", TEXT)]}])
def test_without_names_nothing_is_derived(params: dict[str, Any]) -> None:
    assert of("H5P.InteractiveBook", params) == set()


def test_any_other_content_says_it_itself() -> None:
    assert of("H5P.QuestionSet", {"questions": [QUIZ]}) == set()
