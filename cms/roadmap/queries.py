"""What the screens of the roadmap show."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import models
from django.db.models import Count
from django.utils import timezone
from wagtail.models import Page

from cms.accounts.models import Membership, User
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
    last_at: datetime | None

    @property
    def state(self) -> str:
        if not self.number:
            return "todo"
        return "current" if self.total and self.number < self.total else "done"


def proof(person: User, themes: Iterable[Theme]) -> dict[int, list[Station]]:
    """The four counters of a person on each of these themes (by id), in three queries.

    *Informed* is out of the live pages to read linked to the theme, *trained* out of its courses: the pages whose
    class has that `evidence_kind`. A page since unlinked no longer counts; a course followed twice counts once.
    """
    wanted = [theme.pk for theme in themes]
    pages: dict[tuple[int, EvidenceKind | None], set[str]] = defaultdict(set)
    links = ThemeLink.objects.filter(theme__in=wanted, page__live=True)
    for theme, page, content_type in links.values_list("theme_id", "page_id", "page__content_type_id"):
        model = ContentType.objects.get_for_id(content_type).model_class()
        pages[theme, getattr(model, "evidence_kind", None)].add(page_source(page))
    facts: dict[tuple[int, str], list[Evidence]] = defaultdict(list)
    for fact in Evidence.objects.of(person).valid().filter(theme__in=wanted):
        facts[fact.theme_id, fact.kind].append(fact)
    return {
        theme: [_station(kind, facts[theme, kind], pages[theme, kind]) for kind in EvidenceKind] for theme in wanted
    }


def _station(kind: EvidenceKind, facts: list[Evidence], pages: set[str]) -> Station:
    if kind == EvidenceKind.INFORMED:
        facts = [fact for fact in facts if fact.source in pages]
    total = len(pages) or None
    number = min(len(facts), total) if total else len(facts)
    return Station(kind, number, total, max((fact.recorded_at for fact in facts), default=None))


# Below so many people, what an organisation did could be somebody's.
FEWEST_PEOPLE = 5
# From so many people, those of an organisation are counted once a minute for all of them: each look would count
# tens of thousands of facts again, for figures that one person moves by one.
LARGE, A_MINUTE = 500, 60


@dataclass(frozen=True)
class Tally:
    """How many people of an organisation have a fact of a kind, shown from `FEWEST_PEOPLE`."""

    kind: EvidenceKind
    people: int

    @property
    def is_shown(self) -> bool:
        return self.people >= FEWEST_PEOPLE

    @property
    def figure(self) -> str:
        return str(self.people) if self.is_shown else f"moins de {FEWEST_PEOPLE}"


@dataclass(frozen=True)
class OrganisationProof:
    """The four counters of the people of an organisation, by theme (id): how many have each, out of so many people."""

    name: str
    people: int
    tallies: dict[int, list[Tally]]
    members: Any
    """Their keys, as a query."""


def organisation_proof(person: User, themes: Iterable[Theme]) -> OrganisationProof | None:
    """Those of the organisation someone works in now; None below `FEWEST_PEOPLE`. Three queries."""
    wanted = [theme.pk for theme in themes]
    membership = (
        Membership.objects.current()
        .filter(person=person)
        .select_related("organisation")
        .order_by("starts_on", "pk")
        .first()
    )
    if membership is None:
        return None
    members = Membership.objects.current().filter(organisation=membership.organisation, person__is_active=True)
    people = members.values("person").distinct().count()
    if people < FEWEST_PEOPLE:
        return None
    facts = Evidence.objects.valid().filter(person__in=members.values("person"))
    if people < LARGE:
        counts = _counted(facts.filter(theme__in=wanted))
    else:
        key = f"organisation-proof:{membership.organisation_id}:{timezone.localdate()}"
        kept: Any = cache.get_or_set(key, lambda: _counted(facts), A_MINUTE)
        counts = kept
    tallies = {theme: [Tally(kind, counts.get((theme, kind), 0)) for kind in EvidenceKind] for theme in wanted}
    return OrganisationProof(membership.organisation.name, people, tallies, members.values("person"))


def _counted(facts: models.QuerySet[Evidence]) -> dict[tuple[int, str], int]:
    """How many people have a fact, by theme and kind."""
    counted = facts.values_list("theme", "kind").annotate(number=Count("person", distinct=True)).order_by()
    return {(theme, kind): number for theme, kind, number in counted}


@dataclass(frozen=True)
class ThemeContent:
    groups: list[LinkedGroup]
    proof: list[Station]
    """The person's four counters; empty for someone not signed in."""
    organisation: OrganisationProof | None = None
    tallies: list[Tally] = field(default_factory=list)
    """Those of the organisation, when it has some."""

    @property
    def titles(self) -> list[str]:
        return [group.title for group in self.groups]


def theme_content(theme: Theme, user: User | AnonymousUser) -> ThemeContent:
    """Everything live linked to a theme, kind by kind, with what this person already did of it."""
    pages = Page.objects.live().filter(theme_links__theme=theme).order_by("path").specific()
    facts = Evidence.objects.valid().filter(person=user.pk, theme=theme, kind=EvidenceKind.INFORMED)
    read = set(facts.values_list("source", flat=True)) if isinstance(user, User) else set()
    groups: dict[str, list[LinkedPage]] = defaultdict(list)
    for page in pages:
        linked = LinkedPage(page, page_source(page.pk) in read, not page.is_visible_to(user))
        groups[str(page._meta.verbose_name_plural)].append(linked)
    organisation = organisation_proof(user, [theme]) if isinstance(user, User) else None
    return ThemeContent(
        groups=[LinkedGroup(title, linked) for title, linked in groups.items()],
        proof=proof(user, [theme])[theme.pk] if isinstance(user, User) else [],
        organisation=organisation,
        tallies=organisation.tallies[theme.pk] if organisation else [],
    )


def page_source(page: int) -> str:
    """What evidence drawn from reading a page gives as its source."""
    return f"page:{page}"


def past_roadmaps() -> list[Roadmap]:
    return list(Roadmap.objects.filter(is_current=False))
