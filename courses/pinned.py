"""The version an enrolment is pinned to, read along with it.

Its manifest is by far the longest of what a step reads, the same for everyone in the course, and seldom written: each
process reads it once for each edition of its row.
"""

from typing import Any

from cms.core.rows import columns, edition, from_row, width
from courses.models import CourseVersion

MOST = 1000
MANIFEST = ("manifest",)
WIDTH = width(CourseVersion, without=MANIFEST) + 1

_known: dict[int, tuple[str, list[dict[str, Any]]]] = {}


def version_columns(alias: str) -> str:
    """The columns `version_from` reads, WIDTH of them."""
    return f"{columns(CourseVersion, alias, without=MANIFEST)}, {edition(alias)}"


def version_from(row: tuple[Any, ...]) -> CourseVersion:
    version = from_row(CourseVersion, row[:-1], without=MANIFEST)
    version.manifest = manifest_as_written(version.pk, row[-1])
    return version


def manifest_as_written(version_id: int, written: str) -> list[dict[str, Any]]:
    """Return the manifest of that edition of a version, shared by all who ask: it must not be changed in place."""
    known = _known.get(version_id)
    if known is None or known[0] != written:
        manifest = CourseVersion.objects.values_list("manifest", flat=True).get(pk=version_id)
        if len(_known) >= MOST:
            _known.clear()
        known = _known[version_id] = written, manifest
    return known[1]
