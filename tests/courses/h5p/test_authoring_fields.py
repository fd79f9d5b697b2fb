"""Forms made of semantics: what is shown, what is read back, what is refused; what was left alone stays."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.h5p.authoring.nodes import Builder, Node, TooLarge
from courses.h5p.authoring.opening import Opener
from courses.h5p.authoring.reading import Action, NotTaken, Read, TooMuch, params_from
from courses.h5p.authoring.widgets import DEEPEST, obstacles
from courses.h5p.authoring.words import translated
from courses.h5p.engine.archive import Deadline
from courses.h5p.engine.issues import Issues
from courses.h5p.engine.libraries import Library
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.semantics import normalise
from courses.h5p.packaging import semantics_of, translation_of

MAIN, TEXT, HOLDER = LibraryName("T.Main", 1, 0), LibraryName("T.Text", 1, 1), LibraryName("T.Holder", 2, 0)
UUID = "3f2b8c1e-6a1d-4c55-9b0e-0d9c1f5e7a21"
OTHERS: dict[LibraryName, list[dict[str, Any]]] = {
    TEXT: [{"name": "text", "type": "text", "tags": ["em", "p"]}],
    HOLDER: [{"name": "inside", "type": "library", "options": ["T.Text 1.1", "T.Holder 2.0"], "optional": True}],
}
EVERY: list[dict[str, Any]] = [
    {"name": "title", "type": "text", "label": "Titre", "maxLength": 20, "default": "Trier"},
    {"name": "note", "type": "text", "widget": "textarea", "optional": True},
    {"name": "intro", "type": "text", "widget": "html", "tags": ["strong", "em", "ul", "a", "p"], "optional": True},
    {"name": "delay", "type": "number", "min": 1, "max": 10, "step": 1, "default": 3},
    {"name": "ratio", "type": "number", "min": 0, "max": 1, "decimals": 3, "optional": True},
    {"name": "shuffle", "type": "boolean", "default": True},
    {"name": "look", "type": "select", "options": [{"value": "plain", "label": "a"}, {"value": "card", "label": "b"}]},
    {
        "name": "days", "type": "select", "multiple": True, "optional": True,
        "options": [{"value": "mon", "label": "lundi"}, {"value": "tue", "label": "mardi"}],
    },
    {"name": "image", "type": "image", "optional": True},
    {"name": "sound", "type": "audio", "optional": True},
    {"name": "film", "type": "video", "optional": True},
    {"name": "paper", "type": "file", "optional": True},
    {
        "name": "items", "type": "list", "max": 4, "entity": "énoncé",
        "field": {"name": "item", "type": "group", "label": "Énoncé", "isSubContent": True, "fields": [
            {"name": "text", "type": "text"},
            {"name": "right", "type": "boolean"},
            {"name": "more", "type": "list", "field": {"name": "one", "type": "number"}},
        ]},
    },
    {"name": "notes", "type": "list", "field": {"type": "group", "fields": [{"name": "note", "type": "text"}]}},
    {"name": "pages", "type": "list", "field": {
        "name": "page", "type": "library", "label": "Page", "options": ["T.Text 1.1", "T.Holder 2.0"]}},
    {"name": "set", "type": "group", "label": "Réglages", "fields": [
        {"name": "retry", "type": "boolean"}, {"name": "word", "type": "text", "optional": True},
    ]},
    {"name": "only", "type": "group", "fields": [{"name": "one", "type": "text", "default": "Un"}]},
    {"name": "secret", "type": "text", "widget": "none"},
    {"name": "l10n", "type": "group", "common": True, "label": "Mots", "fields": [
        {"name": "check", "type": "text", "default": "Vérifier"},
        {"name": "retry", "type": "text", "default": "Refaire"},
    ]},
]  # fmt: skip


class Known:
    """Libraries of the tests, as forms ask for them."""

    def __init__(self, main: list[dict[str, Any]] | None = None) -> None:
        self.all = OTHERS | {MAIN: main or EVERY}

    def fields(self, name: LibraryName) -> list[dict[str, Any]] | None:
        fields = self.all.get(name)
        return None if fields is None or any(obstacles(fields)) else fields

    def title(self, name: LibraryName) -> str:
        return name.machine_name

    def get(self, name: LibraryName) -> Library | None:
        fields = self.all.get(name)
        return None if fields is None else Library(name, 0, str(name), True, semantics=fields)


def brought(params: Any, main: list[dict[str, Any]]) -> dict[str, Any]:
    """Parameters as they are kept."""
    return normalise(MAIN, params, source=Known(main), deadline=Deadline(20), issues=Issues()).params


def form(params: dict[str, Any], main: list[dict[str, Any]], errors: Any = None) -> Node:
    return Builder(Known(main), errors=errors).form(main, params)


def controls(node: Node) -> Iterator[tuple[str, str]]:
    """What a browser sends of a form, in its order."""
    yield from ((f"{node.name}/{part}", value) for part, value in node.carried.items())
    if node.kind in ("text", "textarea", "html", "number"):
        yield node.name, node.value.replace("\n", "\r\n")
    elif node.kind == "boolean":
        yield from [(node.name, "on")] if node.value else []
    elif node.kind in ("select", "library"):
        yield node.name, next((one.value for one in node.options if one.is_chosen), node.options[0].value)
    elif node.kind == "choices":
        yield from ((node.name, one.value) for one in node.options if one.is_chosen)
    for item in node.items:
        yield node.name, item.token
        yield from controls(item.node)
    for inner in (*node.nodes, *node.common):
        yield from controls(inner)


def posted(*pairs: tuple[str, str]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in pairs:
        data.appendlist(name, value)
    return data


def read(main: list[dict[str, Any]], *pairs: tuple[str, str], action: str = "", **files: Any) -> Read:
    return params_from(posted(*pairs), main, Known(main), action=Action.parse(action), **files)


def again(params: dict[str, Any], main: list[dict[str, Any]]) -> dict[str, Any]:
    """Parameters shown in a form, sent as they are, and kept."""
    return brought(read(main, *controls(form(params, main))).params, main)


def opened(params: Any, main: list[dict[str, Any]]) -> dict[str, Any]:
    return Opener(Known(main)).params(main, brought(params, main))


# What was not changed does not change

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=25),
    st.sampled_from(["L'eau & <b>gras</b>", "&amp;lt; &eacute;t&eacute;", "a\r\nb", " ", "&#039;", '"', "&&amp;;"]),
)


def values_of(field: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a field, sound or nearly."""
    kind = field["type"]
    if kind == "text":
        return st.one_of(TEXTS, TEXTS.map(lambda words: f"<p>{words} <strong>fort</strong></p>"))
    if kind == "number":
        return st.one_of(st.integers(-20, 20), st.floats(-2, 12), st.just("4"))
    if kind == "select":
        return st.one_of(st.sampled_from([one["value"] for one in field["options"]]), st.just("autre")).flatmap(
            lambda value: st.just([value]) if field.get("multiple") else st.just(value)
        )
    if kind in ("image", "file"):
        return st.just({"path": f"{kind}s/a.png", "mime": "image/png", "width": 3, "copyright": {"license": "U"}})
    if kind in ("audio", "video"):
        return st.just([{"path": "a.mp4", "mime": "video/mp4"}, {"path": "https://film.example/1"}])
    if kind == "list":
        return st.lists(values_of(field["field"]), max_size=4)
    if kind == "group":
        inner = field["fields"]
        if len(inner) == 1 and not field.get("isSubContent"):
            return values_of(inner[0])
        return params_of(inner)
    if kind == "library":
        return st.one_of(
            params_of(OTHERS[TEXT]).map(lambda params: {"library": str(TEXT), "params": params, "subContentId": UUID}),
            params_of(OTHERS[TEXT]).map(
                lambda params: {
                    "library": str(HOLDER),
                    "params": {"inside": {"library": str(TEXT), "params": params, "metadata": {"title": "L'une"}}},
                }
            ),
            st.just({"library": "T.Unknown 1.0", "params": {}}),
        )
    return st.booleans()


