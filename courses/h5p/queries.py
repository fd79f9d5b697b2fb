"""What trainers and administrators look at."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from wagtail.models import ReferenceIndex

from cms.core.text import fold
from courses.h5p.engine.names import LibraryName
from courses.h5p.models import Attempt, Content, ContentVersion, Library, Upload


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A content that plays with an older minor or major version than the latest installed of its main library.

    A later patch is no upgrade: it took the place of the former for all contents at once.
    """

    content: Content
    plays_with: Library
    latest: Library


def upgrades() -> list[Upgrade]:
    """Return the contents whose main library has a later version in service here, by title; two queries."""
    rows = Library.objects.order_by("major", "minor").only("machine_name", "major", "minor", "patch", "quarantined_at")
    libraries = {row.pk: row for row in rows}
    latest = {row.machine_name: row for row in libraries.values() if row.quarantined_at is None}
    contents = (
        Content.objects.filter(current__isnull=False)
        .annotate(library=F("current__main_library"))
        .with_state()
        .order_by("title", "pk")
    )
    found = []
    for content in contents:
        plays_with = libraries[content.library]
        newest = latest.get(plays_with.machine_name, plays_with)
        if newest.name > plays_with.name:
            found.append(Upgrade(content, plays_with, newest))
    return found


@dataclass(frozen=True, slots=True)
class Saving:
    """What sharing libraries spares. Sizes are bytes, once unpacked."""

    packages: int
    copies: int
    copies_size: int
    libraries: int
    libraries_size: int
    contents_size: int

    @property
    def spared(self) -> int:
        """Below zero when libraries were installed that no content came with."""
        return self.copies_size - self.libraries_size

    @property
    def percent(self) -> int:
        return max(0, 100 * self.spared // self.copies_size) if self.copies_size else 0


def saving() -> Saving:
    """Return what stands, and what would stand if each package kept its own copies; two queries."""
    versions = ContentVersion.objects.aggregate(
        packages=Count("pk"),
        copies=Coalesce(Sum("copies"), 0),
        copies_size=Coalesce(Sum("copies_size"), 0),
        contents_size=Coalesce(Sum("size"), 0),
    )
    libraries = Library.objects.aggregate(libraries=Count("pk"), libraries_size=Coalesce(Sum("size"), 0))
    return Saving(**{name: int(value) for name, value in (versions | libraries).items()})


def kinds_of_content() -> list[tuple[str, str]]:
    """Return the main libraries of the contents there are: machine name, title of the latest; by title."""
    rows = Library.objects.filter(pk__in=Content.objects.values("current__main_library"))
    titles = rows.order_by("machine_name", "major", "minor").values_list("machine_name", "title")
    return sorted(dict(titles).items(), key=lambda kind: fold(kind[1]))


def versions_of(content: Content) -> QuerySet[ContentVersion]:
    """Return the versions of a content, the latest first, with who made them."""
    attempts = Attempt.objects.filter(version=OuterRef("pk")).order_by().values("version")
    counted = Subquery(attempts.annotate(count=Count("pk")).values("count"))
    return (
        content.versions.annotate(attempts=Coalesce(counted, 0))
        .select_related("created_by", "main_library")
        .defer("params", "metadata", "main_library__semantics", "main_library__description")
    )


def lacking(uploads: Iterable[Upload]) -> dict[int, list[str]]:
    """Return what each waiting package lacks of what is installed now, by its key; one query.

    A package may lack nothing: its libraries came with others, and it is about to be checked again.
    """
    brought = {upload.pk: [(words, *_patch(words)) for words in upload.libraries] for upload in uploads}
    names = {name for named in brought.values() for _words, name, _number in named if name}
    rows = Library.objects.named(names).only("machine_name", "major", "minor", "patch")
    known = {row.name: row.patch for row in rows}
    return {
        key: [words for words, name, patch in named if name is None or known.get(name, -1) < patch]
        for key, named in brought.items()
    }


@dataclass(frozen=True, slots=True)
class Novelty:
    """A library a package brings, and what installing it changes.

    It takes the place of `replaced` for so many contents at once, or comes beside versions that stay.
    """

    library: str
    replaced: str
    contents: int
    beside: tuple[str, ...]


def novelties(upload: Upload) -> list[Novelty]:
    """Return what a waiting package lacks of what is installed now; two queries."""
    lacked = [(words, _patch(words)[0]) for words in lacking([upload])[upload.pk]]
    names = {name.machine_name for _words, name in lacked if name}
    in_service = Count("uses", filter=Q(uses__content__current=F("uses")))
    installed = Library.objects.filter(machine_name__in=names).annotate(contents=in_service).order_by("major", "minor")
    rows = {row.name: row for row in installed.only("machine_name", "major", "minor", "patch")}
    return [
        Novelty(
            words,
            replaced=f"{rows[name].major}.{rows[name].minor}.{rows[name].patch}" if name in rows else "",
            contents=rows[name].contents if name in rows else 0,
            beside=tuple(f"{one.major}.{one.minor}" for one in rows if name and one.machine_name == name.machine_name),
        )
        for words, name in lacked
    ]


def _patch(words: str) -> tuple[LibraryName | None, int]:
    """ "H5P.Sort 1.2.4" → H5P.Sort 1.2, and 4."""
    name, _, patch = words.rpartition(".")
    return LibraryName.parse(name), int(patch) if patch.isdecimal() else 0


def why_content_stays(content: Content) -> str:
    """Return what forbids deleting a content, as the end of a sentence; empty when nothing does."""
    pages = ReferenceIndex.get_grouped_references_to(content).count()
    if pages:
        return f"{pages} page s'en sert" if pages == 1 else f"{pages} pages s'en servent"
    if content.registrations.exists():
        return "des personnes l'ont déjà commencé, et leurs résultats y tiennent"
    if Upload.objects.filter(replaces=content, settled_at=None).exists():
        return "une nouvelle version est en cours d'envoi"
    return ""
