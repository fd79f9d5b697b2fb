"""Packages of our own content types: a file of content and the libraries it plays with, as any H5P host accepts them.

The same sources give the same bytes, whenever and wherever they are built: dates are fixed, nothing is compressed.
"""

import io
import json
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from courses.h5p.authoring.words import translated
from courses.h5p.engine.archive import Deadline
from courses.h5p.engine.issues import Issues
from courses.h5p.engine.libraries import Library, load_order, read_library
from courses.h5p.engine.limits import DEFAULTS
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.semantics import normalise

LIBRARIES = Path(__file__).parent / "libraries"
# Identifiers of questions are drawn in it from the names of their file and of themselves.
QUESTIONS = uuid.UUID("5c6f2b0e-8d1a-4f6e-9a63-0f5d0c4b7e21")
EPOCH = (1980, 1, 1, 0, 0, 0)


class NotBuilt(ValueError):
    """What is wrong with a file of content; shown as it is."""


class OwnLibraries:
    """The libraries written in this house, as the engine looks them up."""

    def get(self, name: LibraryName) -> Library | None:
        folder = LIBRARIES / name.folder
        if not folder.is_dir():
            return None
        return read_library(
            read_json(folder / "library.json"), semantics=semantics_of(name), path=name.folder, issues=Issues()
        )


def build(source: Path) -> bytes:
    """Return the package of a file of content. Raises NotBuilt.

    The file says `title`, `language`, `library` ("Socle.FlipCards 1.0") and `params`; words of the interface which it
    does not give are those of the library in its language. Files it cites stand beside it. What becomes a part of the
    content with an identifier of its own takes it from its `key`: keep it, and answers stay those to the same question.
    """
    described = yaml.safe_load(source.read_text(encoding="utf-8"))
    name = LibraryName.parse(described["library"])
    own = OwnLibraries()
    if name is None or own.get(name) is None:
        raise NotBuilt(f"{source.name} : « {described['library']} » n'est pas une bibliothèque de cette maison.")
    language = described["language"]
    fields = translated(semantics_of(name) or [], translation_of(name, language))
    issues = Issues()
    params = with_defaults(described["params"], {"type": "group", "fields": fields}, path=source.stem)
    walk = normalise(name, params, source=own, deadline=Deadline(DEFAULTS.seconds), issues=issues)
    for issue in issues:
        raise NotBuilt(f"{source.name} : {issue.message} ({issue.path})")
    files = {path: (source.parent / path).read_bytes() for path in walk.files}
    return package(name, title=described["title"], language=language, params=walk.params, files=files)


def packages_of_types() -> Iterator[bytes]:
    """Each of our content types with all it needs, and a content that says nothing."""
    for path in sorted(LIBRARIES.glob("*/library.json")):
        described = read_json(path)
        if described.get("runnable"):
            name = LibraryName(described["machineName"], described["majorVersion"], described["minorVersion"])
            yield package(name, title=described["title"], language="fr", params={}, files={})


def package(name: LibraryName, *, title: str, language: str, params: Any, files: Mapping[str, bytes]) -> bytes:
    ordered = load_order([name], OwnLibraries())
    members = {
        "h5p.json": dump(manifest(title, language, name, ordered)),
        "content/content.json": dump(params),
        **{f"content/{path}": data for path, data in files.items()},
    }
    for library in ordered:
        folder = LIBRARIES / library.name.folder
        for path in folder.rglob("*"):
            if path.is_file():
                members[path.relative_to(LIBRARIES).as_posix()] = path.read_bytes()
    return packed(members)


def manifest(title: str, language: str, main: LibraryName, libraries: Iterable[Library]) -> dict[str, Any]:
    """`h5p.json`. The main library first: hosts which look for it by its name take the first that bears it."""
    names = sorted((library.name for library in libraries), key=lambda name: (name != main, name))
    return {
        "title": title,
        "language": language,
        "defaultLanguage": language,
        "mainLibrary": main.machine_name,
        "embedTypes": ["iframe"],
        "license": "U",
        "preloadedDependencies": [
            {"machineName": one.machine_name, "majorVersion": one.major, "minorVersion": one.minor} for one in names
        ],
    }


def packed(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(members):
            info = zipfile.ZipInfo(path, EPOCH)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, members[path])
    return file.getvalue()


def semantics_of(name: LibraryName) -> list[dict[str, Any]] | None:
    path = LIBRARIES / name.folder / "semantics.json"
    return read_json(path) if path.exists() else None


def translation_of(name: LibraryName, language: str) -> list[dict[str, Any]]:
    """What `language/<code>.json` says of each field; empty when there is no such file."""
    path = LIBRARIES / name.folder / "language" / f"{language}.json"
    return read_json(path)["semantics"] if path.exists() else []


def with_defaults(value: Any, field: dict[str, Any], *, path: str) -> Any:
    """A value with what the semantics say where it says nothing; None when they say nothing either."""
    if field["type"] == "group":
        given = value or {}
        inner = {one["name"]: with_defaults(given.get(one["name"]), one, path=path) for one in field["fields"]}
        kept = {name: one for name, one in inner.items() if one is not None}
        if field.get("isSubContent"):
            kept["subContentId"] = str(uuid.uuid5(QUESTIONS, path))
        return kept
    if field["type"] == "list" and value is not None:
        keyed = [(item.get("key", at) if isinstance(item, dict) else at, item) for at, item in enumerate(value)]
        return [with_defaults(item, field["field"], path=f"{path}/{key}") for key, item in keyed]
    return field.get("default") if value is None else value


def read_json(path: Path) -> Any:
    return json.loads(path.read_bytes())


def dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
