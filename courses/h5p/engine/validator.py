"""One look at a package, and everything that is wrong with it at once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from courses.h5p.engine.archive import Archive, Deadline, OutOfTime, Unreadable, open_archive
from courses.h5p.engine.documents import read_json, read_kept
from courses.h5p.engine.files import CONTENT, HEAD, LIBRARY, extension, is_what_it_says
from courses.h5p.engine.issues import Issues
from courses.h5p.engine.libraries import Library, Source, Together, dependencies, missing, read_library
from courses.h5p.engine.limits import DEFAULTS, Limits
from courses.h5p.engine.names import FOLDER, LibraryName
from courses.h5p.engine.semantics import Walk, normalise

LANGUAGE = re.compile(r"[-a-zA-Z]{1,10}")
EMBED_TYPES = frozenset({"iframe", "div"})


@dataclass
class Checked:
    """What was found in a package. `walk` is None when its content could not be read by the semantics of its library.

    `folders`: where each library stands in the archive. `archive` is None when there is none to read.
    """

    issues: Issues = field(default_factory=Issues)
    archive: Archive | None = None
    title: str = ""
    language: str = ""
    main: LibraryName | None = None
    embed_types: tuple[str, ...] = ()
    dependencies: tuple[LibraryName, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    libraries: dict[LibraryName, Library] = field(default_factory=dict)
    folders: dict[LibraryName, str] = field(default_factory=dict)
    params: Any = None
    walk: Walk | None = None

    @property
    def is_valid(self) -> bool:
        return self.issues.is_valid


class Nothing:
    """A place without libraries."""

    def get(self, name: LibraryName) -> Library | None:
        return None


def check(
    file: IO[bytes], *, filename: str = "", installed: Source | None = None, limits: Limits = DEFAULTS
) -> Checked:
    """Read a whole package, in bounded time and memory, and return what it holds with all its problems.

    `installed` gives the libraries known already: a package needs to bring only the others. Nothing is written.
    """
    checked, deadline = Checked(), Deadline(limits.seconds)
    if filename and not filename.lower().endswith(".h5p"):
        checked.issues.error("wrong-extension", "Le nom d'un paquet H5P finit par « .h5p ».", Path(filename).name)
    try:
        checked.archive = open_archive(file, limits=limits, deadline=deadline, issues=checked.issues)
        if checked.archive is not None:
            _check_manifest(checked)
            _check_libraries(checked)
            _check_files(checked, checked.archive)
            _check_dependencies(checked, installed or Nothing())
            _check_content(checked, installed or Nothing(), deadline)
    except OutOfTime as late:
        checked.issues.error("too-long", str(late))
    return checked


def _check_manifest(checked: Checked) -> None:
    """`h5p.json`: what the package is (H5P specification, "h5p.json")."""
    issues, path = checked.issues, "h5p.json"
    value = _read(checked, path, missing="Il manque h5p.json : ce fichier n'est pas un paquet H5P.", is_kept=True)
    if value is None:
        return
    if not isinstance(value, dict):
        issues.error("invalid-h5p-json", "h5p.json doit être un objet.", path)
        return
    checked.metadata = value
    title = value.get("title")
    if isinstance(title, str) and title.strip() and len(title) <= 255:
        checked.title = title.strip()
    else:
        issues.error("invalid-title", "Le titre doit compter de 1 à 255 caractères.", f"{path}#title")
    language = value.get("language")
    if isinstance(language, str) and LANGUAGE.fullmatch(language):
        checked.language = language
    else:
        issues.error("invalid-language", "La langue doit être un code comme « fr » ou « und ».", f"{path}#language")
    embed_types = value.get("embedTypes")
    if isinstance(embed_types, list) and embed_types and all(one in EMBED_TYPES for one in map(str, embed_types)):
        checked.embed_types = tuple(map(str, embed_types))
    else:
        issues.error(
            "invalid-embed-types", "« embedTypes » contient « iframe », « div », ou les deux.", f"{path}#embedTypes"
        )
    if "preloadedDependencies" not in value:
        issues.error("missing-key", "Il manque « preloadedDependencies ».", f"{path}#preloadedDependencies")
    checked.dependencies = dependencies(value, "preloadedDependencies", path, issues)
    main = value.get("mainLibrary")
    checked.main = next((one for one in checked.dependencies if one.machine_name == main), None)
    if not isinstance(main, str):
        issues.error("missing-key", "Il manque « mainLibrary ».", f"{path}#mainLibrary")
    elif checked.main is None:
        words = "La bibliothèque principale doit figurer parmi « preloadedDependencies »."
        issues.error("main-library-undeclared", words, f"{path}#mainLibrary")


def _check_libraries(checked: Checked) -> None:
    """Each folder but `content/`: a library, named as its `library.json` says."""
    folders = dict.fromkeys(path.split("/", 1)[0] for path in _members(checked) if "/" in path)
    for folder in folders:
        if folder == "content":
            continue
        path = f"{folder}/library.json"
        if path not in _members(checked):
            checked.issues.error("no-library-json", "Ce dossier n'est ni « content » ni une bibliothèque.", folder)
            continue
        value = _read(checked, path, is_kept=True)
        if value is not None:
            _check_library(checked, folder, value)


def _check_library(checked: Checked, folder: str, value: Any) -> None:
    issues, path, members = checked.issues, f"{folder}/library.json", _members(checked)
    semantics = (
        _read(checked, f"{folder}/semantics.json", is_kept=True) if f"{folder}/semantics.json" in members else None
    )
    if semantics is not None and not isinstance(semantics, list):
        issues.error("invalid-semantics", "semantics.json doit être une liste de champs.", f"{folder}/semantics.json")
    for member in members:
        if member.startswith(f"{folder}/language/") and extension(member) == "json":
            _read(checked, member)
    library = read_library(value, semantics=semantics, path=path, issues=issues)
    if library is None:
        return
    named = FOLDER.fullmatch(folder)
    if folder not in (library.name.machine_name, library.name.folder) or named is None:
        words = f"Le dossier devrait s'appeler « {library.name.folder} », comme le dit library.json."
        issues.error("folder-mismatch", words, folder)
    for asset in (*library.scripts, *library.styles):
        if f"{folder}/{asset}" not in members:
            issues.error("missing-asset", "library.json annonce ce fichier, qui n'est pas là.", f"{folder}/{asset}")
    if library.name in checked.libraries:
        issues.error("duplicate-library", f"« {library.name} » est deux fois dans le paquet.", folder)
        return
    checked.libraries[library.name], checked.folders[library.name] = library, folder


def _check_files(checked: Checked, archive: Archive) -> None:
    """Every member read to its end: what it is, and that it is whole."""
    for path in archive.members:
        folder, _, rest = path.partition("/")
        if not rest:
            if path != "h5p.json":
                checked.issues.warn(
                    "ignored", "Ce fichier ne fait pas partie du format H5P : il est laissé de côté.", path
                )
            continue
        is_content = folder == "content"
        if extension(path) not in (CONTENT if is_content else LIBRARY):
            words = "Ce type de fichier n'est pas admis dans {} H5P."
            checked.issues.error(
                "forbidden-extension", words.format("un contenu" if is_content else "une bibliothèque"), path
            )
            continue
        _check_file(checked, archive, path)


def _check_file(checked: Checked, archive: Archive, path: str) -> None:
    head = b""
    try:
        for chunk in archive.chunks(path):
            head = head or chunk[:HEAD]
    except OutOfTime:
        raise
    except Unreadable as trouble:
        checked.issues.error("unreadable", str(trouble), path)
        return
    if not is_what_it_says(path, head):
        checked.issues.error("wrong-content", "Ce fichier n'est pas ce que dit son extension.", path)


def _check_dependencies(checked: Checked, installed: Source) -> None:
    """All that plays is here or installed, at the very major and minor version; editors may be lacking."""
    source = Together((installed, checked.libraries))
    lacking, lacking_to_edit = missing((*checked.dependencies, *checked.libraries), source)
    for name in lacking:
        words = "Cette bibliothèque n'est ni dans le paquet ni sur ce site."
        checked.issues.error("missing-library", words, str(name))
    for name in lacking_to_edit:
        words = "Cette bibliothèque manque : elle ne sert qu'à modifier le contenu dans un éditeur H5P."
        checked.issues.warn("missing-editor-library", words, str(name))
    main = source.get(checked.main) if checked.main else None
    if main is not None and not main.is_runnable:
        checked.issues.error(
            "main-library-not-runnable", f"« {main.name} » ne se joue pas seule.", "h5p.json#mainLibrary"
        )


def _check_content(checked: Checked, installed: Source, deadline: Deadline) -> None:
    """`content/content.json`, brought to what the semantics allow; what was left out is told, not refused."""
    params = _read(
        checked, "content/content.json", missing="Il manque content/content.json : le paquet n'a pas de contenu."
    )
    # What is installed comes first: a package has no say in what a library already there allows.
    source = Together((installed, checked.libraries))
    if params is None or checked.main is None or source.get(checked.main) is None:
        return
    if not isinstance(params, dict):
        checked.issues.error("invalid-content", "content.json doit être un objet.", "content/content.json")
        return
    checked.params = params
    checked.walk = normalise(checked.main, params, source=source, deadline=deadline, issues=checked.issues)
    for path in sorted(checked.walk.files):
        if f"content/{path}" not in _members(checked):
            checked.issues.warn(
                "missing-file", "Le contenu cite ce fichier, qui n'est pas dans le paquet.", f"content/{path}"
            )


def _members(checked: Checked) -> Mapping[str, Any]:
    return checked.archive.members if checked.archive else {}


def _read(checked: Checked, path: str, *, missing: str = "", is_kept: bool = False) -> Any:
    """The JSON at `path`, or None once its problem is told."""
    if checked.archive is None or path not in checked.archive:
        if missing:
            checked.issues.error("missing-file", missing, path)
        return None
    try:
        value = (read_kept if is_kept else read_json)(checked.archive, path)
    except OutOfTime:
        raise
    except Unreadable as trouble:
        checked.issues.error("invalid-json", str(trouble), path)
        return None
    if value is None:
        checked.issues.error("invalid-json", "Ce fichier ne contient que « null ».", path)
    return value


def summary(filename: str, checked: Checked) -> dict[str, Any]:
    """What `manage.py h5p check` says of a file: one JSON object."""
    return {
        "file": filename,
        "valid": checked.is_valid,
        "main_library": str(checked.main) if checked.main else None,
        "title": checked.title or None,
        "libraries": [
            f"{library.name.machine_name} {library.version}" for library in _sorted(checked.libraries.values())
        ],
        "issues": [issue.as_dict() for issue in checked.issues],
    }


def _sorted(libraries: Iterable[Library]) -> list[Library]:
    return sorted(libraries, key=lambda library: library.name)
