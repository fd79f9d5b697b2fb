"""A random little SPIE, and its figures recomputed by hand."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone
from wagtail.models import Page

from cms.accounts.models import Membership, Organisation, User
from cms.roadmap.models import Objective, Roadmap, Theme, ThemeLink
from courses.enums import Status
from courses.models import CoursePage, CourseVersion, Enrolment, EnrolmentState
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.courses import SHEET

BEST_FIRST = [Status.COMPLETED, Status.IN_PROGRESS, Status.NOT_STARTED, Status.NOT_TRACKABLE]


def make_theme(code: str) -> Theme:
    roadmap, _ = Roadmap.objects.get_or_create(
        is_current=True, defaults={"title": "Feuille de route", "starts_on": "2026-01-01"}
    )
    objective, _ = Objective.objects.get_or_create(roadmap=roadmap, code="PRO", defaults={"title": "Professionnaliser"})
    return Theme.objects.create(roadmap=roadmap, objective=objective, code=code, title=f"Thème {code}")


def make_course(code: str, *themes: Theme) -> CoursePage:
    course = Page.objects.get(depth=1).add_child(
        instance=CoursePage(title=f"Formation {code}", slug=code.lower(), code=code, **SHEET)
    )
    ThemeLink.objects.bulk_create(ThemeLink(page_id=course.pk, theme=theme) for theme in themes)
    steps = [
        {"step_key": str(uuid4()), "kind": "lesson", "title": f"Leçon {number}", "is_required": True, "module": "Un"}
        for number in (1, 2)
    ]
    CourseVersion.objects.create(course=course, number=1, manifest=steps, manifest_hash=code)
    return course


def make_enrolment(
    person: User, course: CoursePage, status: str = Status.NOT_STARTED, *, is_closed: bool = False, **values: Any
) -> Enrolment:
    cycle = Enrolment.objects.filter(person=person, course=course).count() + 1
    closing = {"closed_at": timezone.now(), "closing_reason": "retaken"} if is_closed else {}
    enrolment = Enrolment.objects.create(
        person=person, course=course, cycle=cycle, version=course.versions.get(), **closing, **values
    )
    is_complete = status == Status.COMPLETED
    EnrolmentState.objects.create(
        enrolment=enrolment,
        required=2,
        done=2 if is_complete else int(status == Status.IN_PROGRESS),
        percent=100 if is_complete else 50 * (status == Status.IN_PROGRESS),
        status=status,
        completed_at=timezone.now() if is_complete else None,
        last_activity_at=None if status == Status.NOT_STARTED else timezone.now(),
    )
    return enrolment


@dataclass
class World:
    organisations: list[Organisation] = field(default_factory=list)
    themes: list[Theme] = field(default_factory=list)
    courses: list[CoursePage] = field(default_factory=list)
    people: list[User] = field(default_factory=list)


def random_world(seed: int, *, people: int = 14) -> World:
    """Some are in two organisations, some left, some come tomorrow, some are inactive; some retake a course."""
    chance, today = random.Random(seed), timezone.localdate()
    world = World(
        organisations=[OrganisationFactory(code=f"O{number}") for number in range(3)],
        themes=[make_theme(f"T{number}") for number in range(3)],
    )
    for number in range(3):
        world.courses.append(make_course(f"C{number}", *chance.sample(world.themes, k=number)))
    periods = [(-100, None), (-100, None), (-100, 0), (-100, -10), (1, None), (0, 1)]
    for _ in range(people):
        person = UserFactory(is_active=chance.random() > 0.1)
        world.people.append(person)
        for organisation in chance.sample(world.organisations, k=chance.choice([0, 1, 1, 1, 2])):
            start, end = chance.choice(periods)
            MembershipFactory(
                person=person,
                organisation=organisation,
                starts_on=today + timedelta(days=start),
                ends_on=None if end is None else today + timedelta(days=end),
            )
        for course in chance.sample(world.courses, k=chance.randint(0, 3)):
            for _ in range(chance.choice([0, 0, 1])):
                make_enrolment(person, course, chance.choice(BEST_FIRST), is_closed=True)
            if chance.random() > 0.2:
                make_enrolment(person, course, chance.choice(BEST_FIRST))
    return world


# By hand: nothing below shares a line with the code it checks.


class ByHand:
    """Every row read once, then counted in Python."""

    def __init__(self, world: World) -> None:
        self.people = [person for person in world.people if person.is_active]
        self.memberships = list(Membership.objects.all())
        self.enrolments = list(Enrolment.objects.select_related("state"))
        self.links = set(ThemeLink.objects.values_list("page_id", "theme_id"))
        self.today = timezone.localdate()

    def in_post(self, organisations: Iterable[Organisation]) -> list[User]:
        wanted = {organisation.pk for organisation in organisations}
        present = {
            membership.person_id
            for membership in self.memberships
            if membership.organisation_id in wanted
            and membership.starts_on <= self.today
            and (membership.ends_on is None or membership.ends_on > self.today)
        }
        return [person for person in self.people if person.pk in present]

    def best_state(self, person: User, courses: Iterable[CoursePage]) -> str | None:
        wanted = {course.pk for course in courses}
        found = {
            enrolment.state.status
            for enrolment in self.enrolments
            if enrolment.person_id == person.pk
            and enrolment.course_id in wanted
            and (enrolment.closed_at is None or enrolment.state.status == "completed")
        }
        return next((status for status in BEST_FIRST if status in found), None)

    def linked(self, courses: Iterable[CoursePage], theme: Theme | None) -> list[CoursePage]:
        return [course for course in courses if theme is None or (course.pk, theme.pk) in self.links]

    def figures(
        self, organisations: Iterable[Organisation], courses: Iterable[CoursePage]
    ) -> tuple[int, int, int, int, int]:
        """People, enrolled, not started, in progress, completed."""
        return self.figures_of(self.in_post(organisations), courses)

    def figures_of(self, people: Iterable[User], courses: Iterable[CoursePage]) -> tuple[int, int, int, int, int]:
        wanted = list(courses)
        states = [self.best_state(person, wanted) for person in people]
        return (
            len(states),
            sum(state is not None for state in states),
            states.count(Status.NOT_STARTED),
            states.count(Status.IN_PROGRESS),
            states.count(Status.COMPLETED),
        )
