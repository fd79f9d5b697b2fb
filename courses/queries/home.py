"""The home page of a person, and everything they follow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import Count, Q

from cms.accounts.models import User
from cms.pages.models import InformationPage
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, Theme
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
    """The four counters of a theme for one person; they never add up."""

    theme: Theme
    counters: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Dashboard:
    resume: Standing | None
    others: list[Standing]
    completed: list[Standing]
    deadlines: list[Enrolment]
    changes: list[Change]
    themes: list[ThemeCounters] = field(default_factory=list)


def dashboard_of(person: User) -> Dashboard:
    """Return what greets a person. As many queries whatever they follow."""
    standings = [
        standing_of(enrolment)
        for enrolment in Enrolment.objects.of(person).open().filter(course__live=True).with_steps()
    ]
    under_way = sorted((one for one in standings if not one.is_completed), key=_recent, reverse=True)
    enrolled = [one.enrolment for one in under_way if one.enrolment]
    return Dashboard(
        resume=under_way[0] if under_way else None,
        others=under_way[1:],
        completed=[one for one in standings if one.is_completed],
        deadlines=sorted((one for one in enrolled if one.due_on), key=attrgetter("due_on")),
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
    evidence: dict[int, dict[str, int]] = {}
    rows = Evidence.objects.of(person).valid().order_by().values_list("theme", "kind").annotate(number=Count("pk"))
    for theme, kind, number in rows:
        evidence.setdefault(theme, {})[kind] = number
    about = Q(page_links__page__in=list(courses)) | Q(pk__in=evidence)
    themes = Theme.objects.current().filter(about).distinct()
    model = "page_links__page__content_type__model"
    live = Q(page_links__page__live=True)
    totals = Theme.objects.filter(pk__in=themes.order_by().values("pk")).annotate(
        pages=Count("page_links", filter=live & Q(**{model: "informationpage"})),
        courses=Count("page_links", filter=live & Q(**{model: "coursepage"})),
    )
    return [ThemeCounters(theme, _counters(theme, evidence.get(theme.pk, {}))) for theme in totals.in_order()]


def _counters(theme: Any, found: Mapping[str, int]) -> tuple[dict[str, Any], ...]:
    informed, trained = found.get(EvidenceKind.INFORMED, 0), found.get(EvidenceKind.TRAINED, 0)
    tried, observed = found.get(EvidenceKind.TRIED, 0), found.get(EvidenceKind.OBSERVED, 0)
    return (
        _counter("Informé", informed, theme.pages, "pages"),
        _counter("Formé", trained, theme.courses, "parcours"),
        _counter("Essayé", tried, None, "au travail"),
        _counter("Observé", observed, None, "par un pair"),
    )


def _counter(name: str, number: int, total: int | None, unit: str) -> dict[str, Any]:
    if total is None:
        state = "done" if number else "todo"
    else:
        state = "todo" if not number else "done" if number >= total else "current"
    word = {"done": "fait", "current": "en cours", "todo": "à faire"}[state]
    figure = f"{min(number, total)} sur {total}" if total else str(number)
    return {"name": name, "figure": figure, "unit": unit, "state": state, "word": word}


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
