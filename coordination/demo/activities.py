"""The activities of the demonstration, played by content types of our own: installed and imported once."""

import io
import uuid
from pathlib import Path

import yaml
from django.conf import settings
from django.core.files.storage import storages

from courses.h5p.engine.archive import Archive
from courses.h5p.engine.validator import Checked, check
from courses.h5p.models import Content, Library
from courses.h5p.packaging import build
from courses.h5p.registry import Installed
from courses.h5p.services.registry import import_content, install_libraries, store
from courses.h5p.services.versions import put_in_service

# The identity of an activity is drawn from the name of its file: places in lessons, attempts and answers stay with it.
ACTIVITIES = uuid.UUID("b7a4d0c2-61c9-4c7e-9a5b-2f3d8e1c0a64")


def load_activities() -> dict[str, Content]:
    """Return the activities by the name of their file; a second run changes nothing that already says the same."""
    return {source.stem: _keep(source) for source in sorted(settings.SOCLE_H5P_SOURCES.glob("*.yaml"))}


def _keep(source: Path) -> Content:
    checked = check(io.BytesIO(build(source)), filename=f"{source.stem}.h5p", installed=Installed())
    for installation in install_libraries(checked=checked):
        _put_back(checked, installation.library)
    alternative = yaml.safe_load(source.read_text(encoding="utf-8"))["alternative"]
    key = uuid.uuid5(ACTIVITIES, source.stem)
    content, _ = Content.objects.get_or_create(public_id=key, defaults={"title": checked.title})
    if content.alternative != alternative:
        content.alternative = alternative
        content.save(update_fields=["alternative"])
    if not _says(content, checked):
        content = put_in_service(version=import_content(checked=checked, replaces=content), title=checked.title)
    return content


def _says(content: Content, checked: Checked) -> bool:
    """Whether the current version is what the package holds, files included."""
    current, walk = content.current, checked.walk
    return (
        current is not None
        and walk is not None
        and content.title == checked.title
        and current.params == walk.params
        and current.main_library.name == checked.main
        and all(storages["h5p"].exists(f"{current.directory}/{path}") for path in current.files)
    )


def _put_back(checked: Checked, library: Library) -> None:
    """Write again what is gone from the disk."""
    folder = checked.folders[library.name]
    archive = checked.archive
    gone = [path for path in library.files if not storages["h5p"].exists(f"{library.directory}/{path}")]
    if gone and isinstance(archive, Archive):
        store(archive, [f"{folder}/{path}" for path in gone], prefix=f"{folder}/", directory=library.directory)
