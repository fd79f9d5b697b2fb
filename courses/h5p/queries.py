"""What administrators look at."""

from dataclasses import dataclass

from django.db.models import F

from courses.h5p.engine.names import LibraryName
from courses.h5p.models import Content, Library


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A content that plays with an older minor or major version than the latest installed of its main library."""

    content: Content
    plays_with: LibraryName
    latest: LibraryName


def upgrades() -> list[Upgrade]:
    """Return the contents whose main library has a later version installed; two queries."""
    latest: dict[str, LibraryName] = {}
    for library in Library.objects.filter(quarantined_at=None).only("machine_name", "major", "minor"):
        known = latest.get(library.machine_name)
        latest[library.machine_name] = max(known, library.name) if known else library.name
    contents = (
        Content.objects.filter(current__isnull=False)
        .annotate(
            machine_name=F("current__main_library__machine_name"),
            major=F("current__main_library__major"),
            minor=F("current__main_library__minor"),
        )
        .order_by("title", "pk")
    )
    found = []
    for content in contents:
        name = LibraryName(content.machine_name, content.major, content.minor)
        if (newest := latest.get(name.machine_name, name)) > name:
            found.append(Upgrade(content, name, newest))
    return found
