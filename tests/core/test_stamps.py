"""A remembered figure is never stale: the stamp moves in the very commit that changes a fact."""

from collections.abc import Iterator
from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection, connections, transaction

from cms.accounts.models import Membership, Organisation, User
from cms.core.models import Stamp
from cms.core.stamps import current_stamp, remembered
from tests.factories.accounts import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "training"


@pytest.fixture
def membership() -> Iterator[Membership]:
    yield MembershipFactory(organisation__code="MSA", person__email="adam@test.example")


def people_counted() -> int:
    return remembered(current_stamp(NAME), ("people",), lambda: Membership.objects.count())


class SecondConnection:
    """Another server process, with its own transaction."""

    def __enter__(self) -> "SecondConnection":
        self.connection = connections.create_connection("default")
        self.connection.set_autocommit(False)
        return self

    def execute(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def __exit__(self, *error: object) -> None:
        self.connection.rollback()
        self.connection.close()


def test_the_stamp_stands_still_while_nothing_it_watches_changes(membership: Membership) -> None:
    before = current_stamp(NAME)

    User.objects.update(first_name="Zoé")
    Organisation.objects.update(description="Protection sociale agricole")
    Membership.objects.update(starts_on=membership.starts_on)

    assert current_stamp(NAME) == before


def test_it_moves_once_for_a_whole_transaction(membership: Membership) -> None:
    before = current_stamp(NAME)

    with transaction.atomic():
        MembershipFactory.create_batch(3)
        Membership.objects.update(ends_on=date(2027, 1, 1))

    assert current_stamp(NAME) == before + 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_user SET is_active = NOT is_active",
        "UPDATE accounts_membership SET ends_on = '2027-01-01'",
        "UPDATE accounts_organisation SET name = 'Autre'",
        "DELETE FROM accounts_membership",
    ],
)
def test_it_moves_with_each_fact_however_it_is_written(membership: Membership, statement: str) -> None:
    before = current_stamp(NAME)

    with connection.cursor() as cursor:
        cursor.execute(statement)

    assert current_stamp(NAME) > before


def test_a_change_is_seen_by_others_with_its_stamp_and_not_before(membership: Membership) -> None:
    assert people_counted() == 1
    with SecondConnection() as other:
        other.execute("UPDATE accounts_membership SET ends_on = '2026-06-01'")
        other.execute(
            "INSERT INTO accounts_membership (person_id, organisation_id, role, starts_on) "
            f"VALUES ({membership.person_id}, {membership.organisation_id}, 'member', '2026-06-01')"
        )
        before = current_stamp(NAME)
        assert people_counted() == 1

        other.connection.commit()

        assert current_stamp(NAME) == before + 1
        assert people_counted() == 2


def test_what_is_rolled_back_leaves_the_stamp_where_it_was(membership: Membership) -> None:
    before = current_stamp(NAME)

    with SecondConnection() as other:
        other.execute("UPDATE accounts_user SET is_active = false")

    assert current_stamp(NAME) == before


def test_a_figure_computed_while_a_fact_is_committed_is_not_kept_under_the_new_stamp(membership: Membership) -> None:
    """The stamp is read before the figure: whoever reads the new stamp computes again."""
    stamp = current_stamp(NAME)

    def overtaken() -> int:
        figure = Membership.objects.count()
        with SecondConnection() as other:
            other.execute("DELETE FROM accounts_membership")
            other.connection.commit()
        return figure

    assert remembered(stamp, ("people",), overtaken) == 1
    assert people_counted() == 0


def test_nothing_is_kept_inside_a_transaction(membership: Membership) -> None:
    with transaction.atomic():
        Membership.objects.all().delete()
        assert current_stamp(NAME) is None
        assert people_counted() == 0
        transaction.set_rollback(True)

    assert people_counted() == 1


def test_no_move_is_lost_when_many_write_at_once(membership: Membership) -> None:
    before, writers, writes = current_stamp(NAME), 6, 15
    start = Barrier(writers)

    def write(number: int) -> None:
        start.wait()
        for turn in range(writes):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO accounts_organisation "
                    "(code, name, former_names, kind, description, contact_name, contact_email, contact_phone,"
                    " website, siret, is_active) VALUES (%s, 'X', '{}', 'autre', '', '', '', '', '', '', true)",
                    [f"W-{number}-{turn}"],
                )
        connection.close()

    threads = [Thread(target=write, args=[number]) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert current_stamp(NAME) == before + writers * writes
    assert Stamp.objects.filter(name__startswith=f"{NAME}:").count() > 1
