"""Parameters are brought to what the semantics allow, never refused, and what a content uses is found."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.h5p.engine.archive import Deadline
from courses.h5p.engine.issues import Issues
from courses.h5p.engine.libraries import Library
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.semantics import Walk, normalise
from tests.courses.h5p.packages import SEMANTICS
from tests.courses.h5p.test_validator import JSON

SORT, TEXT = LibraryName("H5P.Sort", 1, 2), LibraryName("H5P.Text", 1, 1)
WORDS = [{"name": "text", "type": "text", "tags": ["em"]}]
UUID = "3f2b8c1e-6a1d-4c55-9b0e-0d9c1f5e7a21"


def walk(params: dict[str, Any], semantics: list[dict[str, Any]] | None = None, issues: Issues | None = None) -> Walk:
    source = {
        SORT: Library(SORT, 3, "Trier", True, semantics=SEMANTICS if semantics is None else semantics),
        TEXT: Library(TEXT, 0, "Texte", False, semantics=WORDS),
    }
    return normalise(SORT, params, source=source, deadline=Deadline(10), issues=Issues() if issues is None else issues)


def one(definition: dict[str, Any], value: Any) -> Any:
    """What a single field keeps of a value; None when nothing."""
    return walk({"it": value}, [{"name": "it"} | definition]).params.get("it")


def test_what_has_no_place_is_left_out() -> None:
    assert walk({"title": "Trier", "evil": 1, "items": [{"text": "a", "other": 2}]}).params == {
        "title": "Trier",
        "items": [{"text": "a"}],
    }


@pytest.mark.parametrize(
    ("definition", "value", "kept"),
    [
        (
            {"type": "text"},
            "<b>R&D</b> « l'an » &amp; &#39;2&#39;",
            "&lt;b&gt;R&amp;D&lt;/b&gt; « l&#x27;an » &amp; &#39;2&#39;",
        ),
        ({"type": "text", "maxLength": 3}, "abcdef", "abc"),
        ({"type": "text", "maxLength": 5}, "L'eau vive", "L&#x27;eau"),
        ({"type": "text", "maxLength": 5}, "L&#x27;eau", "L&#x27;eau"),
        ({"type": "text"}, 12, "12"),
        ({"type": "text"}, ["a"], None),
        ({"type": "text", "regexp": {"pattern": "^[0-9]+$"}}, "12", "12"),
        ({"type": "text", "regexp": {"pattern": "^[0-9]+$"}}, "douze", ""),
        ({"type": "text", "regexp": {"pattern": "^a$", "modifiers": "i"}}, "A", "A"),
        ({"type": "text", "regexp": {"pattern": "(["}}, "gardé", "gardé"),
        ({"type": "text", "tags": ["strong"]}, "<strong>a</strong><em>b</em>", "<strong>a</strong>b"),
        ({"type": "text", "tags": ["ul"]}, "<ul><li>a</li></ul>", "<ul><li>a</li></ul>"),
        ({"type": "text", "tags": ["script"]}, "a<script>alert(1)</script>", "a"),
        (
            {"type": "text", "tags": ["a"]},
            '<a href="javascript:x()" onclick="y()">z</a>',
            '<a rel="noopener noreferrer">z</a>',
        ),
        (
            {"type": "text", "tags": ["p"]},
            '<p style="position:fixed;text-align:center">a</p>',
            '<p style="text-align:center">a</p>',
        ),
        ({"type": "number", "min": 1, "max": 10}, 40, 10),
        ({"type": "number", "min": 1, "max": 10}, "-3", 1),
        ({"type": "number", "step": 5}, 12, 10),
        ({"type": "number", "decimals": 1}, 1.26, 1.3),
        ({"type": "number", "default": 4}, "beaucoup", 4),
        ({"type": "number"}, True, None),
        ({"type": "number"}, float("inf"), None),
        ({"type": "boolean"}, "oui", False),
        ({"type": "boolean"}, "1", True),
        ({"type": "select", "options": [{"value": "a"}, {"value": "b"}]}, "b", "b"),
        ({"type": "select", "options": [{"value": "a"}, {"value": "b"}]}, "c", "a"),
        ({"type": "select", "optional": True, "options": [{"value": "a"}]}, "c", None),
        ({"type": "list", "max": 2, "field": {"type": "number"}}, [1, 2, 3], [1, 2]),
        ({"type": "list", "field": {"type": "number"}}, [1, None, "x", 3], [1, 3]),
        ({"type": "group", "fields": [{"name": "only", "type": "text"}]}, "aplati", "aplati"),
        ({"type": "group", "fields": [{"type": "text"}, {"name": "a", "type": "text"}]}, {"a": "x"}, {"a": "x"}),
        (
            {"type": "image"},
            {"path": "images/a.png", "mime": "image/png", "width": 3, "x": 1},
            {"path": "images/a.png", "mime": "image/png", "width": 3},
        ),
        ({"type": "image"}, {"path": "images/a.png#tmp"}, {"path": "images/a.png"}),
        ({"type": "image"}, {"path": "../a.png"}, None),
        ({"type": "image"}, {"path": "javascript:alert(1)"}, None),
        ({"type": "image"}, {"path": "images/a.html"}, None),
        (
            {"type": "video"},
            [{"path": "https://video.example/watch?v=1"}],
            [{"path": "https://video.example/watch?v=1"}],
        ),
        ({"type": "audio"}, {"path": "a.mp3"}, [{"path": "a.mp3"}]),
        ({"type": "wheel"}, 1, None),
    ],
)
def test_a_value_becomes_what_its_field_allows(definition: dict[str, Any], value: Any, kept: Any) -> None:
    assert one(definition, value) == kept


def test_content_within_content_is_walked_and_its_library_counted() -> None:
    inner = {"library": "H5P.Text 1.1", "params": {"text": "<em>a</em><b>b</b>", "x": 1}, "subContentId": UUID}
    found = walk({"extra": inner | {"metadata": {"title": "T", "evil": 1}, "other": 2}})
    assert found.params["extra"] == {
        "library": "H5P.Text 1.1",
        "params": {"text": "<em>a</em>b"},
        "subContentId": UUID,
        "metadata": {"title": "T"},
    }
    assert list(found.libraries) == [SORT, TEXT]


@pytest.mark.parametrize("library", ["H5P.Text 1.2", "H5P.Sort 1.2", "H5P.Text", "", None, 3])
def test_a_library_that_has_no_place_is_left_out_with_what_it_holds(library: Any) -> None:
    found = walk({"extra": {"library": library, "params": {"text": "a"}}})
    assert "extra" not in found.params
    assert list(found.libraries) == [SORT]


def test_the_files_a_content_really_uses_are_known() -> None:
    assert walk({"image": {"path": "images/a.png"}, "evil": {"path": "images/b.png"}}).files == {"images/a.png"}


@pytest.mark.parametrize(
    "pattern", ["^(a+)+$", "(a|a)*b", "((a{1000}){1000}){1000}", "(?:a?){60}a{60}", r"(\w+\s?)*\1{50}$"]
)
def test_a_pattern_made_to_last_is_cut_short(pattern: str) -> None:
    started = time.monotonic()
    kept = one({"type": "text", "regexp": {"pattern": pattern}}, "a" * 5_000 + "!")
    assert kept in ("", "a" * 5_000 + "!")
    assert time.monotonic() - started < 5


@settings(max_examples=300, deadline=None)
@given(JSON, JSON)
def test_any_value_and_any_field_end_well(definition: Any, value: Any) -> None:
    fields = definition if isinstance(definition, list) else [definition]
    walk(value if isinstance(value, dict) else {"a": value}, fields)


NAMES = st.sampled_from(["title", "intro", "delay", "shuffle", "look", "image", "items", "notes", "extra", "evil"])


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(NAMES, JSON, max_size=6))
def test_to_normalise_twice_changes_nothing_more(params: dict[str, Any]) -> None:
    once = walk(params).params
    assert walk(once).params == once
