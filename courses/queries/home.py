"""The home page of a person, and everything they follow."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import Q

from cms.accounts.models import User
from cms.pages.models import InformationPage
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, Theme
from cms.roadmap.queries import OrganisationProof, Station, Tally, organisation_proof, proof
from courses.models import Attempt, Enrolment
from courses.queries.standing import Standing, standing_of


@dataclass(frozen=True)
class Change:
    """A page of the information base published lately."""

    title: str
    url: str
    summary: str
    at: datetime
    is_new: bool


@dataclass(frozen=True)
class ThemeCounters:
    """The four counters of a theme for one person, and those of their organisation when it has some; never added."""

    theme: Theme
    counters: tuple[dict[str, Any], ...]
    tallies: tuple[Tally, ...] = ()


@dataclass(frozen=True)
class Dashboard:
    resume: Standing | None
    others: list[Standing]
    completed: list[Standing]
    deadlines: list[Standing]
    changes: list[Change]
    themes: list[ThemeCounters] = field(default_factory=list)


def dashboard_of(person: User) -> Dashboard:
    """Return what greets a person. As many queries whatever they follow."""
    standings = [
        standing_of(enrolment)
        for enrolment in Enrolment.objects.of(person).open().filter(course__live=True).with_steps()
    ]
    under_way = sorted((one for one in standings if not one.is_completed), key=_recent, reverse=True)
    dated = [one for one in under_way if one.enrolment and one.enrolment.due_on]
    return Dashboard(
        resume=under_way[0] if under_way else None,
        others=under_way[1:],
        completed=[one for one in standings if one.is_completed],
        deadlines=sorted(dated, key=attrgetter("enrolment.due_on")),
        changes=recent_changes(),
        themes=theme_counters(person, [one.enrolment.course_id for one in standings if one.enrolment]),
    )


def _recent(standing: Standing) -> datetime:
    enrolment = standing.enrolment
    assert enrolment is not None  # noqa: S101 - under way, so enrolled
    return enrolment.state.last_activity_at or enrolment.enrolled_at


def recent_changes(limit: int = 4) -> list[Change]:
    pages = InformationPage.objects.live().exclude(last_published_at=None).order_by("-last_published_at", "pk")[:limit]
    return [
        Change(
            title=page.title,
            url=page.get_url() or "",
            summary=page.summary,
            at=page.last_published_at,
            is_new=page.first_published_at == page.last_published_at,
        )
        for page in pages
    ]


def theme_counters(person: User, courses: Iterable[int]) -> list[ThemeCounters]:
    """Return the themes of these courses, and those on which the person has evidence, with their counters."""
    known = Evidence.objects.of(person).valid().values("theme")
    about = Q(page_links__page__in=list(courses)) | Q(pk__in=known)
    themes = list(Theme.objects.current().filter(about).distinct())
    stations = proof(person, themes)
    return [ThemeCounters(theme, tuple(map(_counter, stations[theme.pk]))) for theme in themes]


def with_organisation(person: User, rows: list[ThemeCounters]) -> tuple[list[ThemeCounters], OrganisationProof | None]:
    """The same rows with the counters of the organisation someone works in, from five people; and that organisation."""
    organisation = organisation_proof(person, [row.theme for row in rows])
    if organisation is None:
        return rows, None
    return [replace(row, tallies=tuple(organisation.tallies[row.theme.pk])) for row in rows], organisation


UNITS = {
    EvidenceKind.INFORMED: "pages",
    EvidenceKind.TRAINED: "formations",
    EvidenceKind.TRIED: "au travail",
    EvidenceKind.OBSERVED: "entretiens",
}
WORDS = {"done": "fait", "current": "en cours", "todo": "à faire"}


def _counter(station: Station) -> dict[str, Any]:
    return {
        "kind": station.kind,
        "name": station.kind.label,
        "figure": f"{station.number} sur {station.total}" if station.total else str(station.number),
        "unit": UNITS[station.kind],
        "state": station.state,
        "word": WORDS[station.state],
    }


@dataclass(frozen=True)
class Path:
    """One enrolment of "mon parcours", with its attempts by step, first to last."""

    standing: Standing
    tries: list[dict[str, Any]]


def paths_of(person: User) -> list[Path]:
    """Return every enrolment of a person, open ones first, then closed cycles, the latest first. Two queries."""
    enrolments = list(Enrolment.objects.of(person).with_steps().order_by("-enrolled_at", "-pk"))
    attempts: dict[int, list[Attempt]] = {}
    for attempt in Attempt.objects.visible_to(person).defer("snapshot").order_by("submitted_at", "pk"):
        attempts.setdefault(attempt.enrolment_id, []).append(attempt)
    paths = [Path(standing_of(one), _tries(one, attempts.get(one.pk, []))) for one in enrolments]
    return sorted(paths, key=lambda path: path.standing.enrolment.closed_at is not None)  # type: ignore[union-attr]


def _tries(enrolment: Enrolment, attempts: Iterable[Attempt]) -> list[dict[str, Any]]:
    steps = {step["step_key"]: step for step in enrolment.version.manifest}
    return [
        {
            "attempt": attempt,
            "title": steps[str(attempt.step_key)]["title"],
            "kind": steps[str(attempt.step_key)]["kind"],
        }
        for attempt in attempts
        if str(attempt.step_key) in steps
    ]