def params_of(fields: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={one["name"]: values_of(one) for one in fields})


OURS = ["Socle.SortStatements", "Socle.FlipCards", "Socle.DialogueGaps"]


def ours(machine_name: str) -> list[dict[str, Any]]:
    name = LibraryName(machine_name, 1, 0)
    return translated(semantics_of(name) or [], translation_of(name, "fr"))


@pytest.mark.parametrize("main", [EVERY, *map(ours, OURS)], ids=["every", *OURS])
def test_a_form_gives_back_what_it_was_opened_with(main: list[dict[str, Any]]) -> None:
    @settings(max_examples=120, deadline=None)
    @given(params_of(main))
    def check(params: dict[str, Any]) -> None:
        before = opened(params, main)
        kept = brought(before, main)
        assert kept == before  # opening is nothing the semantics would take back
        assert again(before, main) == before
        assert opened(before, main) == before

    check()


def test_opening_adds_defaults_and_changes_no_words() -> None:
    given_ = {"title": "L&#039;&eacute;t&eacute; &lt;3", "items": [{"text": "a"}], "note": ""}
    assert {
        key: value for key, value in opened(given_, EVERY).items() if key in ("title", "note", "delay", "l10n")
    } == {
        "title": "L&#x27;été &lt;3",
        "delay": 3,
        "l10n": {"check": "Vérifier", "retry": "Refaire"},
    }


