"""What of the semantics a form can show. A field with a widget not known here is edited elsewhere, its type with it."""

from collections.abc import Iterator
from typing import Protocol

from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.semantics import Field, as_list, is_number

# How deep contents may hold contents in a form, and how many fields one may have.
DEEPEST = 5
MOST = 4_000
# How many groups, lists and parts may hold one another; what is deeper stays as it is.
NESTED = 16
HOLDERS = ("group", "list", "library")

# By type of field: the widgets shown, as they are or as the plain field they decorate (None: no widget is asked for).
SHOWN: dict[str, frozenset[str | None]] = {
    "text": frozenset({None, "text", "textarea", "html", "colorSelector"}),
    "number": frozenset({None, "number"}),
    "boolean": frozenset({None, "boolean", "checkbox"}),
    "select": frozenset({None, "select", "radioGroup", "selectToggleFields"}),
    "list": frozenset({None, "list", "VerticalTabs", "ListEditor", "CsvToText", "RangeList"}),
    "group": frozenset({None, "group"}),
    "library": frozenset({None, "library"}),
    "image": frozenset({None, "image"}),
    "audio": frozenset({None, "audio"}),
    "video": frozenset({None, "video"}),
    "file": frozenset({None, "file"}),
}
FILES = ("image", "audio", "video", "file")
# Shown whatever the answer they depend on; not shown at all, its value staying what it is.
ALWAYS_SHOWN, HIDDEN = "showWhen", "none"


class Libraries(Protocol):
    """The libraries a form may speak of."""

    def fields(self, name: LibraryName) -> list[Field] | None:
        """The semantics of a library in the language of the screens; None when a form cannot show it."""
        ...

    def title(self, name: LibraryName) -> str: ...


def widget_of(field: Field) -> str | None:
    """The widget a field asks for: `widget`, or the first of `widgets` a form can show."""
    if field.get("type") == "list":
        named = [one.get("name") for one in as_list(field.get("widgets")) if isinstance(one, dict)]
        asked = [*named, field.get("widget")] if field.get("widget") else named
        shown = [one for one in asked if one in SHOWN["list"] or one in (ALWAYS_SHOWN, HIDDEN)]
        return next(iter([*shown, *asked]), None)
    asked_one = field.get("widget")
    return str(asked_one) if asked_one is not None else None


def is_hidden(field: Field) -> bool:
    return widget_of(field) == HIDDEN


def inner_of(field: Field) -> Field | None:
    """The only field of a group the engine writes as that field itself; None for other groups."""
    fields = members_of(field)
    return fields[0] if len(fields) == 1 and not field.get("isSubContent") else None


def members_of(field: Field) -> list[Field]:
    return [one for one in as_list(field.get("fields")) if isinstance(one, dict)]


def label_of(field: Field) -> str:
    for key in ("label", "entity", "name"):
        if isinstance(field.get(key), str) and field[key].strip():
            return str(field[key]).strip()
    return ""


def options_of(field: Field) -> list[LibraryName]:
    """The libraries a field of type `library` may hold."""
    named = [option.get("name") if isinstance(option, dict) else option for option in as_list(field.get("options"))]
    return [name for name in map(LibraryName.parse, named) if name is not None]


def is_required(field: Field) -> bool:
    """Files never are, whatever the semantics say: the editor of H5P asks for none, and contents count on it."""
    return not field.get("optional") and field.get("type") not in ("boolean", *FILES)


def count(field: Field, key: str) -> int | None:
    """`min`, `max`, `defaultNum` of a list, `maxLength` of a text."""
    value = field.get(key)
    return int(value) if is_number(value) and 0 <= value < 1_000_000 else None


def obstacles(fields: list[Field], depth: int = 0) -> Iterator[str]:
    """What of these fields no form shows, in words."""
    for field in fields:
        kind, widget = field.get("type"), widget_of(field)
        if widget == HIDDEN:
            continue
        if not isinstance(kind, str) or kind not in SHOWN:
            yield f"le champ « {label_of(field)} » est d'un type inconnu ici ({kind})"
        elif widget not in SHOWN[kind] and widget != ALWAYS_SHOWN:
            yield f"« {label_of(field)} » demande un outil que ce formulaire n'a pas ({widget})"
        elif depth > 2 * DEEPEST:
            yield "ses champs sont trop imbriqués"
        elif kind == "group":
            yield from obstacles(members_of(field), depth + 1)
        elif kind == "list":
            if isinstance(field.get("field"), dict):
                yield from obstacles([field["field"]], depth + 1)
            else:
                yield f"la liste « {label_of(field)} » ne dit pas ce qu'elle contient"
