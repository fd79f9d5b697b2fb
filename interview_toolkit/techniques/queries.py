"""What the screens of techniques show."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from wagtail.models import Page

from cms.accounts.models import User
from cms.core.models import BasePage
from cms.roadmap.models import Theme
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


def by_family(index: TechniqueIndexPage) -> list[tuple[str, list[TechniquePage]]]:
    """The techniques under their family, in the order of the families then of the tree."""
    families: dict[str, list[TechniquePage]] = defaultdict(list)
    for page in TechniquePage.objects.live().child_of(index).order_by("path"):
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
