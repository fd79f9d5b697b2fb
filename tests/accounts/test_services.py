"""Moving and leaving: what a person did stays theirs."""

from datetime import date, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import models

from cms.accounts import services
from cms.accounts.errors import AlreadyMember, MoveTooEarly
from cms.accounts.models import Membership, Organisation, Session, User
from cms.core.deletion import why_kept
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(TODAY, tick=False):
        yield


def periods(person: User) -> list[tuple[str, date, date | None]]:
    return [(m.organisation.name, m.starts_on, m.ends_on) for m in person.memberships.order_by("starts_on", "pk")]


def test_a_person_moved_keeps_the_past_and_opens_the_future(professional: User) -> None:
    caf = OrganisationFactory(name="CAF")
    membership = services.move_person(person=professional, organisation=caf, on=TODAY, role="lead")
    assert membership.role == "lead"
    assert periods(professional) == [
        ("Mutualité sociale agricole", date(2026, 1, 1), TODAY),
        ("CAF", TODAY, None),
    ]
    in_caf = Membership.objects.current(TODAY).filter(organisation=caf)
    the_day_before = Membership.objects.current(TODAY - timedelta(days=1))
    assert [m.person for m in in_caf] == [professional]
    assert [m.organisation.name for m in the_day_before.filter(person=professional)] == ["Mutualité sociale agricole"]


def test_a_move_to_come_leaves_today_as_it_is(professional: User, organisation: Organisation) -> None:
    caf = OrganisationFactory(name="CAF")
    services.move_person(person=professional, organisation=caf, on=TODAY + timedelta(days=8))
    assert [m.organisation for m in Membership.objects.current()] == [organisation]


def test_a_person_may_come_back(professional: User, organisation: Organisation) -> None:
    services.move_person(person=professional, organisation=OrganisationFactory(), on=TODAY)
    services.move_person(person=professional, organisation=organisation, on=TODAY + timedelta(days=1))
    assert len(periods(professional)) == 3


def test_a_move_nowhere_or_before_the_beginning_is_refused(professional: User, organisation: Organisation) -> None:
    with pytest.raises(AlreadyMember, match="déjà dans la structure"):
        services.move_person(person=professional, organisation=organisation, on=TODAY)
    with pytest.raises(MoveTooEarly, match="commence après"):
        services.move_person(person=professional, organisation=OrganisationFactory(), on=date(2025, 1, 1))
    assert len(periods(professional)) == 1


def test_a_closed_account_signs_out_and_keeps_its_trace(sign_in: object, professional: User) -> None:
    client = sign_in(professional)  # type: ignore[operator]
    assert Session.objects.filter(user=professional).count() == 1
    MembershipFactory(person=professional, starts_on=TODAY + timedelta(days=30))
    services.deactivate(person=professional)
    professional.refresh_from_db()
    assert not professional.is_active
    assert periods(professional) == [("Mutualité sociale agricole", date(2026, 1, 1), TODAY)]
    assert not Session.objects.filter(user=professional).exists()
    assert client.get("/compte/email/").status_code == 302
    assert User.objects.in_post().count() == 0


def test_a_new_address_replaces_the_former_ones(professional: User) -> None:
    EmailAddress.objects.create(user=professional, email=professional.email, primary=True, verified=True)
    services.set_email(person=professional, email="Nouvelle@test.example")
    addresses = EmailAddress.objects.filter(user=professional).values_list("email", "verified", "primary")
    assert list(addresses) == [("nouvelle@test.example", True, True)]
    assert professional.email == "nouvelle@test.example"


def test_names_sort_as_in_a_french_dictionary(db: None) -> None:
    for name in ("zèbre", "Éclair", "école", "Ecran", "œuvre", "Oeil"):
        UserFactory(last_name=name, first_name="A")
    assert [person.last_name for person in User.objects.by_name()] == [
        "Éclair",
        "école",
        "Ecran",
        "Oeil",
        "œuvre",
        "zèbre",
    ]


@pytest.mark.parametrize("text", ["menard", "MÉNARD zo", "zoe menard", "oe.menard@", "", "  ", "\x00", "%", "' --"])
def test_people_are_found_whatever_the_accents(db: None, text: str) -> None:
    person = UserFactory(first_name="Zoé", last_name="Ménard", email="zoe.menard@test.example")
    assert list(User.objects.matching(text)) == [person]


def test_organisations_are_found_by_their_former_names(organisation: Organisation) -> None:
    OrganisationFactory(name="France Travail", former_names=["Pôle emploi", "ANPE"])
    assert [o.name for o in Organisation.objects.matching("pole")] == ["France Travail"]
    assert [o.name for o in Organisation.objects.matching("anpe travail")] == ["France Travail"]
    assert [o.name for o in Organisation.objects.matching("msa")] == ["Mutualité sociale agricole"]
    assert not Organisation.objects.matching("anpe msa").exists()


def test_history_forbids_deletion_and_says_what(professional: User, organisation: Organisation) -> None:
    assert why_kept(professional) == (
        f"Impossible de supprimer « {professional} » : son histoire en dépend (1 rattachement)."
    )
    assert "1 rattachement" in (why_kept(organisation) or "")
    with pytest.raises(models.ProtectedError):
        organisation.delete()
    assert why_kept(UserFactory()) is None
