"""The catalogue, and the sheet of a course."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Prefetch
from wagtail.models import Page

from cms.accounts.models import User
from cms.roadmap.models import Theme, ThemeLink
from courses.enums import Duration
from courses.models import CatalogueIndexPage, CoursePage, CourseVersion, Enrolment
from courses.outline import outline_of
from courses.progress import progress_of
from courses.queries.standing import Standing, standing_of


@dataclass(frozen=True)
class CourseCard:
    course: CoursePage
    url: str
    minutes: int
    steps: int
    themes: tuple[Theme, ...]
    standing: Standing | None

    @property
    def duration(self) -> Duration:
        return Duration.of(self.minutes)


def catalogue_cards(*, catalogue: CatalogueIndexPage, person: User) -> list[CourseCard]:
    """Return the open courses in the order of the tree, with where the person stands in each. Four queries."""
    links = ThemeLink.objects.select_related("theme").order_by("theme__objective__order", "theme__order")
    courses = list(
        CoursePage.objects.child_of(catalogue).live().order_by("path").prefetch_related(Prefetch("theme_links", links))
    )
    versions = CourseVersion.objects.filter(course__in=courses).order_by("course", "-number").distinct("course")
    manifests = {version.course_id: version.manifest for version in versions}
    mine = {
        enrolment.course_id: standing_of(enrolment)
        for enrolment in Enrolment.objects.of(person).open().filter(course__in=courses).with_steps()
    }
    return [
        CourseCard(
            course=course,
            url=course.get_url(),
            minutes=sum(step["est_minutes"] for step in manifests[course.pk]),
            steps=len(manifests[course.pk]),
            themes=tuple(link.theme for link in course.theme_links.all()),
            standing=mine.get(course.pk),
        )
        for course in courses
        if course.pk in manifests
    ]


def filter_cards(cards: Iterable[CourseCard], chosen: Mapping[str, str]) -> list[CourseCard]:
    """Keep the cards that match every filter chosen: `theme` (code), `duree`, `modalite`."""
    return [
        card
        for card in cards
        if ("theme" not in chosen or chosen["theme"] in {theme.code for theme in card.themes})
        and ("duree" not in chosen or chosen["duree"] == card.duration)
        and ("modalite" not in chosen or chosen["modalite"] == card.course.format)
    ]


def themes_of_cards(cards: Iterable[CourseCard]) -> list[Theme]:
    """The themes at least one course is about, each once, by title."""
    return sorted({theme.pk: theme for card in cards for theme in card.themes}.values(), key=lambda theme: theme.title)


@dataclass(frozen=True)
class CourseSheet:
    course: CoursePage
    standing: Standing
    prerequisites: list[dict[str, Any]]
    themes: list[Theme]
    updated_at: datetime | None
    is_open: bool
    following: tuple[dict[str, str], ...] = ()
    """To someone who completed this course: those that ask for it and that they have not begun."""

    @property
    def missing(self) -> list[dict[str, Any]]:
        return [prerequisite for prerequisite in self.prerequisites if not prerequisite["is_completed"]]

    @property
    def audience(self) -> list[str]:
        labels = dict(CoursePage._meta.get_field("audience").base_field.flatchoices)
        return [str(labels[job]) for job in self.course.audience if job in labels]


def course_sheet(*, course: CoursePage, person: User) -> CourseSheet:
    if course.pk is None:  # previewed before it was ever saved
        return CourseSheet(course, Standing(outline_of([])), [], [], None, is_open=False)
    enrolment = Enrolment.objects.of(person).open().filter(course=course).with_steps().first()
    version = course.versions.order_by("-number").first() if enrolment is None else enrolment.version
    standing = standing_of(enrolment) if enrolment else Standing(outline_of(version.manifest if version else []))
    asked = CoursePage.objects.live().filter(required_by__page=course).order_by("required_by__sort_order")
    missing = {course.pk for course in CoursePage.objects.missing_for(person, course)} if asked else set()
    following = CoursePage.objects.live().filter(prerequisites__course=course).exclude(enrolments__person=person)
    return CourseSheet(
        course=course,
        standing=standing,
        prerequisites=[
            {"title": one.title, "url": one.get_url(), "is_completed": one.pk not in missing} for one in asked
        ],
        themes=list(Theme.objects.filter(page_links__page=course).in_order()),
        updated_at=Page.objects.descendant_of(course, inclusive=True)
        .live()
        .aggregate(at=Max("last_published_at"))["at"],
        is_open=course.live and version is not None and progress_of(version.manifest, []).required > 0,
        following=tuple({"title": one.title, "url": one.get_url()} for one in following)
        if standing.is_completed
        else (),
    )
