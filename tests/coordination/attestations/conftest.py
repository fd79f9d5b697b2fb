"""Credentials earned two years ago, which end soon, and people to look at them."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from django.core import mail
from time_machine import travel

from certifications.models import Credential
from cms.accounts.models import User
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.certifications import credential
from tests.factories.courses import CourseTree, course_tree

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
ENDING = datetime(2024, 12, 20, 9, tzinfo=UTC)  # with twenty-four months, ends on the 20th of December 2026
LAPSED = datetime(2024, 10, 1, 9, tzinfo=UTC)  # ended on the 1st of October 2026


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with travel(NOW, tick=True):
        yield


@pytest.fixture
def tree(db: None) -> CourseTree:
    return course_tree(title="Socle commun", lessons=1, quizzes=0)


@pytest.fixture
def earn(tree: CourseTree) -> Callable[..., Credential]:
    """Give someone a credential of twenty-four months, earned at that instant; the letter that says so is put away."""

    def _earn(person: User, at: datetime = ENDING, **values: object) -> Credential:
        held = credential(person, tree, at=at, **{"validity_months": 24, **values})
        mail.outbox.clear()
        return held

    return _earn


@pytest.fixture
def somebody(organisation: object) -> Callable[..., User]:
    """A person of the lead's organisation."""

    def _somebody(last_name: str = "Martel", first_name: str = "Claire") -> User:
        return MembershipFactory(
            organisation=organisation,
            starts_on=date(2020, 1, 1),
            person__first_name=first_name,
            person__last_name=last_name,
        ).person

    return _somebody


@pytest.fixture
def elsewhere(db: None) -> User:
    caf = OrganisationFactory(code="CAF", name="Caisse d'allocations familiales")
    return MembershipFactory(organisation=caf, person__first_name="Yves", person__last_name="Hamon").person
