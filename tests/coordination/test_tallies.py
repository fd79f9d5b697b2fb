"""A count adjusted by what changed is the count made all over again."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from coordination.filters import Choice, Filters
from coordination.models import StandingChange
from coordination.queries import figures
from coordination.queries.figures import count_all, count_of
from coordination.queries.reach import Reach
from coordination.services import forget_changes
from coordination.tallies import Fact, Scope, Tally, adjusted, contribution
from courses.enums import Status
from courses.models import Enrolment, EnrolmentState
from tests.coordination.world import World, make_enrolment, random_world
from tests.factories.accounts import MembershipFactory

RANKS = st.one_of(st.none(), st.integers(0, 3))
THEMES_OF = {1: frozenset({10}), 2: frozenset({10, 11}), 3: frozenset[int]()}
SCOPES = st.builds(Scope, st.sampled_from([None, 1, 2, 3]), st.sampled_from([None, 10, 11]), st.just(THEMES_OF))
# Two enrolments at most per person and course, as two cycles.
ENROLMENTS = [
    (person * 100 + course * 10 + cycle, person, course)
    for person in (1, 2, 3)
    for course in (1, 2, 3)
    for cycle in (0, 1)
]


def whole(facts: list[Fact], posts: dict[int, list[int]], scope: Scope) -> Tally:
    tally: Tally = Counter()
    for person, organisations in posts.items():
        tally.update(contribution([fact for fact in facts if fact.person == person], organisations, scope))
    return +tally


@given(
    before=st.tuples(*[RANKS for _ in ENROLMENTS]),
    after=st.tuples(*[RANKS for _ in ENROLMENTS]),
    posts=st.dictionaries(st.sampled_from([1, 2, 3]), st.lists(st.sampled_from([5, 6]), unique=True)),
    scope=SCOPES,
)
def test_adjusting_gives_what_counting_again_would(
    before: tuple[int | None, ...], after: tuple[int | None, ...], posts: dict[int, list[int]], scope: Scope
) -> None:
    then = [Fact(*enrolment, rank) for enrolment, rank in zip(ENROLMENTS, before, strict=True)]
    now = [Fact(*enrolment, rank) for enrolment, rank in zip(ENROLMENTS, after, strict=True)]
    changed = {old.enrolment: old.rank for old, new in zip(then, now, strict=True) if old.rank != new.rank}
    concerned = {new.person for old, new in zip(then, now, strict=True) if old.rank != new.rank}

    result = adjusted(
        whole(then, posts, scope),
        before=changed,
        facts=[fact for fact in now if fact.person in concerned],
        posts=posts,
        scope=scope,
    )

    assert result == whole(now, posts, scope)


# With the database


class Spy:
    """Counts the whole counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = 0

        def counting(*args: Any) -> Any:
            self.calls += 1
            return count_all(*args)

        monkeypatch.setattr(figures, "count_all", counting)


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Spy:
    return Spy(monkeypatch)


def everyone() -> Reach:
    return Reach(None, timezone.localdate(), None)


def some_filters(world: World) -> list[Filters]:
    def choice(thing: Any) -> Choice:
        return Choice(thing.pk, thing.code, str(thing))

    return [
        Filters(),
        Filters(organisation=choice(world.organisations[0])),
        Filters(course=choice(world.courses[2])),
        Filters(theme=choice(world.themes[1])),
        Filters(organisation=choice(world.organisations[1]), theme=choice(world.themes[0])),
        Filters(is_without_organisation=True),
    ]


def set_state(enrolment: Enrolment, status: str) -> None:
    EnrolmentState.objects.filter(pk=enrolment.pk).update(
        status=status,
        percent=100 if status == Status.COMPLETED else 0,
        completed_at=timezone.now() if status == Status.COMPLETED else None,
    )


def something_happens(world: World, chance: Random) -> None:
    """One of the things people do to enrolments."""
    enrolment = chance.choice(list(Enrolment.objects.order_by("pk")))
    match chance.randrange(4):
        case 0:
            person, course = chance.choice(world.people), chance.choice(world.courses)
            if not Enrolment.objects.filter(person=person, course=course, closed_at=None).exists():
                make_enrolment(person, course)
        case 1:
            Enrolment.objects.filter(pk=enrolment.pk, closed_at=None).update(
                closed_at=timezone.now(), closing_reason="withdrawn"
            )
        case _:
            set_state(enrolment, chance.choice(Status.values))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_history_the_adjusted_count_is_the_whole_count(seed: int, spy: Spy) -> None:
    world, chance = random_world(seed), Random(seed)
    filters = some_filters(world)
    for one in filters:
        count_of(everyone(), one)
    first = spy.calls

    for _ in range(12):
        for _ in range(chance.randint(1, 4)):
            something_happens(world, chance)
        for one in filters:
            assert count_of(everyone(), one).tally == count_all(everyone(), one).tally
    assert spy.calls == first == len(filters)


