"""Installing libraries, importing contents: every write of H5P that has a rule."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import storages
from django.db import connection, transaction
from django.utils import timezone
from wagtail.log_actions import log

from cms.core import outbox
from courses.h5p.engine.archive import Archive
from courses.h5p.engine.libraries import Library as Declared
from courses.h5p.engine.libraries import load_order, to_description
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.validator import Checked
from courses.h5p.errors import LibrariesToInstall, PackageRefused
from courses.h5p.models import Content, ContentVersion, Library
from courses.h5p.registry import Installed

# The kind of outbox message that has waiting packages looked at again.
WAITING = "h5p-waiting"


class Outcome(StrEnum):
    INSTALLED = "installed"
    PATCHED = "patched"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Installation:
    library: Library
    outcome: Outcome


class MemberFile(File):  # type: ignore[type-arg]  # generic for the type checker only
    """A member of a package as storages want a file: read once, by pieces (Django's) or by number of bytes (S3)."""

    def __init__(self, archive: Archive, path: str) -> None:
        super().__init__(None, name=path.rsplit("/", 1)[-1])
        self.archive = archive
        self.path = path
        self.size = archive.size(path)
        self.pieces, self.rest = archive.chunks(path), b""

    def read(self, size: int = -1) -> bytes:
        """Return the next `size` bytes, fewer at the end; all that is left when it is negative."""
        while size < 0 or len(self.rest) < size:
            piece = next(self.pieces, b"")
            if not piece:
                size = len(self.rest)
                break
            self.rest += piece
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def seekable(self) -> bool:
        return False

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        return self.archive.chunks(self.path)

    def __bool__(self) -> bool:
        return True


def to_install(checked: Checked) -> list[Declared]:
    """Return the libraries of a package that are not there, or not at that patch, those needed by others first."""
    known = {row.name: row.patch for row in Library.objects.named(checked.libraries)}
    ordered = load_order(checked.libraries, checked.libraries)
    return [library for library in ordered if known.get(library.name, -1) < library.patch]


def brought(checked: Checked) -> int:
    """Return how many bytes the libraries of a package take once unpacked."""
    if checked.archive is None:
        return 0
    folders = {*checked.folders.values()}
    return sum(checked.archive.size(path) for path in checked.archive.members if path.split("/", 1)[0] in folders)


def install_libraries(*, checked: Checked, by: Any = None) -> list[Installation]:
    """Install what a package brings: what is not there yet, and strictly higher patches. Raises PackageRefused.

    To install a library is to install code: whoever calls answers for the permission `install_library`. Packages that
    waited for these libraries are looked at again after the commit.
    """
    if not checked.is_valid or checked.archive is None:
        raise PackageRefused("Ce paquet a des erreurs : ses bibliothèques ne sont pas installées.", checked)
    ordered = load_order(checked.libraries, checked.libraries)
    with transaction.atomic():
        done = [_install(one, checked.archive, folder=checked.folders[one.name], by=by) for one in ordered]
        if any(one.outcome is not Outcome.KEPT for one in done):
            look_at_waiting()
    return done


def look_at_waiting() -> None:
    """Once this is committed, have the packages that lack nothing any more given to check again."""
    outbox.enqueue(kind=WAITING, key=f"{WAITING}:{uuid4()}", payload={})


@transaction.atomic
def _install(library: Declared, archive: Archive, *, folder: str, by: Any) -> Installation:
    """One at a time for each name: the second finds what the first installed, and copies nothing."""
    lock(library.name)
    row = Library.objects.named([library.name]).first()
    if row is not None and row.patch >= library.patch:
        return Installation(row, Outcome.KEPT)
    outcome = Outcome.INSTALLED if row is None else Outcome.PATCHED
    row = row or Library(machine_name=library.name.machine_name, major=library.name.major, minor=library.name.minor)
    row.patch, row.title, row.is_runnable = library.patch, library.title, library.is_runnable
    row.description, row.semantics = to_description(library), library.semantics
    row.installed_at, row.installed_by = timezone.now(), by
    row.quarantined_at, row.quarantine_reason = None, ""
    paths = [path for path in archive.members if path.startswith(f"{folder}/")]
    row.files = store(archive, paths, prefix=f"{folder}/", directory=row.directory)
    row.size = sum(row.files.values())
    row.save()
    return Installation(row, outcome)


@transaction.atomic
def import_content(*, checked: Checked, by: Any = None, replaces: Content | None = None) -> ContentVersion:
    """Keep the content of a package whose libraries are all installed, as a new content or a version of one.

    A version of a content waits to be put in service (`services.versions`); nothing that people see changes.
    Raises PackageRefused, or LibrariesToInstall: nothing is kept then.
    """
    if not checked.is_valid or checked.archive is None or checked.walk is None or checked.main is None:
        raise PackageRefused("Ce paquet a des erreurs : il n'est pas importé.", checked)
    if lacking := [library.name for library in to_install(checked)]:
        raise LibrariesToInstall(lacking)
    rows = rows_of([*checked.walk.libraries, *checked.dependencies])
    content = replaces or Content.objects.create(title=checked.title, created_by=by)
    content = Content.objects.select_for_update(of=("self",)).get(pk=content.pk)
    version = ContentVersion(
        content=content,
        number=content.last_number + 1,
        main_library=rows[checked.main],
        params=checked.walk.params,
        metadata=checked.metadata,
        created_by=by,
    )
    paths = [f"content/{path}" for path in sorted(checked.walk.files) if f"content/{path}" in checked.archive]
    version.files = store(checked.archive, paths, prefix="content/", directory=version.directory)
    version.size = sum(version.files.values())
    version.copies, version.copies_size = len(checked.folders), brought(checked)
    version.save()
    version.libraries.set(rows.values())
    if replaces is None:
        serve(version, content)
    content.last_number = version.number
    content.save()
    log(content, "h5p.replace" if replaces else "h5p.import", user=by, data={"version": version.number})
    return version


def serve(version: ContentVersion, content: Content) -> None:
    """Make a version the one in service; the content, locked by the caller, is left for it to save."""
    version.served_at = timezone.now()
    version.save(update_fields=["served_at"])
    content.current = version


@transaction.atomic
def quarantine(*, library: Library, reason: str, by: Any = None) -> None:
    """Stop a library from playing, with every content that needs it; nothing is removed."""
    running = Library.objects.filter(pk=library.pk, quarantined_at=None)
    if running.update(quarantined_at=timezone.now(), quarantine_reason=reason[:255]):
        _tell_contents(library, "h5p.quarantine", by, reason=reason[:255])


@transaction.atomic
def release(*, library: Library, by: Any = None) -> None:
    """End a quarantine."""
    stopped = Library.objects.filter(pk=library.pk).exclude(quarantined_at=None)
    if stopped.update(quarantined_at=None, quarantine_reason=""):
        _tell_contents(library, "h5p.release", by)


def _tell_contents(library: Library, action: str, by: Any, **said: str) -> None:
    """Write in the history of each content what becomes of a library its version in service plays with."""
    for content in Content.objects.filter(current__libraries=library):
        log(content, action, user=by, data={"library": library.title, **said})


@transaction.atomic
def remove_content(*, content: Content) -> None:
    """Delete a content with its versions, rows then files. What forbids it is asked before (`why_content_stays`)."""
    content = Content.objects.select_for_update(of=("self",)).get(pk=content.pk)
    paths = [f"{one.directory}/{path}" for one in content.versions.select_related("content") for path in one.files]
    Content.objects.filter(pk=content.pk).update(current=None)
    content.delete()
    transaction.on_commit(partial(delete_files, paths))


def remove_unused() -> list[str]:
    """Remove the libraries no content plays with, rows then files; return what they were."""
    removed = []
    with transaction.atomic():
        free = Library.objects.unused().select_for_update(of=("self",), skip_locked=True)
        # Looked at again once locked: an import may have begun to use one in between.
        for library in Library.objects.unused().filter(pk__in=[one.pk for one in free]):
            removed.append(str(library))
            paths = [f"{library.directory}/{path}" for path in library.files]
            transaction.on_commit(partial(delete_files, paths))
            library.delete()
    return removed


def delete_files(paths: Iterable[str]) -> None:
    """Delete files of the storage, for after a commit."""
    for path in paths:
        storages["h5p"].delete(path)


def rows_of(needed: Iterable[LibraryName]) -> dict[LibraryName, Library]:
    """Every library a content plays with when it needs these, by name; nobody removes them before the commit.

    Raises LibrariesToInstall.
    """
    ordered = load_order(needed, Installed())
    names = [library.name for library in ordered]
    locked = Library.objects.named(names).select_for_update(of=("self",), no_key=True).order_by("pk")
    rows = {row.name: row for row in locked}
    if lacking := [name for name in names if name not in rows]:  # removed meanwhile
        raise LibrariesToInstall(lacking)
    return rows


def store(archive: Archive, paths: Iterable[str], *, prefix: str, directory: str) -> dict[str, int]:
    """Write members to the storage; return the size of each by its path in `directory`.

    A directory is written once and for all: what an interrupted try left there is written again.
    """
    storage, sizes = storages["h5p"], {}
    for path in paths:
        inner = path.removeprefix(prefix)
        storage.save(f"{directory}/{inner}", MemberFile(archive, path))
        sizes[inner] = archive.size(path)
    return sizes


def lock(name: LibraryName) -> None:
    """Until the end of the transaction, nobody else installs a library of this name."""
    key = int.from_bytes(hashlib.blake2b(f"h5p:{name}".encode(), digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
