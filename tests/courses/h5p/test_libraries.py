"""In what order libraries are loaded, what is missing, whose styles are dropped; and how they are named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.h5p.engine.libraries import Library, load_order, missing, styled
from courses.h5p.engine.names import LibraryName


def named(letter: str) -> LibraryName:
    return LibraryName(f"H5P.{letter}", 1, 0)


def house(**needs: str) -> dict[LibraryName, Library]:
    """`house(A="BC")`: A needs B, then C."""
    return {
        named(letter): Library(named(letter), 0, letter, True, preloaded=tuple(map(named, wanted)))
        for letter, wanted in needs.items()
    }


def order(source: dict[LibraryName, Library], roots: str = "A") -> str:
    return "".join(library.title for library in load_order(map(named, roots), source))


@pytest.mark.parametrize(
    ("needs", "roots", "expected"),
    [
        ({"A": ""}, "A", "A"),
        ({"A": "BC", "B": "C", "C": ""}, "A", "CBA"),
        ({"A": "BC", "B": "", "C": "B"}, "A", "BCA"),
        ({"A": "B", "B": "A"}, "A", "BA"),
        ({"A": "A"}, "A", "A"),
        ({"A": "BX", "B": ""}, "A", "BA"),
        ({"A": "B", "B": "", "C": "B"}, "AC", "BAC"),
    ],
)
def test_each_library_comes_after_those_it_needs(needs: dict[str, str], roots: str, expected: str) -> None:
    assert order(house(**needs), roots) == expected


def test_a_long_chain_is_no_trouble() -> None:
    names = [LibraryName("L", 1, at) for at in range(5_000)]
    source = {
        name: Library(name, 0, "", False, preloaded=tuple(names[at + 1 : at + 2])) for at, name in enumerate(names)
    }
    assert [library.name for library in load_order(names[:1], source)] == names[::-1]


GRAPHS = st.dictionaries(st.sampled_from("ABCDEF"), st.text("ABCDEFX", max_size=4), min_size=1)


@given(GRAPHS)
def test_all_that_is_needed_is_loaded_once_and_nothing_else(needs: dict[str, str]) -> None:
    root = min(needs)
    reached, waiting = set(), [root]
    while waiting:
        letter = waiting.pop()
        if letter in needs and letter not in reached:
            reached.add(letter)
            waiting += needs[letter]
    loaded = order(house(**needs), root)
    assert sorted(loaded) == sorted(reached)


@given(GRAPHS)
def test_without_cycles_nothing_is_loaded_before_what_it_needs(needs: dict[str, str]) -> None:
    onward = {letter: "".join(one for one in wanted if one > letter) for letter, wanted in needs.items()}
    loaded = order(house(**onward), min(needs))
    for letter in loaded:
        assert all(loaded.index(one) < loaded.index(letter) for one in onward[letter] if one in loaded)


def test_what_is_missing_is_told_apart_for_playing_and_for_editing() -> None:
    source = {
        named("A"): Library(named("A"), 0, "A", True, preloaded=(named("B"),), editor=(named("E"), named("X"))),
        named("B"): Library(named("B"), 0, "B", True, dynamic=(named("X"),)),
    }
    assert missing([named("A")], source) == ((named("X"),), (named("E"),))


def test_a_library_may_take_the_styles_of_another_away() -> None:
    source = house(A="B", B="")
    source[named("A")] = Library(named("A"), 0, "A", True, preloaded=(named("B"),), drop_css=frozenset({"H5P.B"}))
    loaded = load_order([named("A")], source)
    assert [library.title for library in loaded] == ["B", "A"]
    assert [library.title for library in styled(loaded)] == ["A"]


@pytest.mark.parametrize(
    "text",
    ["", "H5P.A", "H5P.A 1", "H5P.A 1.2.3", "H5P.A  1.2", "H5P A 1.2", "é 1.2", "A 123456.1", "A 1.2\n", None, 3],
)
def test_what_is_no_name_is_none(text: Any) -> None:
    assert LibraryName.parse(text) is None


@given(st.text("abcXYZ019._-", min_size=1, max_size=255), st.integers(0, 99_999), st.integers(0, 99_999))
def test_a_name_written_is_read_again(machine_name: str, major: int, minor: int) -> None:
    name = LibraryName(machine_name, major, minor)
    assert LibraryName.parse(str(name)) == name
    assert (
        LibraryName.from_dict({"machineName": machine_name, "majorVersion": str(major), "minorVersion": minor}) == name
    )