def test_a_text_emptied_on_purpose_does_not_take_its_default_again() -> None:
    data = [pair for pair in controls(form(opened({}, EVERY), EVERY)) if pair[0] != "p/only"]
    assert brought(read(EVERY, *data, ("p/only", "")).params, EVERY)["only"] == ""


# What is shown


def test_a_form_speaks_french_and_folds_the_words_of_the_interface() -> None:
    main = ours("Socle.SortStatements")
    tree = form(Opener(Known(main), is_new=True).params(main, {}), main)
    assert [(node.kind, node.label, node.is_required) for node in tree.nodes] == [
        ("html", "Consigne", False),
        ("text", "Premier groupe", True),
        ("text", "Deuxième groupe", True),
        ("list", "Énoncés", True),
        ("group", "Comportement", False),
    ]
    assert [node.label for node in tree.common] == ["Mots de l'interface"]
    assert len(tree.nodes[3].items) == 2  # as many as it needs
    assert [option.label for option in tree.nodes[3].items[0].node.nodes[1].options] == [
        "Premier groupe",
        "Deuxième groupe",
    ]


def test_a_group_of_one_field_is_that_field() -> None:
    tree = form(opened({}, EVERY), EVERY)
    assert [(node.kind, node.name, node.value) for node in tree.nodes if node.name == "p/only"] == [
        ("text", "p/only", "Un")
    ]


def test_what_a_form_cannot_show_is_said() -> None:
    main = [
        {"name": "film", "type": "group", "label": "Film", "widget": "interactiveVideo", "fields": []},
        {"name": "a", "type": "list", "field": {"name": "b", "type": "text", "label": "B", "widget": "timecode"}},
        {"name": "c", "type": "hologram", "label": "C"},
        {"name": "d", "type": "group", "widget": "showWhen", "fields": [{"name": "e", "type": "text"}]},
        {"name": "f", "type": "list", "widgets": [{"name": "VerticalTabs"}], "field": {"name": "g", "type": "text"}},
    ]
    assert list(obstacles(main)) == [
        "« Film » demande un outil que ce formulaire n'a pas (interactiveVideo)",
        "« B » demande un outil que ce formulaire n'a pas (timecode)",
        "le champ « C » est d'un type inconnu ici (hologram)",
    ]


def test_a_part_no_form_shows_stays_as_it_is() -> None:
    main = [{"name": "part", "type": "library", "label": "Partie", "options": ["T.Text 1.1", "T.Main 1.0"]}]
    known = Known(main)
    known.all |= {MAIN: main, TEXT: [{"name": "text", "type": "text", "widget": "wizard"}]}
    value = {"part": {"library": str(TEXT), "params": {"text": "ainsi"}, "subContentId": UUID}}
    tree = Builder(known).form(main, Opener(known).params(main, value))
    assert (tree.nodes[0].kind, tree.nodes[0].value) == ("elsewhere", "T.Text")
    assert params_from(posted(*controls(tree)), main, known).params == value


def test_odd_words_of_a_library_do_no_harm() -> None:
    fields = [{"name": "a", "type": "list", "field": {"name": "b", "type": "library", "options": ["T.Text 1.1"]}}]
    for words in (None, 3, {}, [3], [{"field": 3, "fields": {}}], [{"field": {"options": [{"label": "x"}]}}], [[]]):
        assert translated(fields, words) == fields


