"""Libraries: what one declares, which ones a content needs, and in what order they are loaded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from courses.h5p.engine.issues import Issues
from courses.h5p.engine.names import LibraryName, number

CORE_API = (1, 28)
REQUIRED = ("title", "majorVersion", "minorVersion", "patchVersion", "machineName", "runnable")
Dependencies = tuple[LibraryName, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """One library as its `library.json` and `semantics.json` say.

    `scripts` and `styles` are paths within its folder. `drop_css`: machine names of those whose styles it replaces.
    `semantics`: the list of fields of its parameters, None when it takes none.
    """

    name: LibraryName
    patch: int
    title: str
    is_runnable: bool
    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    preloaded: Dependencies = ()
    dynamic: Dependencies = ()
    editor: Dependencies = ()
    drop_css: frozenset[str] = frozenset()
    semantics: list[dict[str, Any]] | None = None

    @property
    def version(self) -> str:
        """ "1.16.4"."""
        return f"{self.name.major}.{self.name.minor}.{self.patch}"


class Source(Protocol):
    """Where libraries are found: a package, the registry, both."""

    def get(self, name: LibraryName, /) -> Library | None: ...


@dataclass(frozen=True)
class Together:
    """Several sources as one. The highest patch is given, of two alike the first source's: the one that will play."""

    sources: tuple[Source, ...]

    def get(self, name: LibraryName) -> Library | None:
        found = [library for source in self.sources if (library := source.get(name)) is not None]
        return max(found, key=lambda library: library.patch, default=None)


def read_library(value: Any, *, semantics: Any, path: str, issues: Issues) -> Library | None:
    """Return the library a `library.json` describes, telling `issues` what is wrong; None when it has no identity."""
    if not isinstance(value, dict):
        issues.error("invalid-library-json", "library.json doit être un objet.", path)
        return None
    for key in REQUIRED:
        if key not in value:
            issues.error("missing-key", f"Il manque « {key} ».", f"{path}#{key}")
    name, patch = LibraryName.from_dict(value), number(value.get("patchVersion"))
    if name is None or patch is None:
        issues.error("invalid-library-name", "Le nom de la bibliothèque ou sa version ne sont pas valables.", path)
        return None
    title = value.get("title")
    if not isinstance(title, str) or not 1 <= len(title) <= 255:
        issues.error(
            "invalid-title", "Le titre de la bibliothèque doit compter de 1 à 255 caractères.", f"{path}#title"
        )
        title = str(name)
    if str(value.get("runnable")) not in ("0", "1", "True", "False"):
        issues.error("invalid-runnable", "« runnable » doit valoir 0 ou 1.", f"{path}#runnable")
    _check_core_api(value.get("coreApi"), path, issues)
    return Library(
        name=name,
        patch=patch,
        title=title,
        is_runnable=str(value.get("runnable")) in ("1", "True"),
        scripts=_paths(value, "preloadedJs", path, issues),
        styles=_paths(value, "preloadedCss", path, issues),
        preloaded=dependencies(value, "preloadedDependencies", path, issues),
        dynamic=dependencies(value, "dynamicDependencies", path, issues),
        editor=dependencies(value, "editorDependencies", path, issues),
        drop_css=frozenset(_machine_names(value.get("dropLibraryCss"))),
        semantics=[field for field in semantics if isinstance(field, dict)] if isinstance(semantics, list) else None,
    )


def dependencies(value: Mapping[str, Any], key: str, path: str, issues: Issues) -> Dependencies:
    """Read a list of `{machineName, majorVersion, minorVersion}`; each once, in order."""
    items = value.get(key) or []
    found: dict[LibraryName, None] = {}
    for at, item in enumerate(items if isinstance(items, list) else [None]):
        name = LibraryName.from_dict(item)
        if name is None:
            issues.error(
                "invalid-dependency", "Cette dépendance n'a pas de nom ou de version valables.", f"{path}#{key}/{at}"
            )
        else:
            found[name] = None
    return tuple(found)


