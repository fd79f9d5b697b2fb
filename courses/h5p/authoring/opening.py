"""Parameters as a form takes them: what is missing has its default, and each text is written in one way only.

A form gives back exactly what it was opened with: an empty text is absent, unless the field has a default that it would
take again.
"""

import uuid
from typing import Any

from courses.h5p.authoring.widgets import (
    DEEPEST,
    FILES,
    Libraries,
    count,
    inner_of,
    is_hidden,
    is_required,
    members_of,
    options_of,
)
from courses.h5p.authoring.words import LINE_END, kept, readable
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.semantics import Field, as_list, as_number, is_uuid, rich_text

MOST_STARTED = 40


class Opener:
    """`is_new`: lists get their first items, and a part that can be one thing only is begun."""

    def __init__(self, libraries: Libraries, *, is_new: bool = False, depth: int = 0) -> None:
        self.libraries = libraries
        self.is_new = is_new
        self.depth = depth
        self.begun = 0

    def params(self, fields: list[Field], params: Any) -> dict[str, Any]:
        given = params if isinstance(params, dict) else {}
        opened = {
            str(field["name"]): self.value(field, given.get(field["name"]))
            for field in fields
            if isinstance(field.get("name"), str)
        }
        return {name: value for name, value in opened.items() if value is not None}

    def value(self, field: Field, value: Any, *, is_item: bool = False) -> Any:
        kind = field.get("type")
        if is_hidden(field):
            return field.get("default") if value is None else value
        if kind == "text":
            opened = self.text(field, value)
            return "" if is_item and opened is None else opened
        if kind == "number":
            return as_number(field.get("default")) if value is None else value
        if kind == "boolean":
            return str(field.get("default") if value is None else value).lower() in ("1", "true")
        if kind == "select":
            chosen = field.get("default") if value is None else value
            return as_list(chosen) if field.get("multiple") else chosen
        if kind == "list":
            return self.items(field, value)
        if kind == "group":
            inner = inner_of(field)
            return self.group(field, value) if inner is None else self.value(inner, value, is_item=is_item)
        if kind == "library":
            return self.library(field, value)
        return value if kind in FILES else None

    def text(self, field: Field, value: Any) -> str | None:
        words = written(field, field.get("default") if value is None else value)
        return words if words or has_default(field) else None

    def items(self, field: Field, value: Any) -> list[Any]:
        inner = field.get("field")
        if not isinstance(inner, dict):
            return []
        items = value if value is not None else field.get("default")
        if isinstance(items, list):
            return [self.value(inner, item, is_item=True) for item in items]
        if not self.is_new:
            return []
        first = count(field, "defaultNum")
        if first is None:
            first = 0 if field.get("optional") else 1
        started = min(max(first, count(field, "min") or 0), MOST_STARTED - self.begun)
        self.begun += max(0, started)
        return [self.value(inner, None, is_item=True) for _ in range(started)]

    def group(self, field: Field, value: Any) -> dict[str, Any]:
        opened = self.params(members_of(field), value if value is not None else field.get("default"))
        if field.get("isSubContent"):
            known = value.get("subContentId") if isinstance(value, dict) else None
            opened["subContentId"] = known if is_uuid(known) else str(uuid.uuid4())
        return opened

    def library(self, field: Field, value: Any) -> dict[str, Any] | None:
        if value is None:
            options = [name for name in options_of(field) if self.libraries.fields(name) is not None]
            begins = self.is_new and self.depth < DEEPEST and is_required(field) and len(options) == 1
            only = options[0] if begins else None
            return self.started(only) if only else None
        name = LibraryName.parse(value.get("library")) if isinstance(value, dict) else None
        fields = self.libraries.fields(name) if name else None
        if fields is None:
            return value if isinstance(value, dict) else None
        known = value.get("subContentId")
        opened = value | {"params": self.params(fields, value.get("params"))}
        return opened | {"subContentId": known if is_uuid(known) else str(uuid.uuid4())}

    def started(self, name: LibraryName) -> dict[str, Any] | None:
        """A part begun with a library, as its own semantics say; None when no form shows it."""
        fields = self.libraries.fields(name)
        if fields is None:
            return None
        title = kept(self.libraries.title(name))
        within = Opener(self.libraries, is_new=True, depth=self.depth + 1)
        return {
            "library": str(name),
            "params": within.params(fields, {}),
            "subContentId": str(uuid.uuid4()),
            "metadata": {"title": title, "license": "U"},
        }


def has_default(field: Field) -> bool:
    return bool(written(field, field.get("default")))


def written(field: Field, value: Any) -> str:
    """A text as a form gives it back."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    words = LINE_END.sub("\n", str(value)).replace("\x00", "")
    return rich_text(words, field) if isinstance(field.get("tags"), list) else kept(readable(words))
