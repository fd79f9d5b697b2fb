"""What the screens of the roadmap show."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count
from wagtail.models import Page

from cms.accounts.models import User
from cms.core.models import BasePage
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, Objective, Roadmap, Theme, ThemeLink


@dataclass(frozen=True)
class OutlineTheme:
    theme: Theme
    contents: list[str]
    """What is linked to it, counted by kind: "5 pages d'information"."""


@dataclass(frozen=True)
class OutlineObjective:
    objective: Objective
    themes: list[OutlineTheme]


def outline(roadmap: Roadmap) -> list[OutlineObjective]:
    """The objectives of a roadmap, their themes, and how much there is to read and follow on each."""
    contents: dict[int, list[str]] = defaultdict(list)
    counts = (
        ThemeLink.objects.filter(theme__roadmap=roadmap, page__live=True)
        .values("theme_id", "page__content_type_id")
        .annotate(number=Count("pk"))
        .order_by("theme_id", "-number")
    )
    for row in counts:
        contents[row["theme_id"]].append(_counted_kind(row["page__content_type_id"], row["number"]))
    themes: dict[int, list[OutlineTheme]] = defaultdict(list)
    for theme in roadmap.themes.select_related("roadmap", "objective").in_order():
        themes[theme.objective_id].append(OutlineTheme(theme, contents[theme.pk]))
    return [OutlineObjective(objective, themes[objective.pk]) for objective in roadmap.objectives.all()]


def _counted_kind(content_type: int, number: int) -> str:
    model = ContentType.objects.get_for_id(content_type).model_class()
    options = (model or Page)._meta
    return f"{number}\N{NO-BREAK SPACE}{options.verbose_name_plural if number > 1 else options.verbose_name}"


@dataclass(frozen=True)
class LinkedPage:
    page: BasePage
    is_read: bool
    needs_sign_in: bool


@dataclass(frozen=True)
class LinkedGroup:
    title: str
    pages: list[LinkedPage]


@dataclass(frozen=True)
class Station:
    """One of the four counters of the fil de preuve; `total` is None when there is nothing to count up to."""

    kind: EvidenceKind
    number: int
    total: int | None
    last_on: date | datetime | None

    @property
    def state(self) -> str:
        if not self.number:
            return "todo"
        return "current" if self.total and self.number < self.total else "done"


@dataclass(frozen=True)
class ThemeContent:
    groups: list[LinkedGroup]
    proof: list[Station]
    """The person's four counters; empty for someone not signed in."""


def theme_content(theme: Theme, user: User | AnonymousUser) -> ThemeContent:
    """Everything live linked to a theme, kind by kind, with what this person already did of it."""
    pages = list(Page.objects.live().filter(theme_links__theme=theme).order_by("path").specific())
    evidence = list(Evidence.objects.of(user).valid().filter(theme=theme)) if user.is_authenticated else []
    read = {fact.source for fact in evidence if fact.kind == EvidenceKind.INFORMED}
    groups: dict[str, list[LinkedPage]] = defaultdict(list)
    for page in pages:
        linked = LinkedPage(page, page_source(page.pk) in read, not page.is_visible_to(user))
        groups[str(page._meta.verbose_name_plural)].append(linked)
    return ThemeContent(
        groups=[LinkedGroup(title, linked) for title, linked in groups.items()],
        proof=_stations(pages, evidence) if user.is_authenticated else [],
    )


def page_source(page: int) -> str:
    """What evidence drawn from reading a page gives as its source."""
    return f"page:{page}"


def _stations(pages: Iterable[Page], evidence: list[Evidence]) -> list[Station]:
    readable = {page_source(page.pk) for page in pages if getattr(page, "evidence_kind", None) == EvidenceKind.INFORMED}
    stations = []
    for kind in EvidenceKind:
        facts = [fact for fact in evidence if fact.kind == kind]
        if kind == EvidenceKind.INFORMED:
            facts = [fact for fact in facts if fact.source in readable]
        total = len(readable) if kind == EvidenceKind.INFORMED and readable else None
        last_on = max((fact.recorded_at for fact in facts), default=None)
        stations.append(Station(kind, len(facts), total, last_on))
    return stations


def past_roadmaps() -> list[Roadmap]:
    return list(Roadmap.objects.filter(is_current=False))