# What is wrong


def errors(*pairs: tuple[str, str], main: list[dict[str, Any]] | None = None, **files: Any) -> dict[str, list[str]]:
    return read(main or EVERY, *pairs, **files).errors


def test_each_error_is_told_where_it_is() -> None:
    said = errors(
        ("p/title", "x" * 21), ("p/delay", "12"), ("p/ratio", "beaucoup"), ("p/look", "autre"),
        ("p/items", "0"), ("p/items", "n1"), ("p/items/0/text", "a"), ("p/items/n1/text", " "),
        ("p/only", "un"), ("p/l10n/check", "v"), ("p/l10n/retry", "r"), ("p/set/word", "m"),
    )  # fmt: skip
    assert said == {
        "/title": ["20 caractères au plus : il y en a 21."],
        "/delay": ["10 au plus."],
        "/ratio": ["Écrivez un nombre, de 1000000000000000 au plus."],
        "/look": ["Choisissez dans la liste."],
        "/items/1/text": ["Remplissez ce champ."],
    }


def test_a_number_may_be_written_as_in_french() -> None:
    assert read(EVERY, ("p/ratio", "0,25")).params["ratio"] == 0.25


def test_lists_have_their_limits() -> None:
    main = [{"name": "a", "type": "list", "min": 2, "max": 3, "field": {"name": "b", "type": "text", "optional": True}}]
    assert errors(("p/a", "0"), main=main) == {"/a": ["Il en faut au moins 2."]}
    assert errors(*[("p/a", str(at)) for at in range(5)], main=main) == {"/a": ["3 au plus : il y en a 5."]}


HOSTILE: list[tuple[str, str]] = [
    ("p/nothing", "x"), ("p/items", "../../etc"), ("p/items", "0"), ("p/items", "0"), ("p/items/0/text", "\x00a"),
    ("p/items/0/evil/@id", "1"), ("p/items/0/@id", "<script>"), ("p/look", "<script>"), ("p/delay", "1e999"),
    ("p/ratio", "nan"), ("p/pages", "a"), ("p/pages/a", "T.Main 1.0"), ("p/pages", "b"), ("p/pages/b", "T.Text 1.1"),
    ("p/pages/b/@was", "T.Text 1.1"), ("p/pages/b/@metadata", "[" * 5000), ("p/pages/b/params/text", "<em onclick=a>i"),
    ("p/image/@now", '{"path": "../../x.png"}'), ("p/sound/@now", "{"), ("p/film/@now", '"a"'),
    ("p/paper/@now", "[[]]"),
    ("p/intro", '<p onclick="a()">b<script>alert(1)</script><a href="javascript:a()">c</a></p>'),
    ("p/secret/@kept", '{"a": "\\ud800"}'), ("p/days", "mon"), ("p/days", "sun"), ("p/pages", "c"),
    ("p/pages/c/@kept", '{"library": "T.Main 1.0", "params": {}}'),
]  # fmt: skip


def test_a_hostile_form_is_cleaned() -> None:
    kept = brought(read(EVERY, *HOSTILE).params, EVERY)
    identifier = kept["items"][0].pop("subContentId", None)
    assert identifier is None  # « <script> » is none
    assert kept["items"] == [{"text": "a", "right": False, "more": []}]
    assert kept["intro"] == '<p>b<a rel="noopener noreferrer">c</a></p>'
    assert [page["params"] for page in kept["pages"]] == [{"text": "<em>i</em>"}]
    assert kept["days"] == ["mon"]
    assert not {"image", "sound", "film", "paper", "secret", "delay", "ratio", "look"} & kept.keys()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([name for name, _value in [*HOSTILE, *controls(form(opened({}, EVERY), EVERY))]]), st.text()
        ),
        max_size=30,
    )
)
def test_any_form_is_read(pairs: list[tuple[str, str]]) -> None:
    found = read(EVERY, *pairs)
    form(found.params, EVERY, found.errors)
    brought(found.params, EVERY)


