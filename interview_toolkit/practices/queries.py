"""What the screens of practices show."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from cms.accounts.models import User
from cms.core.querysets import holding_words
from cms.roadmap.models import Theme, ThemeLink
from interview_toolkit.practices.models import Comment, PracticePage, Trial


def practices_found(chosen: Mapping[str, str]) -> QuerySet[Any]:
    """The published practices that answer, the latest first."""
    pages = PracticePage.objects.live().select_related("organisation").annotate(tried=Count("trials"))
    if text := chosen.get("q"):
        pages = holding_words(pages, text, "title", "context", "what_we_did", "what_changed")
    if code := chosen.get("theme"):
        pages = pages.filter(Exists(ThemeLink.objects.filter(page=OuterRef("pk"), theme__code=code)))
    if code := chosen.get("technique"):
        pages = pages.filter(techniques__code=code)
    if code := chosen.get("structure"):
        pages = pages.filter(organisation__code=code)
    return pages.order_by("-first_published_at", "pk")


def themes_without() -> list[Theme]:
    """The themes of the roadmap in force that no published practice speaks of."""
    told = ThemeLink.objects.filter(theme=OuterRef("pk"), page__in=PracticePage.objects.live())
    return list(Theme.objects.current().exclude(Exists(told)))


def proposed_by(person: User) -> list[PracticePage]:
    """What someone proposed that is not published, the latest first."""
    return list(PracticePage.objects.filter(owner=person, live=False).order_by("-latest_revision_created_at")[:20])


def practices_with(technique: str) -> QuerySet[PracticePage]:
    return PracticePage.objects.live().filter(techniques__code=technique).order_by("path")


@dataclass(frozen=True)
class Sheet:
    themes: list[Theme]
    techniques: list[Any]
    adaptations: list[PracticePage]
    trying: list[tuple[str, int]]
    """The organisations that try it, with how many of their people say so."""
    is_mine: bool
    i_try: bool
    comments: list[Comment]

    @property
    def tried(self) -> int:
        return sum(number for _name, number in self.trying)


def practice_sheet(page: PracticePage, person: User) -> Sheet:
    links = [link.theme for link in page.theme_links.select_related("theme__roadmap", "theme__objective")]
    trials = list(Trial.objects.filter(practice=page).select_related("organisation")) if page.pk else []
    names = Counter(trial.organisation.name if trial.organisation else "Sans structure" for trial in trials)
    is_mine = page.owner_id == person.pk
    said = Comment.objects.filter(practice=page).select_related("person") if page.pk else Comment.objects.none()
    return Sheet(
        themes=sorted((theme for theme in links if theme.roadmap.is_current), key=lambda theme: theme.order),
        techniques=list(page.techniques.all()),
        adaptations=list(page.adaptations.live().select_related("organisation")) if page.pk else [],
        trying=sorted(names.items()),
        is_mine=is_mine,
        i_try=any(trial.person_id == person.pk for trial in trials),
        comments=list(said if is_mine else said.filter(person=person)),
    )
