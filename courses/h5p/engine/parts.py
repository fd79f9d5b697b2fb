"""The parts of a content that must all be answered when it does not say itself that it is finished (rule R6)."""

from collections.abc import Iterator
from typing import Any

from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.results import UNSCORED

# What only holds other contents: nobody answers a column.
HOLDERS = frozenset({"H5P.Column", "H5P.Row", "H5P.RowColumn", "H5P.InteractiveBook"})


def parts_of(main: LibraryName, params: dict[str, Any]) -> frozenset[str]:
    """Return the identifiers of the parts that finish a content of library `main`; none when it finishes by itself.

    `params` are normalised. A book is made of its chapters, each of which says when it is done; a column, and an
    interactive video without an end screen to submit at, are made of their scored children. A part without
    an identifier could not be told from the others: then nothing is derived.
    """
    match main.machine_name:
        case "H5P.InteractiveBook":
            chapters = params.get("chapters")
            found = [_name(one) for one in _contents(chapters)]
        case "H5P.Column":
            found = [_name(one) for one in _scored(params)]
        case "H5P.InteractiveVideo" if not _end_screens(params):
            found = [_name(one) for one in _scored(params)]
        case _:
            found = []
    return frozenset(found) if all(found) else frozenset()


def _name(content: dict[str, Any]) -> str:
    return str(content.get("subContentId") or "")


def _scored(value: Any) -> Iterator[dict[str, Any]]:
    """The contents someone answers; what is inside one of them is its own business."""
    for content in _contents(value):
        name = LibraryName.parse(content["library"])
        machine_name = name.machine_name if name else ""
        if machine_name in HOLDERS:
            yield from _scored(content["params"])
        elif machine_name not in UNSCORED:
            yield content


def _contents(value: Any) -> Iterator[dict[str, Any]]:
    """The outermost contents within: what the walk of semantics keeps as `{library, params, …}`."""
    if isinstance(value, dict):
        if LibraryName.parse(value.get("library")) and isinstance(value.get("params"), dict):
            yield value
        else:
            for inner in value.values():
                yield from _contents(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _contents(inner)


def _end_screens(params: dict[str, Any]) -> bool:
    video = params.get("interactiveVideo")
    assets = video.get("assets") if isinstance(video, dict) else None
    return bool(assets.get("endscreens")) if isinstance(assets, dict) else False
