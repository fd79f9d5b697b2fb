"""A ZIP from anyone, read without trusting it: nothing is unpacked to disk, and no more is read than was allowed.

The format: PKWARE's APPNOTE.TXT 6.3.10. Python's own `zipfile` reads the members; what it would do before any check
(hold the whole central directory, however long) is looked at first.
"""

import os
import re
import stat
import struct
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from courses.h5p.engine.issues import Issues
from courses.h5p.engine.limits import MIB, Limits

CHUNK = 64 * 1024
LONGEST_COMMENT = 65_535
END, END_SIZE = b"PK\x05\x06", 22
END64, END64_SIZE = b"PK\x06\x06", 56
LOCATOR64, LOCATOR64_SIZE = b"PK\x06\x07", 20
ENTRY, ENTRY_SIZE = b"PK\x01\x02", 46
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
DRIVE = re.compile(r"[A-Za-z]:")
ENCRYPTED = 0x1 | 0x40
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    struct.error,
)


class Unreadable(Exception):
    """The member, or the whole archive, cannot be read; the message is for the person who sent it."""


class OutOfTime(Unreadable):
    """Reading took longer than it may."""


class Deadline:
    """A moment not to be passed."""

    def __init__(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds, never below 0."""
        return max(0.0, self.at - time.monotonic())

    def check(self) -> None:
        """Raise OutOfTime once it is passed."""
        if not self.left:
            raise OutOfTime("La lecture de ce fichier prend trop de temps : elle a été arrêtée.")


@dataclass
class Archive:
    """The members of a package that may be read, by path. Directories and hidden members are left out."""

    zip: zipfile.ZipFile
    limits: Limits
    deadline: Deadline
    members: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    values_kept: int = 0

    def __contains__(self, path: str) -> bool:
        return path in self.members

    def size(self, path: str) -> int:
        """Bytes once unpacked, as declared; `chunks` never gives more."""
        return self.members[path].file_size

    def chunks(self, path: str) -> Iterator[bytes]:
        """Yield the content of a member. Raises Unreadable when it is damaged or not what it declares, OutOfTime."""
        info, read = self.members[path], 0
        try:
            with self.zip.open(info) as stream:
                while chunk := stream.read(CHUNK):
                    self.deadline.check()
                    read += len(chunk)
                    if read > info.file_size:
                        raise Unreadable("Ce fichier est plus grand que l'archive ne le déclare.")
                    yield chunk
        except Unreadable:
            raise
        except BROKEN as error:
            raise Unreadable("Ce fichier est abîmé dans l'archive.") from error
        if read != info.file_size:
            raise Unreadable("Ce fichier est plus petit que l'archive ne le déclare.")

    def read(self, path: str, *, most: int) -> bytes:
        """Return a whole member of at most `most` bytes. Raises Unreadable."""
        if self.size(path) > most:
            raise Unreadable(f"Ce fichier dépasse {most // MIB} Mio.")
        return b"".join(self.chunks(path))


def open_archive(file: IO[bytes], *, limits: Limits, deadline: Deadline, issues: Issues) -> Archive | None:
    """Open a package, telling `issues` all that is wrong with its members; None when it is no archive at all."""
    try:
        size = file.seek(0, os.SEEK_END)
        if size > limits.package:
            issues.error("package-too-large", f"Le fichier dépasse {limits.package // MIB} Mio.")
            return None
        count = count_entries(file, most=limits.entries)
    except BROKEN:
        issues.error("not-a-zip", "Ce fichier n'est pas une archive ZIP : un paquet H5P en est une.")
        return None
    if count > limits.entries:
        issues.error("too-many-entries", f"L'archive contient plus de {limits.entries} fichiers.")
        return None
    try:
        archive = Archive(zipfile.ZipFile(file), limits, deadline)
    except BROKEN:
        issues.error("not-a-zip", "L'archive ZIP est abîmée : elle ne s'ouvre pas.")
        return None
    _look_at_members(archive, issues)
    return archive


def count_entries(file: IO[bytes], *, most: int) -> int:
    """Return how many members the central directory really lists, counting to `most + 1`.

    Raises `zipfile.BadZipFile` when there is no such directory. The number the archive declares is not believed.
    """
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - END_SIZE - LONGEST_COMMENT)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_SIZE:
        raise zipfile.BadZipFile
    (length,) = struct.unpack_from("<L", tail, at + 12)
    end = start + at
    length, end = _end64(file, end) or (length, end)
    if length > end:
        raise zipfile.BadZipFile
    place, count = end - length, 0
    while place + ENTRY_SIZE <= end and count <= most:
        file.seek(place)
        header = file.read(ENTRY_SIZE)
        if header[:4] != ENTRY:
            raise zipfile.BadZipFile
        place += ENTRY_SIZE + sum(struct.unpack_from("<HHH", header, 28))
        count += 1
    return count


def _end64(file: IO[bytes], end: int) -> tuple[int, int] | None:
    """The length of the directory and where it ends, when ZIP64 records say it: `zipfile` believes them first."""
    if end < LOCATOR64_SIZE + END64_SIZE:
        return None
    file.seek(end - LOCATOR64_SIZE)
    if file.read(4) != LOCATOR64:
        return None
    place = end - LOCATOR64_SIZE - END64_SIZE
    file.seek(place)
    record = file.read(END64_SIZE)
    if record[:4] != END64:
        raise zipfile.BadZipFile
    (length,) = struct.unpack_from("<Q", record, 40)
    return length, place


def _look_at_members(archive: Archive, issues: Issues) -> None:
    limits, total = archive.limits, 0
    seen: dict[str, str] = {}
    for info in archive.zip.infolist():
        path = info.filename
        if not _is_fair_path(info, limits, issues):
            continue
        total += info.file_size
        is_folder = path.endswith("/")
        if not _is_fair_file(info, limits, issues) or is_folder or is_hidden(path):
            continue
        known = archive.members.get(path)
        if known is not None:
            if (known.CRC, known.file_size) != (info.CRC, info.file_size):
                issues.error("duplicate", "Deux fichiers différents portent ce même nom dans l'archive.", path)
            continue
        other = seen.setdefault(folded(path), path)
        if other != path:
            issues.error(
                "name-collision", f"Ce nom ne se distingue de « {other} » que par la casse ou les accents.", path
            )
            continue
        archive.members[path] = info
    if total > limits.total:
        issues.error("total-too-large", f"L'archive dépasse {limits.total // MIB} Mio une fois décompressée.")
    folders = {folded(path[:at]) for path in archive.members for at, letter in enumerate(path) if letter == "/"}
    for key in folders & seen.keys():
        issues.error("name-collision", "Ce nom est à la fois celui d'un fichier et celui d'un dossier.", seen[key])


def _is_fair_path(info: zipfile.ZipInfo, limits: Limits, issues: Issues) -> bool:
    path = info.filename
    shown = CONTROL.sub("�", path[: limits.path])
    parts = path.rstrip("/").split("/")
    if len(path) > limits.path:
        issues.error("path-too-long", f"Ce chemin dépasse {limits.path} caractères.", shown)
    elif (
        info.orig_filename != path
        or CONTROL.search(path)
        or not _is_text(path)
        or "\\" in path
        or path.startswith("/")
        or DRIVE.match(path)
        or any(part in ("", ".", "..") for part in parts)
    ):
        issues.error("unsafe-path", "Ce chemin sort de l'archive ou n'en est pas un.", shown)
    else:
        return True
    return False


def _is_fair_file(info: zipfile.ZipInfo, limits: Limits, issues: Issues) -> bool:
    path, kind = info.filename, stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        issues.error("unsafe-link", "Ce membre est un lien ou un fichier spécial.", path)
    elif info.flag_bits & ENCRYPTED:
        issues.error("encrypted", "Ce fichier est protégé par un mot de passe.", path)
    elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        issues.error("unknown-compression", "Ce fichier est compressé d'une façon que le format H5P n'admet pas.", path)
    elif info.file_size > limits.file:
        issues.error("file-too-large", f"Ce fichier dépasse {limits.file // MIB} Mio une fois décompressé.", path)
    elif info.file_size > MIB and info.file_size > limits.ratio * max(1, info.compress_size):
        issues.error("bomb", f"Ce fichier gonfle plus de {limits.ratio} fois en se décompressant.", path)
    else:
        return True
    return False


def is_hidden(path: str) -> bool:
    """What no package is made of, left there by the machine that zipped it: `__MACOSX/`, `.DS_Store`."""
    return any(part.startswith((".", "_")) for part in path.split("/"))


def folded(path: str) -> str:
    """Two paths with the same value are one file on some machines."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
