"""Fifty at the same instant, each with its own connection: still one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from time_machine import travel

from certifications.checking import faults
from certifications.errors import AlreadyRevoked, AlreadySuperseded
from certifications.models import Credential, CredentialEvent
from certifications.services import correct, issue_for, issue_missing, revoke
from cms.accounts.enums import TRAINERS
from cms.accounts.queries import Name
from tests.certifications.test_sessions import attend, per_session
from tests.factories.accounts import UserFactory
from tests.factories.certifications import complete, credential, definition
from tests.factories.courses import course_tree
from tests.factories.sessions import at, training_session

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 10  # connections; what the pool holds goes round


def together(function: Callable[[], Any], times: int) -> list[Any]:
    """Run it so many times, `AT_ONCE` at a time, each on its own connection."""
    barrier = Barrier(AT_ONCE)

    def run(number: int) -> Any:
        try:
            if number < AT_ONCE:
                barrier.wait()
            return function()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(times)))


def test_fifty_calls_award_one():
    person, tree = UserFactory(), course_tree()
    definition(tree.course)
    enrolment = complete(person, tree)
    answers = together(lambda: issue_for(enrolment_id=enrolment.pk), 50)
    assert sorted(map(len, answers)) == [0] * 49 + [1]
    assert (Credential.objects.count(), list(faults())) == (1, [])


def test_sweeps_and_tasks_at_once_award_each_once():
    tree = course_tree()
    definition(tree.course)
    enrolments = [complete(UserFactory(), tree) for _ in range(5)]

    def both() -> int:
        return issue_missing() + sum(len(issue_for(enrolment_id=one.pk)) for one in enrolments)

    assert sum(together(both, AT_ONCE)) == 5
    assert Credential.objects.values("enrolment").distinct().count() == Credential.objects.count() == 5


def test_two_courses_of_a_path_that_end_together_award_one():
    person, first, second = UserFactory(), course_tree(title="Un"), course_tree(title="Deux")
    definition(first.course, second.course, path="all")
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    enrolments = [complete(person, tree, at=at) for tree in (first, second)]
    answers = together(lambda: [issue_for(enrolment_id=one.pk) for one in enrolments], AT_ONCE)
    assert sum(len(issued) for answer in answers for issued in answer) == 1
    assert Credential.objects.count() == 1


def test_a_credential_is_revoked_once_and_corrected_once():
    author, awarded = UserFactory(), credential(UserFactory())
    name = Name("Claire", "Nouveau")
    fixed = together(lambda: correct(credential=awarded, author=author, reason="Nom", name=name), AT_ONCE)
    assert [type(one) for one in fixed if not isinstance(one, Credential)] == [AlreadySuperseded] * (AT_ONCE - 1)
    taken = together(lambda: revoke(credential=awarded, author=author, reason="Erreur"), AT_ONCE)
    assert [type(one) for one in taken if not isinstance(one, CredentialEvent)] == [AlreadyRevoked] * (AT_ONCE - 1)


def test_sweeps_of_sessions_at_once_award_one_certificate_each():
    trainer, person = UserFactory(), UserFactory()
    trainer.groups.add(Group.objects.get(name=TRAINERS))
    with travel(at(8), tick=False):
        session = training_session(course_tree().course, trainer, people=(person,))
    per_session(session.course)
    attend(session, person, trainer)
    with travel(at(19), tick=False):
        assert sum(together(issue_missing, AT_ONCE)) == 1
        assert (Credential.objects.get().session, list(faults())) == (session, [])