def test_a_form_too_large_is_refused() -> None:
    with pytest.raises(TooMuch, match="plus de 4000 champs"):
        read(EVERY, *[("p/items", str(at)) for at in range(5_000)])
    with pytest.raises(TooLarge, match="plus de 4000 champs"):
        form({"items": [{"text": "a"}] * 5_000}, EVERY)


def test_parts_are_not_nested_without_end() -> None:
    name, pairs = "p/pages/a", [("p/pages", "a")]
    for _level in range(1_000):
        pairs += [(name, str(HOLDER)), (f"{name}/@was", str(HOLDER))]
        name += "/params/inside"
    found = read(EVERY, *pairs)
    assert list(found.errors["/pages/0" + "/params/inside" * DEEPEST]) == ["Ce qui est choisi n'a pas sa place ici."]


# What buttons do without a script


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("add:p/notes", ["a", "b", "c", ""]),
        ("remove:p/notes:n1", ["a", "c"]),
        ("up:p/notes:n1", ["b", "a", "c"]),
        ("up:p/notes:n0", ["a", "b", "c"]),
        ("down:p/notes:n1", ["a", "c", "b"]),
        ("down:p/notes:n2", ["a", "b", "c"]),
        ("down:p/notes:nowhere", ["a", "b", "c"]),
        ("explode:p/notes:n1", ["a", "b", "c"]),
    ],
)
def test_a_list_changes_as_its_buttons_say(asked: str, left: list[str]) -> None:
    pairs = [pair for at, text in enumerate("abc") for pair in (("p/notes", f"n{at}"), (f"p/notes/n{at}", text))]
    assert read(EVERY, *pairs, action=asked).params["notes"] == left


def test_a_part_that_was_just_chosen_is_begun() -> None:
    pairs = [("p/pages", "0"), ("p/pages/0", "T.Holder 2.0"), ("p/pages/0/@was", "T.Text 1.1")]
    found = read(EVERY, *pairs, ("p/pages/0/params/text", "perdu")).params["pages"][0]
    assert (found["library"], found["params"]) == ("T.Holder 2.0", {})


# Files


def test_files_are_taken_kept_replaced_or_taken_away() -> None:
    now = ("p/image/@now", '{"path": "images/a.png"}')
    taken = {"files": {"p/image/@file": "b.png"}, "take": lambda file, kind: {"path": f"{kind}s/{file}"}}
    assert read(EVERY, now).params["image"] == {"path": "images/a.png"}
    assert read(EVERY, now, **taken).params["image"] == {"path": "images/b.png"}
    assert "image" not in read(EVERY, now, ("p/image/@remove", "1")).params

    def refuse(file: Any, kind: str) -> dict[str, Any]:
        raise NotTaken("Non.")

    assert errors(now, files=taken["files"], take=refuse)["/image"] == ["Non."]


# Semantics made to be endless

SELF = [{"name": "again", "type": "library", "options": ["T.Main 1.0"]}]


def endless(levels: int, *, lists: bool) -> list[dict[str, Any]]:
    """Groups in groups, or lists in lists, that end with the type itself."""
    fields: list[dict[str, Any]] = SELF
    for _level in range(levels):
        group = {"name": "g", "type": "group", "fields": [{"name": "a", "type": "text"}, *fields]}
        fields = [{"name": "g", "type": "list", "min": 20, "field": group} if lists else group]
    return fields


def test_groups_without_end_make_a_form_that_ends() -> None:
    main = endless(9, lists=False)
    assert list(obstacles(main)) == []
    params = Opener(Known(main), is_new=True).params(main, {})
    tree = form(params, main)
    assert len(render_to_string("h5p/authoring/nodes.html", {"node": tree})) < 100_000
    assert brought(read(main, *controls(tree)).params, main) == brought(params, main)


def test_lists_without_end_are_told_too_large() -> None:
    main = endless(4, lists=True)
    with pytest.raises(TooLarge):
        form(Opener(Known(main), is_new=True).params(main, {}), main)


def test_the_longest_dialogue_fits_in_a_form() -> None:
    main = ours("Socle.DialogueGaps")
    lines = [{"speaker": "A", "text": "b", "choices": [{"text": "c", "isBest": True}] * 4}] * 80
    before = opened({"lines": lines}, main)
    assert len(list(controls(form(before, main)))) < 10_000  # what a browser may send
    assert again(before, main) == before
