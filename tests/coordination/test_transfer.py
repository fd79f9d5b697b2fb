"""Of the people trained on a theme, how many tried since: for the coordination, from five people on each side."""

import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cms.accounts.models import Membership, User
from cms.roadmap.services import record_evidence
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.courses import theme

pytestmark = pytest.mark.django_db
ADDRESS = "/pilotage/essais/"


def people(organisation: Any, trained: int, tried: int, *, first: datetime | None = None) -> None:
    """So many trained, so many of them trying, now or at `first`."""
    for number in range(trained):
        person = MembershipFactory(organisation=organisation).person
        for at in range(2):
            record_evidence(person=person, themes=[theme().pk], kind="trained", source=f"enrolment:{person.pk}{at}")
        if number < tried:
            for at in range(3):
                record_evidence(
                    person=person, themes=[theme().pk], kind="tried", source=f"commitment:{person.pk}{at}",
                    recorded_at=first,
                )  # fmt: skip


def cells(client: Any) -> list[str]:
    page = client.get(ADDRESS).content.decode()
    shown = [part.split(">", 1)[1].split("</td>")[0] for part in page.split('data-label="')[1:]]
    return [" ".join(re.sub(r"<meter.*</meter>|<[^>]+>", " ", part, flags=re.DOTALL).split()) for part in shown]


@pytest.mark.parametrize(
    ("trained", "tried", "shown"),
    [
        (4, 2, ["4", "trop peu", "trop peu"]), (5, 0, ["5", "trop peu", "trop peu"]),
        (5, 5, ["5", "trop peu", "trop peu"]), (9, 5, ["9", "trop peu", "trop peu"]),
        (10, 4, ["10", "trop peu", "trop peu"]), (10, 5, ["10", "5", "50 %"]), (16, 5, ["16", "5", "31 %"]),
    ],
)  # fmt: skip
def test_a_rate_is_shown_from_five_people_on_each_side_each_counted_once(
    sign_in: Any, coordinator: Any, organisation: Any, trained: int, tried: int, shown: list[str]
) -> None:
    people(organisation, trained, tried)
    assert cells(sign_in(coordinator)) == shown


def test_none_is_said_and_a_figure_says_why(sign_in: Any, coordinator: Any, organisation: Any) -> None:
    client = sign_in(coordinator)
    assert "Personne n'est encore formé" in html.unescape(client.get(ADDRESS).content.decode())
    people(organisation, 12, 6)
    page = html.unescape(client.get(ADDRESS).content.decode())
    assert f'aria-label="{theme().title} : 6 sur 12 ont essayé"' in page
    for words in ("Pourquoi ce chiffre ?", "Règle.", "Dénominateur.", "Date."):
        assert words in page


def test_what_was_tried_before_the_end_of_the_training_is_not_its_fruit(
    sign_in: Any, coordinator: Any, organisation: Any
) -> None:
    people(organisation, 10, 10, first=timezone.now() - timedelta(days=1))
    people(organisation, 5, 5)
    assert cells(sign_in(coordinator)) == ["15", "5", "33 %"]


def test_who_left_no_longer_counts(sign_in: Any, coordinator: Any, organisation: Any) -> None:
    people(organisation, 12, 6)
    User.objects.filter(pk=Membership.objects.first().person_id).update(is_active=False)
    assert cells(sign_in(coordinator))[0] == "11"


def test_a_lead_who_is_the_employer_sees_none_of_it(
    sign_in: Any, lead: Any, coordinator: Any, administrator: Any, organisation: Any
) -> None:
    people(organisation, 12, 6)
    for person, status in ((lead, 404), (coordinator, 200), (administrator, 200)):
        client = sign_in(person)
        assert client.get(ADDRESS).status_code == status
        assert (ADDRESS in client.get("/pilotage/").content.decode()) == (status == 200)


def test_it_asks_the_same_whatever_there_is(
    sign_in: Any, coordinator: Any, organisation: Any, assert_constant_queries: Any
) -> None:
    client = sign_in(coordinator)
    people(organisation, 2, 1)
    assert_constant_queries(lambda: client.get(ADDRESS), lambda: people(OrganisationFactory(), 3, 1))
