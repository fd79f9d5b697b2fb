"""The figures of /pilotage/ are those one would count by hand, and each opens the very people it counts."""

from dataclasses import astuple, replace
from itertools import product

import pytest
from django.utils import timezone

from coordination.enums import Standing
from coordination.filters import Choice, Filters
from coordination.queries.figures import dashboard_of
from coordination.queries.people import PeopleListing
from coordination.queries.reach import Reach, reach_of
from courses.enums import Status
from courses.models import EnrolmentState
from tests.coordination.world import (
    ByHand,
    World,
    make_course,
    make_enrolment,
    make_theme,
    random_world,
)
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

BY_STATE = {
    Standing.NOT_STARTED: Status.NOT_STARTED,
    Standing.IN_PROGRESS: Status.IN_PROGRESS,
    Standing.COMPLETED: Status.COMPLETED,
    Standing.NOT_TRACKABLE: Status.NOT_TRACKABLE,
    Standing.NOT_ENROLLED: None,
}


def choice(thing: object) -> Choice | None:
    return thing and Choice(thing.pk, thing.code, str(thing))


def everyone() -> Reach:
    return Reach(None, timezone.localdate(), None)


def every_filter(world: World) -> list[tuple[object, object, object]]:
    return list(product([None, *world.organisations], [None, *world.courses], [None, *world.themes]))


@pytest.mark.parametrize("seed", range(4))
def test_figures_are_those_counted_by_hand(seed: int) -> None:
    world = random_world(seed)
    hand = ByHand(world)

    for organisation, course, theme in every_filter(world):
        filters = Filters(organisation=choice(organisation), course=choice(course), theme=choice(theme))
        dashboard = dashboard_of(everyone(), filters)
        courses = hand.linked([course] if course else world.courses, theme)
        organisations = [organisation] if organisation else world.organisations

        assert astuple(dashboard.total) == hand.figures(organisations, courses)
        assert {row.organisation.pk: astuple(row.figures) for row in dashboard.organisations} == {
            one.pk: figures for one in organisations if (figures := hand.figures([one], courses)) != (0, 0, 0, 0, 0)
        }
        assert {row.theme.pk: astuple(row.figures) for row in dashboard.themes} == {
            one.pk: hand.figures(organisations, hand.linked(courses, one))
            for one in ([theme] if theme else world.themes)
        }


@pytest.mark.parametrize("seed", [1])
def test_those_without_an_organisation_are_counted_and_listed_by_the_same_rule(seed: int) -> None:
    world = random_world(seed)
    hand = ByHand(world)
    nowhere = set(hand.people) - set(hand.in_post(world.organisations))

    for course, theme in product([None, *world.courses], [None, *world.themes]):
        filters = Filters(is_without_organisation=True, course=choice(course), theme=choice(theme))
        dashboard = dashboard_of(everyone(), filters)
        courses = hand.linked([course] if course else world.courses, theme)

        assert astuple(dashboard.total) == hand.figures_of(nowhere, courses)
        assert dashboard.organisations == dashboard.deserted == ()
        assert {row.theme.pk: astuple(row.figures) for row in dashboard.themes} == {
            one.pk: hand.figures_of(nowhere, hand.linked(courses, one)) for one in ([theme] if theme else world.themes)
        }
        for standing, status in BY_STATE.items():
            listing = PeopleListing(everyone(), replace(filters, standing=standing))
            rows = listing[0:100]
            assert {row.public_id for row in rows} == {
                str(person.public_id) for person in nowhere if hand.best_state(person, courses) == status
            }
            assert listing.size.people == len(rows)


@pytest.mark.parametrize("seed", range(3))
def test_a_state_lists_the_people_whose_best_state_it_is(seed: int) -> None:
    world = random_world(seed)
    hand = ByHand(world)

    for organisation, course, theme in every_filter(world)[::3]:
        courses = hand.linked([course] if course else world.courses, theme)
        organisations = [organisation] if organisation else world.organisations
        for standing, status in BY_STATE.items():
            filters = Filters(choice(organisation), False, choice(course), choice(theme), standing)
            listing = PeopleListing(everyone(), filters)
            rows = listing[0:100]

            assert {row.public_id for row in rows} == {
                str(person.public_id)
                for person in hand.in_post(organisations)
                if hand.best_state(person, courses) == status
            }
            assert listing.size.people == len(rows)
            assert listing.size.lines == sum(max(1, len(row.courses)) for row in rows)


def test_a_person_in_two_organisations_counts_in_each_and_once_in_the_total() -> None:
    membership = MembershipFactory(organisation__code="MSA")
    MembershipFactory(person=membership.person, organisation=OrganisationFactory(code="CAF"))

    dashboard = dashboard_of(everyone(), Filters())

    assert [row.figures.people for row in dashboard.organisations] == [1, 1]
    assert dashboard.total.people == 1
    assert dashboard.shared_posts == 1


def test_an_organisation_with_no_one_in_post_is_named_rather_than_counted() -> None:
    OrganisationFactory(code="CAF", name="Caisse d'allocations familiales")

    dashboard = dashboard_of(everyone(), Filters())

    assert dashboard.organisations == ()
    assert [organisation.code for organisation in dashboard.deserted] == ["CAF"]
    assert astuple(dashboard.total) == (0, 0, 0, 0, 0)


def test_whoever_retakes_a_completed_course_stays_counted_as_having_completed() -> None:
    person = MembershipFactory().person
    course = make_course("SOCLE", make_theme("PRO-01"))
    make_enrolment(person, course, Status.COMPLETED, is_closed=True)
    make_enrolment(person, course, Status.NOT_STARTED)

    dashboard = dashboard_of(everyone(), Filters())

    assert astuple(dashboard.total) == (1, 1, 0, 0, 1)
    assert astuple(dashboard.themes[0].figures) == (1, 1, 0, 0, 1)


@pytest.mark.django_db(transaction=True)
def test_remembered_figures_follow_each_fact() -> None:
    membership = MembershipFactory()
    enrolment = make_enrolment(membership.person, make_course("SOCLE"), Status.IN_PROGRESS)

    def total() -> tuple[int, ...]:
        return astuple(dashboard_of(reach_of(UserFactory.build(is_superuser=True)), Filters()).total)

    assert total() == (1, 1, 0, 1, 0)
    EnrolmentState.objects.filter(pk=enrolment.pk).update(
        status=Status.COMPLETED, percent=100, done=2, completed_at=timezone.now()
    )
    assert total() == (1, 1, 0, 0, 1)
    membership.ends_on = timezone.localdate()
    membership.save()
    assert total() == (0, 0, 0, 0, 0)
