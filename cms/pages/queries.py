"""What the screens of the information base show."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Prefetch, QuerySet
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from cms.accounts.models import Organisation, User
from cms.core.models import BasePage
from cms.core.rendering import render_body
from cms.core.text import fold
from cms.pages.models import (
    GlossaryTerm,
    InformationIndexPage,
    InformationPage,
    InformationSectionPage,
    PathwayStep,
)
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, Theme
from cms.roadmap.queries import page_source

WORDS_A_MINUTE = 200
LONGEST_QUERY = 200


def clean_text(text: str | None) -> str:
    """What someone typed in a search box: one line, no NUL, of a sensible length."""
    return " ".join((text or "").replace("\0", " ").split())[:LONGEST_QUERY]


# Publishing


def places_to_publish(user: User | AnonymousUser | None) -> list[dict[str, Any]]:
    """The rooms of the site where this person may add pages, in order: `page`, and how many it holds."""
    allowed = page_permission_policy.instances_user_has_permission_for(user, "add")
    rooms = allowed.filter(depth=3, numchild__gt=0).order_by("path")
    return [{"page": room, "count": room.get_descendant_count()} for room in rooms]


# Information base


@dataclass(frozen=True)
class Shelf:
    section: InformationSectionPage
    pages: list[InformationPage]


@dataclass(frozen=True)
class InformationBase:
    shelves: list[Shelf]
    tools: list[BasePage]
    """Glossary, directory, RSA path: whatever stands beside the shelves."""
    themes: list[Theme]
    recent: list[InformationPage]


def information_base(index: InformationIndexPage) -> InformationBase:
    children = list(Page.objects.live().child_of(index).specific())
    pages = list(InformationPage.objects.live().descendant_of(index).defer("body").order_by("path"))
    on_shelf: dict[str, list[InformationPage]] = defaultdict(list)
    for page in pages:
        on_shelf[page.path[: -page.steplen]].append(page)
    checked = [page for page in pages if page.legal_checked_on]
    recent = sorted(checked, key=lambda page: (page.legal_checked_on, page.last_published_at), reverse=True)
    return InformationBase(
        shelves=[Shelf(page, on_shelf[page.path]) for page in children if isinstance(page, InformationSectionPage)],
        tools=[page for page in children if not isinstance(page, InformationSectionPage)],
        themes=list(Theme.objects.current()),
        recent=recent[:5],
    )


def pages_of(section: InformationSectionPage) -> QuerySet[InformationPage]:
    return InformationPage.objects.live().child_of(section).defer("body")


@dataclass(frozen=True)
class Information:
    body: SafeString
    minutes: int
    themes: list[Theme]
    sources: list[object]
    steps: list[PathwayStep]
    related: list[BasePage]
    is_read: bool


def information(page: InformationPage, user: User | AnonymousUser) -> Information:
    body = render_body(page)
    themes = sorted((link.theme for link in page.theme_links.select_related("theme__roadmap")), key=lambda t: t.order)
    themes = [theme for theme in themes if theme.roadmap.is_current]
    source = page_source(page.pk)
    facts = Evidence.objects.filter(person=user.pk, kind=EvidenceKind.INFORMED, source=source)
    return Information(
        body=body,
        minutes=max(1, round(len(strip_tags(body).split()) / WORDS_A_MINUTE)),
        themes=themes,
        sources=list(page.sources.all()),
        steps=list(page.pathway_steps.all()),
        related=related_pages(page, themes),
        is_read=user.is_authenticated and facts.exists(),
    )


def related_pages(page: Page, themes: list[Theme], number: int = 5) -> list[BasePage]:
    """Live pages that share the most themes with this one."""
    sharing = Page.objects.live().exclude(pk=page.pk).filter(theme_links__theme__in=themes)
    return list(sharing.annotate(shared=Count("theme_links")).order_by("-shared", "path").specific()[:number])


# Glossary, directory, path


def glossary(text: str) -> dict[str, list[GlossaryTerm]]:
    """The terms that hold `text` (all when empty), letter by letter."""
    letters: dict[str, list[GlossaryTerm]] = defaultdict(list)
    for term in GlossaryTerm.objects.matching(text):
        letters[term.letter].append(term)
    return dict(letters)


@dataclass(frozen=True)
class DirectoryEntry:
    organisation: Organisation
    matched_names: list[str]
    """Former names that answered the search."""


def directory(text: str) -> list[DirectoryEntry]:
    """Members of the SPIE whose name, code or former names hold every word (all when empty)."""
    return [
        DirectoryEntry(item, [name for name in item.former_names if text and fold(text) in fold(name)])
        for item in Organisation.objects.filter(is_active=True).matching(text)
    ]


def pathway() -> QuerySet[PathwayStep]:
    pages = InformationPage.objects.live().defer("body").order_by("path")
    return PathwayStep.objects.prefetch_related(Prefetch("informationpage_set", queryset=pages, to_attr="pages"))


def public_pages() -> QuerySet[InformationPage]:
    """What can be read before signing in."""
    return InformationPage.objects.live().filter(is_public=True).defer("body").order_by("path")
