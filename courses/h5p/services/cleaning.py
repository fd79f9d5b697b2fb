"""What no row names goes: left there by an import that failed afterwards, or by a patch since replaced.

Only what has rested for a day: who plays the former patch of a library reads its files to the end, and what an import
under way is writing is younger. An import writes again where another left off: the same locks are taken here.
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from courses.h5p.engine.names import LibraryName
from courses.h5p.models import Content, ContentVersion, Library, Upload
from courses.h5p.services.registry import lock

REST = timedelta(days=1)
LIBRARIES, CONTENTS, UPLOADS = "h5p/libraries", "h5p/contents", "h5p/uploads"


def clean_storage() -> list[str]:
    """Remove the directories and packages no row names; return which."""
    removed = []
    named = {library.directory for library in Library.objects.defer("description", "semantics", "files")}
    for path in (f"{LIBRARIES}/{name}" for name in _directories(LIBRARIES)):
        if path not in named and _clean_library(path):
            removed.append(path)
    versions = set(ContentVersion.objects.values_list("content__public_id", "number"))
    for identifier in _directories(CONTENTS):
        for number in _directories(f"{CONTENTS}/{identifier}"):
            if (_uuid(identifier), _number(number)) not in versions and _clean_version(identifier, number):
                removed.append(f"{CONTENTS}/{identifier}/{number}")
    kept = {upload.path for upload in Upload.objects.filter(settled_at=None).only("public_id")}
    for path in (f"{UPLOADS}/{name}" for name in _files(UPLOADS)):
        if path not in kept and _has_rested([path]):
            storages["h5p"].delete(path)
            removed.append(path)
    return removed


def stored_size(directory: str) -> int:
    """Return how many bytes really stand under a directory of the storage."""
    return sum(storages["h5p"].size(path) for path in _walk(directory))


@transaction.atomic
def _clean_library(path: str) -> bool:
    name = _library_of(path)
    if name is not None:
        lock(name)
        row = Library.objects.named([name]).first()
        if row is not None and (row.directory == path or row.installed_at > timezone.now() - REST):
            return False
    return _remove(path)


@transaction.atomic
def _clean_version(identifier: str, number: str) -> bool:
    known = _uuid(identifier)
    content = Content.objects.select_for_update(of=("self",)).filter(public_id=known).first() if known else None
    if content is not None and content.versions.filter(number=_number(number)).exists():
        return False
    return _remove(f"{CONTENTS}/{identifier}/{number}")


def _remove(directory: str) -> bool:
    """Remove a directory whose files have all rested; an empty one is left alone, an import may be about to fill it."""
    paths = list(_walk(directory))
    if not paths or not _has_rested(paths):
        return False
    for path in paths:
        storages["h5p"].delete(path)
    # Deepest first; storages without directories have nothing to remove.
    for folder in sorted({*_parents(directory, paths)}, key=len, reverse=True):
        storages["h5p"].delete(folder)
    return True


def _parents(directory: str, paths: list[str]) -> Iterator[str]:
    for path in paths:
        while (path := path.rsplit("/", 1)[0]) != directory:
            yield path
    yield directory


def _has_rested(paths: list[str]) -> bool:
    latest = timezone.now() - REST
    return all(storages["h5p"].get_modified_time(path) < latest for path in paths)


def _walk(directory: str) -> Iterator[str]:
    for name in _files(directory):
        yield f"{directory}/{name}"
    for name in _directories(directory):
        yield from _walk(f"{directory}/{name}")


def _directories(directory: str) -> list[str]:
    return _listed(directory)[0]


def _files(directory: str) -> list[str]:
    return _listed(directory)[1]


def _listed(directory: str) -> tuple[list[str], list[str]]:
    try:
        folders, files = storages["h5p"].listdir(directory)
    except FileNotFoundError:  # nothing was ever written there
        return [], []
    return [name for name in folders if name], [name for name in files if name]


def _library_of(path: str) -> LibraryName | None:
    """ "h5p/libraries/H5P.Sort-1.2.3" → H5P.Sort 1.2."""
    machine_name, _, version = path.rsplit("/", 1)[-1].rpartition("-")
    parts = version.split(".")
    if not machine_name or len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return None
    return LibraryName(machine_name, int(parts[0]), int(parts[1]))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
