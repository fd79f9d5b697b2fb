"""What the screens of techniques show."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from wagtail.models import Page

from cms.accounts.models import User
from cms.core.models import BasePage
from cms.roadmap.models import Theme, ThemeLink
from courses.models import CoursePage
from interview_toolkit.techniques.enums import Family
from interview_toolkit.techniques.models import (
    Phrase,
    Situation,
    TechniqueIndexPage,
    TechniquePage,
    ToolkitIndexPage,
    Utterance,
)


def rooms_of(toolkit: ToolkitIndexPage) -> list[BasePage]:
    """What is open in the toolkit, in the order of the tree."""
    return list(Page.objects.live().child_of(toolkit).order_by("path").specific())


def themes_of(index: TechniqueIndexPage) -> list[Theme]:
    """The themes of the roadmap in force that a technique of the list is linked to; one query."""
    links = ThemeLink.objects.filter(page__in=TechniquePage.objects.live().child_of(index))
    return list(Theme.objects.current().filter(pk__in=links.values("theme")))


def by_family(
    index: TechniqueIndexPage, *, family: str = "", axis: str = "", theme: str = ""
) -> list[tuple[str, list[TechniquePage]]]:
    """The techniques that answer, under their family, in the order of the families then of the tree."""
    pages = TechniquePage.objects.live().child_of(index).order_by("path")
    if family:
        pages = pages.filter(family=family)
    if axis:
        pages = pages.filter(axes__contains=[int(axis)])
    if theme:
        links = ThemeLink.objects.filter(theme__in=Theme.objects.current().with_code(theme))
        pages = pages.filter(pk__in=links.values("page"))
    families: dict[str, list[TechniquePage]] = defaultdict(list)
    for page in pages:
        families[page.family].append(page)
    return [(str(family.label), families[family]) for family in Family if families[family]]


@dataclass(frozen=True)
class TechniqueSheet:
    utterances: list[Utterance]
    themes: list[Theme]
    courses: list[CoursePage]
    phrases: list[Phrase]


def technique_sheet(page: TechniquePage) -> TechniqueSheet:
    """All that stands around a technique; a page under preview shows what is typed."""
    links = [link.theme for link in page.theme_links.select_related("theme__roadmap", "theme__objective")]
    courses = [link.course for link in page.course_links.select_related("course")]
    return TechniqueSheet(
        utterances=list(page.utterances.all()),
        themes=sorted((theme for theme in links if theme.roadmap.is_current), key=lambda theme: theme.order),
        courses=[course for course in courses if course.live],
        phrases=list(page.phrases.select_related("situation")) if page.pk else [],
    )


@dataclass(frozen=True)
class CardExtras:
    """What fills the card of a technique where there is room for it, whole or not at all."""

    mistakes: list[str]
    phrases: list[Phrase]


# Lines of text the printed card holds under its title and its headings (A5, 9.5 pt), and characters on one.
CARD_LINES = 28
LINE = 75


def card_extras(page: TechniquePage, sheet: TechniqueSheet) -> CardExtras:
    """The mistakes, then two phrases, as long as the card stays on one face."""
    left = CARD_LINES - _lines(page.definition, *page.observable_behaviours, page.exercise)
    left -= sum(2 + _lines(one.avoid) + _lines(one.instead) for one in sheet.utterances[:2])
    mistakes: list[str] = page.typical_mistakes
    mistakes = mistakes if _lines(*mistakes) + 2 <= left else []
    left -= _lines(*mistakes) + 2 if mistakes else 0
    phrases = sheet.phrases[:2]
    return CardExtras(mistakes, phrases if _lines(*(one.text for one in phrases)) + 2 <= left else [])


def _lines(*texts: str) -> int:
    return sum(-(-len(text) // LINE) for text in texts)


def phrases_by_situation(
    *, person: User, text: str, situation: Situation | None, kind: str
) -> list[tuple[Situation, list[Any]]]:
    """The phrases that answer, under their situation, those that served most first; one query."""
    phrases = Phrase.objects.matching(text).with_uses(person)
    if situation is not None:
        phrases = phrases.filter(situation=situation)
    if kind:
        phrases = phrases.filter(kind=kind)
    return [(one, list(rows)) for one, rows in groupby(phrases, key=lambda phrase: phrase.situation)]