def load_order(roots: Iterable[LibraryName], source: Source) -> tuple[Library, ...]:
    """Return every library these need to play, each after those it depends on.

    Depth-first, post-order, over preloaded dependencies only; what was visited is skipped, since cycles exist. What
    `source` does not know is left out: `missing` names it.
    """
    order: dict[LibraryName, Library] = {}
    visited: set[LibraryName] = set()
    stack: list[tuple[LibraryName, bool]] = [(name, False) for name in reversed(list(roots))]
    while stack:
        name, is_done = stack.pop()
        library = source.get(name)
        if library is None:
            continue
        if is_done:
            order[name] = library
        elif name not in visited:
            visited.add(name)
            stack.append((name, True))
            stack.extend((needed, False) for needed in reversed(library.preloaded) if needed not in visited)
    return tuple(order.values())


def styled(order: Iterable[Library]) -> tuple[Library, ...]:
    """Those whose styles are loaded: a library may replace the styles of another (`dropLibraryCss`)."""
    libraries = tuple(order)
    dropped = {machine_name for library in libraries for machine_name in library.drop_css}
    return tuple(library for library in libraries if library.name.machine_name not in dropped)


def missing(roots: Iterable[LibraryName], source: Source) -> tuple[Dependencies, Dependencies]:
    """Return what cannot be found to play these libraries, and what cannot be found only to edit them."""
    lacking: dict[LibraryName, None] = {}
    lacking_to_edit: dict[LibraryName, None] = {}
    visited: set[LibraryName] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in visited:
            continue
        visited.add(name)
        library = source.get(name)
        if library is None:
            lacking[name] = None
            continue
        waiting += (*library.preloaded, *library.dynamic)
        lacking_to_edit.update((one, None) for one in library.editor if source.get(one) is None)
    return tuple(sorted(lacking)), tuple(sorted(lacking_to_edit.keys() - lacking.keys()))


def _check_core_api(value: Any, path: str, issues: Issues) -> None:
    if value is None:
        return
    asked = value if isinstance(value, dict) else {}
    major, minor = number(asked.get("majorVersion")), number(asked.get("minorVersion"))
    if major is None or minor is None:
        issues.error("invalid-core-api", "« coreApi » n'est pas une version.", f"{path}#coreApi")
    elif (major, minor) > CORE_API:
        words = "Cette bibliothèque demande une version de H5P plus récente que celle de ce site ({}.{})."
        issues.error("core-api-too-new", words.format(*CORE_API), f"{path}#coreApi")


def _paths(value: Mapping[str, Any], key: str, path: str, issues: Issues) -> tuple[str, ...]:
    """`[{"path": "dist/main.js"}]` → `("dist/main.js",)`."""
    items = value.get(key) or []
    found: dict[str, None] = {}
    for at, item in enumerate(items if isinstance(items, list) else [None]):
        where = item.get("path") if isinstance(item, dict) else None
        if isinstance(where, str) and where.strip():
            found[where.strip().removeprefix("./")] = None
        else:
            issues.error("invalid-asset", "Ce fichier à charger n'a pas de chemin.", f"{path}#{key}/{at}")
    return tuple(found)


def _machine_names(items: Any) -> Iterable[str]:
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and isinstance(item.get("machineName"), str):
            yield item["machineName"]


def to_description(library: Library) -> dict[str, Any]:
    """What of a library is stored beside its name and its semantics: JSON values only."""
    return {
        "scripts": list(library.scripts),
        "styles": list(library.styles),
        "preloaded": [str(name) for name in library.preloaded],
        "dynamic": [str(name) for name in library.dynamic],
        "editor": [str(name) for name in library.editor],
        "drop_css": sorted(library.drop_css),
    }


def from_description(
    name: LibraryName,
    patch: int,
    title: str,
    is_runnable: bool,
    description: Mapping[str, Any],
    semantics: list[dict[str, Any]] | None,
) -> Library:
    """The library `to_description` described."""

    def named(key: str) -> Dependencies:
        return tuple(found for text in description[key] if (found := LibraryName.parse(text)) is not None)

    return Library(
        name=name,
        patch=patch,
        title=title,
        is_runnable=is_runnable,
        scripts=tuple(description["scripts"]),
        styles=tuple(description["styles"]),
        preloaded=named("preloaded"),
        dynamic=named("dynamic"),
        editor=named("editor"),
        drop_css=frozenset(description["drop_css"]),
        semantics=semantics,
    )
