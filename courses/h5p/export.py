"""A content as a package any H5P host accepts."""

import json
import zipfile
from typing import IO

from django.core.files.storage import storages

from courses.h5p.models import ContentVersion

CHUNK = 64 * 1024


def export_package(version: ContentVersion, target: IO[bytes]) -> None:
    """Write the package of a version: its parameters, its files, and every library it plays with."""
    libraries = list(version.libraries.all())
    main = version.main_library
    needed = [
        {"machineName": one.machine_name, "majorVersion": one.major, "minorVersion": one.minor} for one in libraries
    ]
    described = version.metadata | {
        "title": version.content.title,
        "mainLibrary": main.machine_name,
        # The main library first: hosts which look for it by its name take the first that bears it.
        "preloadedDependencies": sorted(needed, key=lambda one: one["machineName"] != main.machine_name),
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("h5p.json", json.dumps(described, ensure_ascii=False))
        package.writestr("content/content.json", json.dumps(version.params, ensure_ascii=False))
        for path in version.files:
            _copy(package, f"{version.directory}/{path}", f"content/{path}")
        for library in libraries:
            for path in library.files:
                _copy(package, f"{library.directory}/{path}", f"{library.name.folder}/{path}")


def _copy(package: zipfile.ZipFile, source: str, target: str) -> None:
    with storages["h5p"].open(source) as read, package.open(target, "w") as written:
        while chunk := read.read(CHUNK):
            written.write(chunk)
