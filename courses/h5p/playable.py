"""What it takes to play a version, kept by each process: a version, a patch of a library never change.

What does change, the title given to the content here, is part of what one asks for.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from courses.h5p.addresses import file_url
from courses.h5p.engine import parts
from courses.h5p.engine.libraries import load_order, styled
from courses.h5p.models import ContentVersion, Library

# What a JSON text in a page must not hold: it would end the script it stands in.
ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@dataclass(frozen=True, slots=True)
class Playable:
    """A version ready to be played. `content` is the part of `H5PIntegration` that is the same for everyone, as JSON.

    Addresses of scripts and styles are those of the files of packages, in the order they are loaded.
    """

    key: int
    number: int
    title: str
    language: str
    content: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...]


def parts_of(version: int) -> frozenset[str]:
    """The parts that finish this version when it does not finish by itself."""
    return _parts_of(version)


def playable(version: int, patches: tuple[str, ...], title: str) -> Playable:
    """Return a version as it plays under this title with these patches of its libraries ("12:3": library 12 at 3)."""
    return _playable(version, patches, title, settings.SOCLE_H5P_URL, settings.WAGTAILADMIN_BASE_URL)


def forget() -> None:
    """Look everything up again, as after a restart."""
    for kept in (_parts_of, _playable):
        kept.cache_clear()


@lru_cache(maxsize=2_048)
def _parts_of(version: int) -> frozenset[str]:
    found = ContentVersion.objects.select_related("main_library").get(pk=version)
    return parts.parts_of(found.main_library.name, found.params)


@lru_cache(maxsize=32)
def _playable(key: int, patches: tuple[str, ...], title: str, root: str, site: str) -> Playable:
    version = ContentVersion.objects.select_related("content", "main_library").get(pk=key)
    version.content.title = title
    return described(version, version.libraries.all(), key=key, directory=version.directory)


def described(version: ContentVersion, libraries: Iterable[Library], *, key: int, directory: str) -> Playable:
    """Return a version as it plays with these libraries, its files standing in `directory`; it need not be stored."""
    rows = {row.name: row for row in libraries}
    declared = {name: row.declared for name, row in rows.items()}
    main = version.main_library.name
    # The main library last: what its parameters call for by name is there when it starts.
    order = load_order([*sorted(name for name in rows if name != main), main], declared)
    folder: Callable[[Any], str] = lambda library: file_url(rows[library.name].directory)  # noqa: E731
    scripts = tuple(f"{folder(one)}/{path}" for one in order for path in one.scripts)
    styles = tuple(f"{folder(one)}/{path}" for one in styled(order) for path in one.styles)
    content = {
        "library": str(main),
        "jsonContent": json.dumps(version.params, ensure_ascii=False),
        "fullScreen": "0",
        "exportUrl": "",
        "embedCode": "",
        "resizeCode": "",
        "url": version.content.iri,
        "contentUrl": file_url(directory),
        "title": version.content.title,
        "metadata": {"title": version.content.title, "license": "U"} | _shown(version.metadata),
        "displayOptions": dict.fromkeys(("frame", "export", "embed", "copyright", "icon"), False),
        "scripts": list(scripts),
        "styles": list(styles),
    }
    shared = {
        "contents": {f"cid-{key}": content},
        "libraryDirectories": {
            row.name.folder.replace(" ", "-"): row.directory.rsplit("/", 1)[-1] for row in rows.values()
        },
        "urlLibraries": file_url("h5p/libraries"),
        "loadedJs": list(scripts),
        "loadedCss": list(styles),
    }
    language = version.metadata.get("defaultLanguage") or version.metadata.get("language") or "fr"
    return Playable(
        key=key,
        number=version.number,
        title=version.content.title,
        language=language if language != "und" else "fr",
        content=escaped(shared),
        scripts=scripts,
        styles=styles,
    )


def _shown(metadata: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in metadata.items() if name in ("license", "defaultLanguage") and value}


def escaped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).translate(ESCAPED)
