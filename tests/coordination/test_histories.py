"""Whatever happens, in whatever order, whoever looks in between: the figures remembered are those of a recount."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from datetime import timedelta
from random import Random
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from cms.accounts.models import Membership
from cms.core.models import Stamp
from cms.roadmap.models import ThemeLink
from coordination.filters import Filters
from coordination.models import StandingChange
from coordination.queries import figures
from coordination.queries.figures import count_all, count_of, dashboard_of
from coordination.queries.people import PeopleListing
from coordination.queries.reach import Reach, reach_of
from coordination.services import forget_changes
from courses.enums import Status
from courses.errors import CourseError
from courses.models import Enrolment, EnrolmentState
from courses.services import enrol, retake
from tests.coordination.test_tallies import Spy, everyone, set_state, some_filters, spy
from tests.coordination.world import ByHand, World, make_course, make_enrolment, make_theme, random_world
from tests.courses.helpers import finish, published
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.courses import CourseTree, add_lesson, course_tree

__all__ = ["spy"]
pytestmark = pytest.mark.django_db(transaction=True)


def looking() -> Reach:
    """As the coordination looks now."""
    return reach_of(UserFactory.build(is_superuser=True))


def check(world: World) -> None:
    """Every figure, as remembered, is the whole count made again, and the one made by hand."""
    hand = ByHand(world)
    for filters in some_filters(world):
        count = count_of(looking(), filters)
        again = count_all(looking(), filters)
        assert (count.tally, count.scope) == (again.tally, again.scope), filters
    dashboard = dashboard_of(looking(), Filters())
    assert astuple(dashboard.total) == hand.figures(world.organisations, world.courses)
    assert [astuple(row.figures) for row in dashboard.themes] == [
        hand.figures(world.organisations, hand.linked(world.courses, theme)) for theme in world.themes
    ]
    assert PeopleListing(looking(), Filters()).size.people == len(hand.in_post(world.organisations))


# One who acts as people do, through the services


@dataclass
class Life:
    """A little SPIE with real courses, and what may happen to it."""

    world: World
    trees: list[CourseTree]
    chance: Random
    done: list[str] = field(default_factory=list)

    def happen(self) -> None:
        """One of the things people do, drawn at random; what the house refuses changes nothing."""
        acts = [self.enrol] * 3 + [self.attempt] * 8 + [self.retake, self.leave, self.move, self.moves_page]
        acts += [self.arrive, self.deactivate, self.rename, self.link, self.withdraw_step, self.add_step, self.forget]
        act: Callable[[], None] = self.chance.choice(acts)
        self.done.append(act.__name__)
        with suppress(CourseError):
            act()

    def some_enrolment(self) -> Enrolment:
        return self.chance.choice(list(Enrolment.objects.select_related("version", "course").order_by("pk")))

    def enrol(self) -> None:
        tree = self.chance.choice(self.trees)
        enrol(person=self.chance.choice(self.world.people), course=tree.course, source="self")

    def attempt(self) -> None:
        enrolment = self.some_enrolment()
        step = self.chance.choice(enrolment.version.manifest)
        with transaction.atomic():
            tree = next(one for one in self.trees if one.course.pk == enrolment.course_id)
            page = next(one for one in tree.steps if str(one.step_key) == step["step_key"])
            finish(enrolment, page, passed=self.chance.random() < 0.8)

    def retake(self) -> None:
        done = Enrolment.objects.open().filter(state__status=Status.COMPLETED)
        if done:
            retake(enrolment=self.chance.choice(list(done.order_by("pk"))))

    def leave(self) -> None:
        Enrolment.objects.filter(pk=self.some_enrolment().pk, closed_at=None).update(
            closed_at=timezone.now(), closing_reason="withdrawn"
        )

    def move(self) -> None:
        """From one organisation to another, or out."""
        today = timezone.localdate()
        person = self.chance.choice(self.world.people)
        Membership.objects.current().filter(person=person, starts_on__lt=today).update(ends_on=today)
        if self.chance.random() < 0.7:
            MembershipFactory(person=person, organisation=self.chance.choice(self.world.organisations), starts_on=today)

    def arrive(self) -> None:
        person = UserFactory()
        self.world.people.append(person)
        starts_on = timezone.localdate() + timedelta(days=self.chance.choice([-1, 0, 1]))
        MembershipFactory(person=person, organisation=self.chance.choice(self.world.organisations), starts_on=starts_on)

    def deactivate(self) -> None:
        person = self.chance.choice(self.world.people)
        person.is_active = not person.is_active
        person.save()

    def rename(self) -> None:
        organisation = self.chance.choice(self.world.organisations)
        organisation.name += "*"
        organisation.save()

    def link(self) -> None:
        course, theme = self.chance.choice(self.world.courses), self.chance.choice(self.world.themes)
        if not ThemeLink.objects.filter(page_id=course.pk, theme=theme).delete()[0]:
            ThemeLink.objects.create(page_id=course.pk, theme=theme)

    def withdraw_step(self) -> None:
        """Or give it back. The first stays: a live course asks for something."""
        tree = self.chance.choice(self.trees)
        lesson = self.chance.choice(tree.lessons[1:])
        lesson.refresh_from_db()
        if lesson.live:
            lesson.unpublish()
        else:
            published(lesson)

    def moves_page(self) -> None:
        tree = self.chance.choice(self.trees)
        tree.lessons[-1].refresh_from_db()
        tree.lessons[0].refresh_from_db()
        tree.lessons[-1].move(tree.lessons[0], pos="right")

    def add_step(self) -> None:
        tree = self.chance.choice(self.trees)
        tree.modules[0].refresh_from_db()
        lesson = add_lesson(tree.modules[0], f"Nouvelle {len(tree.lessons)}", live=False)
        tree.lessons.append(published(lesson))

    def forget(self) -> None:
        forget_changes(hours=48)


def a_life(seed: int) -> Life:
    chance = Random(seed)
    themes = [make_theme(f"T{number}") for number in range(2)]
    trees = [
        course_tree(title=f"Formation {number}", code=f"C{number}", lessons=3, quizzes=0, themes=(theme,))
        for number, theme in enumerate(themes)
    ]
    third = course_tree(title="Sans thème", code="C2", lessons=2, quizzes=0)
    trees.append(third)
    organisations = [OrganisationFactory(code=f"O{number}") for number in range(3)]
    people = [MembershipFactory(organisation=chance.choice(organisations)).person for _ in range(6)]
    world = World(organisations, themes, [tree.course for tree in trees], people)
    enrol(person=people[0], course=trees[0].course, source="self")
    return Life(world, trees, chance)


@pytest.mark.parametrize("seed", range(2))
def test_any_history_of_people_courses_and_structures_interleaved_with_looks(seed: int) -> None:
    life = a_life(seed)
    check(life.world)

    for _ in range(14):
        for _ in range(life.chance.randint(1, 5)):
            life.happen()
        check(life.world)


def test_what_is_rolled_back_counts_for_nothing_even_in_part(spy: Spy) -> None:
    world = random_world(11)
    one, two = (make_enrolment(MembershipFactory().person, world.courses[0]) for _ in range(2))
    before = count_of(everyone(), Filters())

    with transaction.atomic():
        set_state(one, Status.IN_PROGRESS)
        with pytest.raises(RuntimeError), transaction.atomic():
            set_state(one, Status.COMPLETED)
            set_state(two, Status.COMPLETED)
            raise RuntimeError
    with pytest.raises(RuntimeError), transaction.atomic():
        set_state(two, Status.IN_PROGRESS)
        raise RuntimeError

    after = count_of(everyone(), Filters())
    assert after.tally == count_all(everyone(), Filters()).tally
    assert after.tally["all", 2] == before.tally["all", 2] + 1
    assert spy.calls == 1


# Several at once, on connections of their own


class Writer:
    """Someone whose transaction stays open as long as one likes."""

    def __init__(self) -> None:
        self.connection = connections.create_connection("default")
        self.connection.set_autocommit(False)

    def set(self, enrolment: Enrolment, status: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE courses_enrolmentstate SET status = %s, percent = %s, completed_at = %s"
                " WHERE enrolment_id = %s",
                [status, *((100, timezone.now()) if status == Status.COMPLETED else (0, None)), enrolment.pk],
            )

    def commit(self) -> None:
        self.connection.commit()

    def rollback(self) -> None:
        self.connection.rollback()

    def close(self) -> None:
        self.connection.close()


@pytest.fixture
def writers() -> Iterator[list[Writer]]:
    several = [Writer() for _ in range(4)]
    yield several
    for writer in several:
        writer.close()


def test_a_change_noted_first_and_committed_last_is_never_passed_over(spy: Spy, writers: list[Writer]) -> None:
    """The trap of a log read by number: 1 is written, 2 is written and committed, read up to 2, then 1 is committed."""
    world = random_world(12)
    slow, fast, later = (make_enrolment(MembershipFactory().person, world.courses[0]) for _ in range(3))
    count_of(everyone(), Filters())
    first = writers[0]
    first.set(slow, Status.COMPLETED)
    writers[1].set(fast, Status.COMPLETED)
    writers[1].commit()
    adjusted = count_of(everyone(), Filters())
    assert adjusted.tally == count_all(everyone(), Filters()).tally

    for status in (Status.IN_PROGRESS, Status.COMPLETED):  # and others follow, each seen
        set_state(later, status)
        assert count_of(everyone(), Filters()).tally == count_all(everyone(), Filters()).tally
    with first.connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM coordination_standingchange WHERE enrolment = %s", [slow.pk])
        [slow_number] = cursor.fetchone()
    assert slow_number < StandingChange.objects.latest("pk").pk
    first.commit()

    late = count_of(everyone(), Filters())
    assert late.tally["all", 3] == adjusted.tally["all", 3] + 2
    assert late.tally == count_all(everyone(), Filters()).tally
    assert spy.calls == 1


@pytest.mark.parametrize("seed", range(2))
def test_transactions_ending_in_any_order_are_all_adjusted_for(seed: int, spy: Spy, writers: list[Writer]) -> None:
    world, chance = random_world(seed), Random(seed)
    theirs = {
        writer: [make_enrolment(MembershipFactory().person, course) for course in world.courses] for writer in writers
    }
    filters = some_filters(world)
    for one in filters:
        count_of(everyone(), one)

    for _ in range(25):
        writer = chance.choice(writers)
        match chance.randrange(4):
            case 0:
                writer.commit()
            case 1:
                writer.rollback()
            case _:
                writer.set(chance.choice(theirs[writer]), chance.choice(Status.values))
        one = chance.choice(filters)
        assert count_of(everyone(), one).tally == count_all(everyone(), one).tally
    for writer in writers:
        writer.commit()
    for one in filters:
        assert count_of(everyone(), one).tally == count_all(everyone(), one).tally
    assert spy.calls == len(filters)


def test_someone_who_looks_without_stopping_while_others_act_is_never_left_behind() -> None:
    """Writers, each with people of their own, and a reader who adjusts all the time: at the end nothing is missing."""
    world, stopped, faults = random_world(13), Event(), list[Exception]()
    people = [MembershipFactory().person for _ in range(9)]
    enrolments = [make_enrolment(person, course) for person in people for course in world.courses]
    count_of(everyone(), Filters())

    def act(number: int) -> None:
        chance = Random(number)
        try:
            for _ in range(25):
                mine = chance.choice(enrolments[number::3])
                with transaction.atomic():
                    if chance.random() < 0.2:
                        Enrolment.objects.filter(pk=mine.pk).update(
                            closed_at=chance.choice([None, timezone.now()]), closing_reason="withdrawn"
                        )
                    set_state(mine, chance.choice(Status.values))
        except Exception as fault:  # said below, in the test
            faults.append(fault)
        finally:
            connection.close()

    def look() -> None:
        try:
            while not stopped.is_set():
                tally = count_of(everyone(), Filters()).tally
                assert sum(number for (kind, _rank), number in pairs(tally) if kind == "all") == present
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    def pairs(tally: Any) -> list[Any]:
        return [(key, number) for key, number in tally.items() if len(key) == 2]

    present = len(ByHand(World(people=[*world.people, *people])).in_post(everywhere()))
    reader = Thread(target=look)
    others = [Thread(target=act, args=[number]) for number in range(3)]
    for thread in (reader, *others):
        thread.start()
    for thread in others:
        thread.join()
    stopped.set()
    reader.join()

    assert faults == []
    assert count_of(everyone(), Filters()).tally == count_all(everyone(), Filters()).tally


def everywhere() -> list[Any]:
    return [membership.organisation for membership in Membership.objects.select_related("organisation")]


# The journal of changes itself


def test_a_long_journal_already_read_costs_nothing_and_changes_nothing(spy: Spy) -> None:
    world = random_world(14)
    enrolment = make_enrolment(MembershipFactory().person, world.courses[0])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO coordination_standingchange (transaction, enrolment, person, was_rank) "
            "SELECT '3'::xid8, %s, %s, 3 FROM generate_series(1, 20000)",
            [enrolment.pk, enrolment.person_id],
        )
        cursor.execute("ANALYZE coordination_standingchange")
    known = count_of(everyone(), Filters())
    set_state(enrolment, Status.IN_PROGRESS)

    assert count_of(everyone(), Filters()).tally == count_all(everyone(), Filters()).tally
    assert spy.calls == 1
    parameters = figures.parameters_of(everyone(), Filters()) | {"snapshot": known.snapshot}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {figures.CHANGES}", parameters)
        [[plan]] = cursor.fetchone()
    assert rows_read(plan["Plan"], "coordination_standingchange") < 100


def rows_read(plan: dict[str, Any], table: str) -> float:
    mine = (
        plan["Actual Rows"] * plan["Actual Loops"] + plan.get("Rows Removed by Filter", 0)
        if plan.get("Relation Name") == table
        else 0
    )
    return mine + sum(rows_read(below, table) for below in plan.get("Plans", []))


def test_changes_brought_by_a_backup_of_another_server_are_left_out_then_deleted(spy: Spy) -> None:
    """Their transactions have numbers this server has not given yet."""
    world = random_world(15)
    enrolment = make_enrolment(MembershipFactory().person, world.courses[0], Status.COMPLETED)
    StandingChange.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO coordination_standingchange (transaction, enrolment, person, was_rank) "
            "VALUES ((pg_current_xact_id()::text::bigint + 1000000)::text::xid8, %s, %s, 1)",
            [enrolment.pk, enrolment.person_id],
        )

    for _ in range(3):
        assert count_of(everyone(), Filters()).tally == count_all(everyone(), Filters()).tally
    set_state(enrolment, Status.IN_PROGRESS)
    assert count_of(everyone(), Filters()).tally == count_all(everyone(), Filters()).tally
    forget_changes(hours=48)
    assert list(StandingChange.objects.values_list("was_rank", flat=True)) == [3]
    assert spy.calls == 1


def test_before_anything_moved_the_stamp_a_count_is_remembered_all_the_same(spy: Spy) -> None:
    make_course("SOCLE")
    Stamp.objects.all().delete()

    for _ in range(2):
        count_of(everyone(), Filters())

    assert spy.calls == 1


def test_a_state_that_disappears_is_no_longer_counted(spy: Spy) -> None:
    world = random_world(16)
    enrolment = make_enrolment(MembershipFactory().person, world.courses[0], Status.IN_PROGRESS)
    before = count_of(everyone(), Filters())

    EnrolmentState.objects.filter(pk=enrolment.pk).delete()

    after = count_of(everyone(), Filters())
    assert after.tally == count_all(everyone(), Filters()).tally
    assert after.tally["all", 2] == before.tally["all", 2] - 1
    assert spy.calls == 1