@pytest.mark.django_db(transaction=True)
def test_people_who_come_or_leave_are_counted_all_over_again(spy: Spy) -> None:
    random_world(3)
    count_of(everyone(), Filters())

    MembershipFactory()

    assert count_of(everyone(), Filters()).tally == count_all(everyone(), Filters()).tally
    assert spy.calls == 2


@pytest.mark.django_db(transaction=True)
def test_a_transaction_still_open_is_adjusted_for_once_committed(spy: Spy) -> None:
    """It began before the count and commits after: its number is lower than others already counted."""
    person = MembershipFactory().person
    world = random_world(4)
    enrolment = make_enrolment(person, world.courses[0], Status.NOT_STARTED)
    other = connections.create_connection("default")
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(
            "UPDATE courses_enrolmentstate SET status = 'in_progress' WHERE enrolment_id = %s", [enrolment.pk]
        )
    set_state(make_enrolment(MembershipFactory().person, world.courses[1]), Status.COMPLETED)

    before = count_of(everyone(), Filters())
    assert before.tally == count_all(everyone(), Filters()).tally
    other.commit()
    other.close()
    after = count_of(everyone(), Filters())

    assert after.tally == count_all(everyone(), Filters()).tally != before.tally
    assert spy.calls == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_change_the_same_enrolment_at_once_are_both_adjusted_for() -> None:
    """One closes it, the other starts it: what was before is noted right, whoever comes first."""
    world = random_world(5)
    people = [MembershipFactory().person for _ in range(8)]
    enrolments = [make_enrolment(person, world.courses[0]) for person in people]
    count_of(everyone(), Filters())

    def act(task: tuple[Enrolment, bool]) -> None:
        enrolment, closes = task
        with transaction.atomic():
            if closes:
                Enrolment.objects.filter(pk=enrolment.pk).update(closed_at=timezone.now(), closing_reason="withdrawn")
            else:
                set_state(enrolment, Status.IN_PROGRESS)
        connection.close()

    tasks = [(enrolment, closes) for enrolment in enrolments for closes in (True, False)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, tasks))

    assert count_of(everyone(), Filters()).tally == count_all(everyone(), Filters()).tally


@pytest.mark.django_db(transaction=True)
def test_too_many_changes_or_forgotten_ones_are_counted_all_over_again(
    spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    random_world(6)
    count_of(everyone(), Filters())
    monkeypatch.setattr(figures, "MOST_CHANGES", 1)
    for enrolment in Enrolment.objects.filter(state__status=Status.NOT_STARTED, closed_at=None)[:3]:
        set_state(enrolment, Status.IN_PROGRESS)

    assert count_of(everyone(), Filters()).tally == count_all(everyone(), Filters()).tally
    assert spy.calls == 2


@pytest.mark.django_db(transaction=True)
def test_changes_are_forgotten_only_once_no_count_can_ask_for_them(spy: Spy) -> None:
    world = random_world(7)
    count_of(everyone(), Filters())
    make_enrolment(MembershipFactory().person, world.courses[0])

    forget_changes(hours=48)
    assert StandingChange.objects.exists()
    StandingChange.objects.update(recorded_at=timezone.now() - timedelta(hours=49))
    forget_changes(hours=48)
    assert not StandingChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_count_too_old_is_made_again(spy: Spy, monkeypatch: pytest.MonkeyPatch) -> None:
    random_world(8)
    count_of(everyone(), Filters())
    monkeypatch.setattr(figures, "HOURS_KEPT", -1)

    count_of(everyone(), Filters())

    assert spy.calls == 2


@pytest.mark.django_db
def test_inside_a_transaction_nothing_is_remembered(spy: Spy) -> None:
    random_world(9)

    for _ in range(2):
        count_of(everyone(), Filters())

    assert spy.calls == 2
    assert not cache.get("anything")
