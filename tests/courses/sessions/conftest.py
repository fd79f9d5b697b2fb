"""Before each test: a course, a trainer, three people on the list, and a clock."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine
from django.contrib.auth.models import Group

from cms.accounts.models import TRAINERS, User
from courses.sessions.models import HalfDay, TrainingSession
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.courses import CourseTree, course_tree
from tests.factories.sessions import at, training_session

Clock = Callable[[datetime], None]


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Set the time, which then stands still; the week before the session, to begin with."""
    with time_machine.travel(at(8).replace(day=3), tick=False) as traveller:
        yield traveller.move_to


@pytest.fixture
def tree(db: None) -> CourseTree:
    return course_tree(title="Conduire un entretien", format="mixte", lessons=1, quizzes=0)


@pytest.fixture
def people(professional: User) -> tuple[User, User, User]:
    """Alix, Bao, and the professional."""
    alix = MembershipFactory(person__first_name="Alix", person__last_name="Auvray", organisation__name="CAF").person
    bao = MembershipFactory(person__first_name="Bao", person__last_name="Binet", organisation__name="CCAS").person
    return alix, bao, professional


@pytest.fixture
def session(clock: Clock, tree: CourseTree, trainer: User, people: tuple[User, User, User]) -> TrainingSession:
    return training_session(tree.course, trainer, people=people)


@pytest.fixture
def morning(session: TrainingSession) -> HalfDay:
    return session.halves[0]


@pytest.fixture
def afternoon(session: TrainingSession) -> HalfDay:
    return session.halves[1]


@pytest.fixture
def other_trainer(db: None) -> User:
    person: User = UserFactory(first_name="Paule", last_name="Ferey")
    person.groups.add(Group.objects.get_or_create(name=TRAINERS)[0])
    return person
