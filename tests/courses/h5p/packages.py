"""H5P packages made on the spot, sound or not."""

import io
import json
import zipfile
from typing import Any

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
PLAY = b"H5P.Sort = function () {};"

SEMANTICS: list[dict[str, Any]] = [
    {"name": "title", "type": "text", "maxLength": 20},
    {"name": "intro", "type": "text", "widget": "html", "tags": ["strong", "em", "ul", "a"], "optional": True},
    {"name": "delay", "type": "number", "min": 1, "max": 10, "step": 1},
    {"name": "shuffle", "type": "boolean"},
    {"name": "look", "type": "select", "options": [{"value": "plain", "label": "a"}, {"value": "card", "label": "b"}]},
    {"name": "image", "type": "image", "optional": True},
    {
        "name": "items",
        "type": "list",
        "max": 3,
        "field": {"name": "item", "type": "group", "fields": [
            {"name": "text", "type": "text"}, {"name": "right", "type": "boolean"},
        ]},
    },
    {"name": "notes", "type": "list", "field": {"type": "group", "fields": [{"name": "note", "type": "text"}]}},
    {"name": "extra", "type": "library", "options": ["H5P.Text 1.1"], "optional": True},
]  # fmt: skip


def library_json(
    name: str = "H5P.Sort", major: int = 1, minor: int = 2, patch: int = 3, **values: Any
) -> dict[str, Any]:
    return {
        "title": name, "machineName": name, "majorVersion": major, "minorVersion": minor, "patchVersion": patch,
        "runnable": 1, "preloadedJs": [{"path": "play.js"}], "preloadedCss": [{"path": "play.css"}],
    } | values  # fmt: skip


def needs(name: str, major: int = 1, minor: int = 2) -> dict[str, Any]:
    return {"machineName": name, "majorVersion": major, "minorVersion": minor}


def h5p_json(**values: Any) -> dict[str, Any]:
    return {
        "title": "Fait ou interprétation", "language": "fr", "mainLibrary": "H5P.Sort", "embedTypes": ["iframe"],
        "preloadedDependencies": [needs("H5P.Sort")],
    } | values  # fmt: skip


def members(**changes: Any) -> dict[str, Any]:
    """The members of a sound package by path: JSON values or bytes; `None` in `changes` takes one away.

    In `changes`, "__" stands for "/" and "_DOT_" for ".".
    """
    sound = {
        "h5p.json": h5p_json(),
        "content/content.json": {"title": "Trier", "items": [{"text": "Il crie.", "right": True}]},
        "H5P.Sort-1.2/library.json": library_json(preloadedDependencies=[needs("H5P.Text", 1, 1)]),
        "H5P.Sort-1.2/semantics.json": SEMANTICS,
        "H5P.Sort-1.2/language/fr.json": {"semantics": []},
        "H5P.Sort-1.2/play.js": PLAY,
        "H5P.Sort-1.2/play.css": b".sort {}",
        "H5P.Text-1.1/library.json": library_json("H5P.Text", 1, 1, 0, runnable=0),
        "H5P.Text-1.1/semantics.json": [{"name": "text", "type": "text", "tags": ["em"]}],
        "H5P.Text-1.1/play.js": PLAY,
        "H5P.Text-1.1/play.css": b"",
    }
    named = {path.replace("__", "/").replace("_DOT_", "."): value for path, value in changes.items()}
    return {path: value for path, value in (sound | named).items() if value is not None}


def packed(files: dict[str, Any] | None = None, *, stored: bool = False) -> io.BytesIO:
    """An archive of these members (those of a sound package without them)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for path, value in (members() if files is None else files).items():
            archive.writestr(path, value if isinstance(value, bytes) else json.dumps(value))
    file.seek(0)
    return file


def content(**params: Any) -> io.BytesIO:
    """A sound package with these parameters."""
    return packed(members() | {"content/content.json": params})
