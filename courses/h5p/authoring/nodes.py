"""The tree of a form: what a template shows for semantics and parameters, once opened (`authoring.opening`)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from courses.h5p.authoring.opening import Opener
from courses.h5p.authoring.reading import ROOT, carry
from courses.h5p.authoring.widgets import (
    DEEPEST,
    FILES,
    HOLDERS,
    MOST,
    NESTED,
    Libraries,
    count,
    inner_of,
    is_hidden,
    is_required,
    label_of,
    members_of,
    options_of,
    widget_of,
)
from courses.h5p.authoring.words import readable
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.semantics import WEB, Field, as_list, is_number, plain_text

LONG = 120
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_chosen: bool = False


@dataclass
class Node:
    """One field. `kind` names its template; `name` is that of its control, and its `id`."""

    kind: str
    name: str
    label: str
    description: str = ""
    is_required: bool = False
    errors: list[str] = field(default_factory=list)
    value: Any = None
    attributes: dict[str, Any] = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)
    carried: dict[str, str] = field(default_factory=dict)
    nodes: "list[Node]" = field(default_factory=list)
    common: "list[Node]" = field(default_factory=list)
    items: "list[Item]" = field(default_factory=list)
    template: "Item | None" = None

    @property
    def described_by(self) -> str:
        """The ids of what is said of it."""
        said = [f"{self.name}/@help"] if self.description or {"tags", "most"} & {*self.attributes} else []
        return " ".join([f"{self.name}/@errors", *said] if self.errors else said)

    @property
    def has_errors(self) -> bool:
        within = [*self.nodes, *self.common, *(item.node for item in self.items)]
        return bool(self.errors) or any(node.has_errors for node in within)


@dataclass
class Item:
    token: str
    number: int | str
    node: Node


class TooLarge(ValueError):
    """More fields than a form shows."""


class Builder:
    """`address` gives the place of a stored file; `errors` are by path, as `authoring.reading.Read` keeps them."""

    def __init__(
        self,
        libraries: Libraries,
        *,
        errors: Mapping[str, list[str]] | None = None,
        address: Callable[[str], str] = lambda path: "",
    ) -> None:
        self.libraries = libraries
        self.errors = errors or {}
        self.address = address
        self.made = 0
        self.level = 0
        self.is_template = False

    def form(self, fields: list[Field], params: dict[str, Any]) -> Node:
        """The whole form. Raises TooLarge."""
        root = Node("root", ROOT, "", errors=list(self.errors.get("", [])))
        self.fill(root, fields, params, "", ROOT, lists=0, depth=0)
        return root

    def part(self, library: LibraryName, name: str) -> Node | None:
        """The fields of a part just begun at a place of a form; None when no form shows that library."""
        value = Opener(self.libraries, is_new=True).started(library)
        node = Node("library", name, "")
        if value is not None:
            parts = name.count("/params")
            self.level = name.count("/") - parts
            self.inside(node, library, value, "", lists=0, depth=parts)
        return node if value is not None else None

    def fill(
        self, node: Node, fields: list[Field], params: Any, path: str, name: str, *, lists: int, depth: int
    ) -> None:
        given = params if isinstance(params, dict) else {}
        for one in fields:
            key = one.get("name")
            if isinstance(key, str):
                made = self.node(one, given.get(key), f"{path}/{key}", f"{name}/{key}", lists=lists, depth=depth)
                is_common = one.get("common") is True or key == "l10n"
                (node.common if is_common and made.kind != "kept" else node.nodes).append(made)

    def node(
        self, one: Field, value: Any, path: str, name: str, *, lists: int, depth: int, label: str = "", words: str = ""
    ) -> Node:
        self.made += 1
        if self.made > MOST:
            raise TooLarge(f"Cette activité a plus de {MOST} champs : elle ne tient pas dans un formulaire.")
        kind = str(one.get("type"))
        inner = inner_of(one) if kind == "group" and not is_hidden(one) else None
        own = readable(TAG.sub("", text_of(one, "description")))
        if inner is not None:
            said = {"label": label or text_of(one, "label"), "words": words or own}
            return self.node(inner, value, path, name, lists=lists, depth=depth, **said)
        node = Node(
            kind,
            name,
            label or label_of(one),
            own or words,
            is_required(one),
            list(self.errors.get(path, [])),
        )
        if is_hidden(one):
            node.kind, node.carried = "kept", {"@kept": carry(value)} if value is not None else {}
        elif kind == "text":
            self.text(node, one, value)
        elif kind == "number":
            node.value = "" if value is None else repr(value)
            node.attributes = {key: one[key] for key in ("min", "max") if is_number(one.get(key))}
            node.attributes["step"] = one["step"] if is_number(one.get("step")) and one["step"] > 0 else "any"
        elif kind == "boolean":
            node.value = value is True
        elif kind == "select":
            self.select(node, one, value)
        elif kind in HOLDERS:
            self.holder(node, one, value, path, lists=lists, depth=depth)
        elif kind in FILES:
            self.file(node, kind, value)
        else:
            node.kind = "kept"
        return node

    def holder(self, node: Node, one: Field, value: Any, path: str, *, lists: int, depth: int) -> None:
        """What holds other fields, as long as it is not too deep."""
        if self.level >= NESTED:
            node.kind, node.carried = "elsewhere", {"@kept": carry(value)} if value is not None else {}
            return
        self.level += 1
        if node.kind == "list":
            self.items(node, one, value, path, lists=lists, depth=depth)
        elif node.kind == "library":
            self.library(node, one, value, path, lists=lists, depth=depth)
        else:
            if one.get("isSubContent"):
                self.identify(node, value)
            self.fill(node, members_of(one), value, path, node.name, lists=lists, depth=depth)
        self.level -= 1

    def text(self, node: Node, one: Field, value: Any) -> None:
        words = value if isinstance(value, str) else ""
        if isinstance(one.get("tags"), list):
            node.kind, node.value = "html", words
            node.attributes["tags"] = " ".join(tag for tag in one["tags"] if isinstance(tag, str))
            return
        node.value = readable(words)
        most = count(one, "maxLength")
        if most is not None:
            node.attributes["most"] = most
        if isinstance(one.get("placeholder"), str):
            node.attributes["placeholder"] = one["placeholder"]
        is_long = widget_of(one) == "textarea" or (most is not None and most > LONG and widget_of(one) is None)
        if is_long or "\n" in node.value or len(node.value) > LONG:
            node.kind = "textarea"

    def select(self, node: Node, one: Field, value: Any) -> None:
        options = [option for option in as_list(one.get("options")) if isinstance(option, dict)]
        offered = [
            (str(option["value"]), readable(text_of(option, "label") or str(option["value"])))
            for option in options
            if isinstance(option.get("value"), str | int | float)
        ]
        chosen = [str(item) for item in value] if isinstance(value, list) else [] if value is None else [str(value)]
        if one.get("multiple"):
            node.kind = "choices"
        elif not offered and chosen:
            offered = [(chosen[0], readable(chosen[0]))]
        node.options = [
            Option(option, label, option in chosen or plain_text(option) in chosen) for option, label in offered
        ]
        if node.kind == "select" and (not node.is_required or not any(option.is_chosen for option in node.options)):
            node.options.insert(0, Option("", "Aucun" if not node.is_required else "Choisissez…"))

    def items(self, node: Node, one: Field, value: Any, path: str, *, lists: int, depth: int) -> None:
        inner = one["field"] if isinstance(one.get("field"), dict) else {}
        node.value = text_of(one, "entity") or label_of(inner) or "élément"
        node.attributes = {key: found for key in ("min", "max") if (found := count(one, key)) is not None}
        for at, item in enumerate(as_list(value)):
            made = self.node(inner, item, f"{path}/{at}", f"{node.name}/{at}", lists=lists, depth=depth)
            node.items.append(Item(str(at), at + 1, made))
        blank = f"--n{lists}--"
        begun = Opener(self.libraries, is_new=True, depth=DEEPEST).value(inner, None, is_item=True)
        silent = Builder(self.libraries, address=self.address)
        silent.made, silent.level, silent.is_template = self.made, self.level, True
        made = silent.node(inner, begun, f"{path}/{blank}", f"{node.name}/{blank}", lists=lists + 1, depth=depth)
        self.made = silent.made
        node.template = Item(blank, "", made)

    def library(self, node: Node, one: Field, value: Any, path: str, *, lists: int, depth: int) -> None:
        chosen = LibraryName.parse(value.get("library")) if isinstance(value, dict) else None
        offered = [name for name in options_of(one) if self.libraries.fields(name) is not None]
        if depth >= DEEPEST or (chosen is not None and chosen not in offered):
            node.kind, node.value = "elsewhere", self.libraries.title(chosen) if chosen else ""
            node.carried = {"@kept": carry(value)} if value is not None else {}
            return
        node.options = [Option(str(name), self.libraries.title(name), name == chosen) for name in offered]
        if chosen is None or not node.is_required:
            node.options.insert(0, Option("", "Aucun" if not node.is_required else "Choisissez…"))
        if chosen is not None:
            self.inside(node, chosen, value, path, lists=lists, depth=depth)

    def inside(self, node: Node, library: LibraryName, value: Any, path: str, *, lists: int, depth: int) -> None:
        node.carried = {"@was": str(library)}
        self.identify(node, value)
        if isinstance(value.get("metadata"), dict):
            node.carried["@metadata"] = carry(value["metadata"])
        self.fill(
            node,
            self.libraries.fields(library) or [],
            value.get("params"),
            f"{path}/params",
            f"{node.name}/params",
            lists=lists,
            depth=depth + 1,
        )

    def identify(self, node: Node, value: Any) -> None:
        """A part keeps its identifier; what is copied to make others has none, and each of them gets its own."""
        known = value.get("subContentId") if isinstance(value, dict) else None
        if isinstance(known, str) and not self.is_template:
            node.carried["@id"] = known

    def file(self, node: Node, kind: str, value: Any) -> None:
        node.kind = "file"
        node.attributes["kind"] = kind
        files = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
        paths = [one["path"] for one in files if isinstance(one, dict) and isinstance(one.get("path"), str)]
        if paths:
            node.carried = {"@now": carry(value)}
            node.value = ", ".join(path.rsplit("/", 1)[-1] if not WEB.fullmatch(path) else path for path in paths)
            if kind == "image" and not WEB.fullmatch(paths[0]):
                node.attributes["picture"] = self.address(paths[0])


def text_of(one: Mapping[str, Any], key: str) -> str:
    return str(one[key]).strip() if isinstance(one.get(key), str) else ""
