"""Of the people trained on a theme, how many tried: from five, within reach, whatever the number of facts."""

from typing import Any

import pytest

from cms.roadmap.services import record_evidence
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.courses import theme

pytestmark = pytest.mark.django_db
ADDRESS = "/pilotage/essais/"


def people(organisation: Any, trained: int, tried: int) -> None:
    for number in range(trained):
        person = MembershipFactory(organisation=organisation).person
        for at in range(2):
            record_evidence(person=person, themes=[theme().pk], kind="trained", source=f"enrolment:{person.pk}{at}")
        if number < tried:
            for at in range(3):
                record_evidence(person=person, themes=[theme().pk], kind="tried", source=f"commitment:{person.pk}{at}")


def cells(client: Any) -> list[str]:
    page = client.get(ADDRESS).content.decode()
    return [part.split("<")[0].strip() for part in page.split('data-label="')[1:] for part in [part.split(">", 1)[1]]]


def test_a_rate_is_shown_from_five_people_each_counted_once(sign_in: Any, coordinator: Any, organisation: Any) -> None:
    client = sign_in(coordinator)
    assert "Personne n'est encore formé" in client.get(ADDRESS).content.decode().replace("&#x27;", "'")
    people(organisation, 4, 2)
    assert cells(client) == ["4", "trop peu", "trop peu"]
    people(organisation, 2, 0)
    assert cells(client) == ["6", "2", "33 %"]


def test_a_lead_sees_their_own_people(sign_in: Any, lead: Any, organisation: Any) -> None:
    people(organisation, 5, 5)
    people(OrganisationFactory(), 5, 0)
    assert cells(sign_in(lead)) == ["5", "5", "100 %"]


def test_it_asks_the_same_whatever_there_is(
    sign_in: Any, coordinator: Any, organisation: Any, assert_constant_queries: Any
) -> None:
    client = sign_in(coordinator)
    people(organisation, 2, 1)
    assert_constant_queries(lambda: client.get(ADDRESS), lambda: people(OrganisationFactory(), 3, 1))
