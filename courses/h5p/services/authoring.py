"""Contents written here: what a form says, brought to what the semantics allow, then kept as any other version."""

import mimetypes
import secrets
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction
from PIL import Image
from wagtail.log_actions import log

from courses.h5p.authoring.reading import NotTaken
from courses.h5p.engine.archive import Deadline
from courses.h5p.engine.files import CONTENT, HEAD, extension, is_what_it_says
from courses.h5p.engine.issues import Issues
from courses.h5p.engine.limits import MIB, Limits
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.semantics import Walk, normalise
from courses.h5p.errors import EditedMeanwhile
from courses.h5p.models import Content, ContentVersion
from courses.h5p.registry import Installed
from courses.h5p.services.registry import rows_of, serve

SECONDS = 10.0
# What each kind of field takes, of what contents may hold.
KINDS: dict[str, frozenset[str]] = {
    "image": frozenset(["png", "jpg", "jpeg", "gif", "webp", "avif"]),
    "audio": frozenset(["mp3", "m4a", "wav", "ogg"]),
    "video": frozenset(["mp4", "webm"]),
    "file": CONTENT,
}
MIMES = {"m4a": "audio/mp4", "webp": "image/webp", "avif": "image/avif", "wav": "audio/wav", "mp3": "audio/mpeg"}


@dataclass
class Taken:
    """The files sent with a form that a content may hold, by their path in it."""

    limits: Limits
    files: dict[str, "File[bytes]"] = field(default_factory=dict)

    def take(self, file: "File[bytes]", kind: str) -> dict[str, Any]:
        """Keep a file aside, and return what parameters say of it. Raises NotTaken."""
        ending = extension(str(file.name))
        if ending not in KINDS[kind]:
            raise NotTaken(f"Ce type de fichier n'est pas admis ici. Sont admis : {', '.join(sorted(KINDS[kind]))}.")
        size = file.size or 0
        if not size:
            raise NotTaken("Ce fichier est vide.")
        if size > self.limits.file:
            raise NotTaken(f"Ce fichier pèse plus de {self.limits.file // MIB} Mio.")
        file.seek(0)
        head = file.read(HEAD)
        file.seek(0)
        if not is_what_it_says(f"a.{ending}", head):
            raise NotTaken("Ce fichier n'est pas ce que dit son extension.")
        if sum(one.size or 0 for one in self.files.values()) + size > self.limits.total:
            raise NotTaken(f"Les fichiers envoyés pèsent ensemble plus de {self.limits.total // MIB} Mio.")
        path = f"{kind}s/{secrets.token_hex(8)}.{ending}"
        mime = MIMES.get(ending) or mimetypes.guess_type(f"a.{ending}")[0] or "application/octet-stream"
        self.files[path] = file
        return {"path": path, "mime": mime} | (measured(file) if kind == "image" else {})


def measured(file: "File[bytes]") -> dict[str, int]:
    """The size of an image in pixels; only its first bytes are read. Raises NotTaken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            width, height = Image.open(file).size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotTaken("Cette image a trop de pixels : réduisez-la.") from None
    except (OSError, ValueError, SyntaxError):
        raise NotTaken("Cette image ne peut pas être lue.") from None
    finally:
        file.seek(0)
    return {"width": width, "height": height}


def brought_to_semantics(main: LibraryName, params: dict[str, Any]) -> tuple[Walk, Issues]:
    """Return what the installed libraries allow of parameters, and what was said on the way. Raises OutOfTime."""
    issues = Issues()
    return normalise(main, params, source=Installed(), deadline=Deadline(SECONDS), issues=issues), issues


@transaction.atomic
def write_content(
    *,
    main: LibraryName,
    walk: Walk,
    title: str,
    language: str,
    license: str,
    files: Mapping[str, "File[bytes]"],
    by: Any,
    content: Content | None = None,
    based_on: int = 0,
) -> ContentVersion:
    """Keep what was written as a new content, or as a version of one, `based_on` being the number of the one edited.

    Files are those sent now, and those of the version edited that the parameters still cite. Raises EditedMeanwhile,
    LibrariesToInstall: nothing is kept then.
    """
    rows = rows_of([*walk.libraries, main])
    former: ContentVersion | None = None
    if content is None:
        content = Content.objects.create(title=title, created_by=by)
    else:
        content = Content.objects.select_for_update(of=("self",)).get(pk=content.pk)
        served = ContentVersion.objects.select_related("content", "created_by")
        former = served.get(pk=content.current_id) if content.current_id else None
        if former is None or former.number != based_on:
            author = former.created_by if former else None
            raise EditedMeanwhile(str(author or "Quelqu'un"), is_self=author is not None and author == by)
    said = {"title": title, "language": language, "defaultLanguage": language, "license": license}
    version = ContentVersion(
        content=content,
        number=content.last_number + 1,
        main_library=rows[main],
        params=walk.params,
        metadata={"embedTypes": ["iframe"]} | (former.metadata if former else {}) | said,
        created_by=by,
    )
    version.files = _store(version, former, walk, files)
    version.size = sum(version.files.values())
    version.save()
    version.libraries.set(rows.values())
    serve(version, content)
    content.title, content.last_number = title, version.number
    content.save()
    log(content, "h5p.write", user=by, data={"version": version.number})
    return version


def _store(
    version: ContentVersion, former: ContentVersion | None, walk: Walk, files: Mapping[str, "File[bytes]"]
) -> dict[str, int]:
    storage, sizes = storages["h5p"], {}
    for path in sorted(walk.files):
        target = f"{version.directory}/{path}"
        if path in files:
            storage.save(target, files[path])
            sizes[path] = files[path].size or 0
        elif former is not None and path in former.files:
            with storage.open(f"{former.directory}/{path}") as kept:
                storage.save(target, kept)
            sizes[path] = former.files[path]
    return sizes
