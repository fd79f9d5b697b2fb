"""The admin about people: who enters, what they do there, what is refused in words."""

import html
import re
from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone

from cms.accounts import services
from cms.accounts.models import Invitation, Membership, Organisation, User
from cms.core.templatetags.socle import day
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory

SCREENS = [
    "/admin/organisations/",
    "/admin/organisations/new/",
    "/admin/memberships/",
    "/admin/memberships/new/",
    "/admin/invitations/",
    "/admin/invitations/new/",
    "/admin/users/",
    "/admin/person_chooser/",
]


def said(response: Any) -> str:
    """The messages of the page, and its errors."""
    text = html.unescape(response.content.decode())
    found = re.findall(
        r'<li class="(?:success|error|warning)[^>]*>(.*?)</li>|<p class="error-message">(.*?)</p>', text, re.S
    )
    return " ".join(" ".join(re.sub(r"<[^>]+>", " ", part).split()) for pair in found for part in pair if part)


@pytest.fixture
def office(sign_in: Any, coordinator: User) -> Any:
    return sign_in(coordinator)


@pytest.mark.parametrize("path", ["/admin/", "/admin/pages/", "/admin/users/", "/admin/logout/"])
def test_a_professional_is_refused_in_words_and_not_sent_round(sign_in: Any, professional: User, path: str) -> None:
    response = sign_in(professional).get(path, follow=True)
    assert (response.status_code, response.redirect_chain) == (403, [])


def test_a_lead_is_refused_too(sign_in: Any, lead: User) -> None:
    assert sign_in(lead).get("/admin/").status_code == 403


def test_a_visitor_goes_through_the_one_door(client: Any, db: None) -> None:
    assert client.get("/admin/")["Location"] == "/compte/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/compte/login/?next=/admin/"
    assert client.get("/admin/password_reset/").status_code == 404


def test_each_role_sees_its_screens(
    sign_in: Any, trainer: User, coordinator: User, administrator: User, professional: User
) -> None:
    expected = {trainer: 302, coordinator: 200, administrator: 200, professional: 403}
    for person, status in expected.items():
        client = sign_in(person)
        assert {path: client.get(path).status_code for path in SCREENS if "chooser" not in path} == {
            path: status for path in SCREENS if "chooser" not in path
        }, person
    assert sign_in(trainer).get("/admin/").status_code == 200


def test_the_menu_holds_people(office: Any, sign_in: Any, trainer: User) -> None:
    menu = office.get("/admin/").content.decode()
    assert [label for label in ("Structures", "Rattachements", "Invitations", "Comptes") if label not in menu] == []
    assert "Rattachements" not in sign_in(trainer).get("/admin/").content.decode()


def test_the_coordination_looks_at_accounts_without_touching_them(office: Any, professional: User) -> None:
    listing = office.get("/admin/users/").content.decode()
    assert professional.email in listing
    assert f"/admin/users/edit/{professional.pk}/" not in listing
    assert office.get(f"/admin/users/edit/{professional.pk}/").status_code == 302
    assert office.post(f"/admin/users/delete/{professional.pk}/").status_code == 302
    assert office.get(f"/admin/users/inspect/{professional.pk}/").status_code == 200
    assert User.objects.filter(pk=professional.pk).exists()


def test_people_and_organisations_are_searched_without_accents(office: Any, organisation: Organisation) -> None:
    OrganisationFactory(name="École de la deuxième chance", code="E2C")
    person = MembershipFactory(organisation=organisation, person__last_name="Lefèvre").person
    found = office.get("/admin/organisations/?q=ecole deuxieme").content.decode()
    assert ("École de la deuxième" in found, "Mutualité" in found) == (True, False)
    assert "Lefèvre" in office.get("/admin/users/?q=lefevre").content.decode()
    assert "Lefèvre" in office.get("/admin/memberships/?q=lefevre").content.decode()
    assert "Lefèvre" in office.get("/admin/person_chooser/results/?q=lefevre").content.decode()
    assert "Lefèvre" not in office.get("/admin/person_chooser/results/?q=autre").content.decode()
    assert "Lefèvre" in office.get(f"/admin/users/?organisation={organisation.pk}").content.decode()
    for query in ("%00", "%27", "a" * 3000, "%F0%9F%92%A5"):
        for screen in ("organisations", "memberships", "invitations", "users"):
            assert office.get(f"/admin/{screen}/?q={query}").status_code == 200
    assert str(person)


def test_an_organisation_is_described_and_its_siret_checked(office: Any) -> None:
    typed = {"name": "CCAS de Valognes", "code": "CCAS-VAL", "kind": "ccas", "former_names": "Bureau d'aide\n\nAide"}
    wrong = office.post("/admin/organisations/new/", typed | {"siret": "123"})
    assert "numéro SIRET" in html.unescape(wrong.content.decode())
    office.post("/admin/organisations/new/", typed | {"siret": "732 829 320 00074", "is_active": "on"})
    saved = Organisation.objects.get(code="CCAS-VAL")
    assert (saved.siret, saved.former_names) == ("73282932000074", ["Bureau d'aide", "Aide"])


def test_an_organisation_with_a_history_is_kept(office: Any, professional: User, organisation: Organisation) -> None:
    for method in (office.get, office.post):
        response = method(f"/admin/organisations/delete/{organisation.pk}/", follow=True)
        assert (
            "Impossible de supprimer « Mutualité sociale agricole » : son histoire en dépend (1 rattachement)"
            in said(response)
        )
    empty = OrganisationFactory()
    office.post(f"/admin/organisations/delete/{empty.pk}/")
    assert list(Organisation.objects.all()) == [organisation]


def test_a_person_with_a_history_is_kept(sign_in: Any, administrator: User, professional: User) -> None:
    client = sign_in(administrator)
    bulk = f"/admin/bulk/accounts/user/delete/?id={professional.pk}"
    for address in (f"/admin/users/delete/{professional.pk}/", bulk):
        response = client.post(address, follow=True)
        assert "Décochez plutôt « Actif »" in said(response)
    newcomer = UserFactory()
    client.post(f"/admin/users/delete/{newcomer.pk}/")
    assert set(User.objects.all()) == {administrator, professional}


def test_an_invitation_is_sent_renewed_and_withdrawn(
    office: Any, coordinator: User, organisation: Organisation
) -> None:
    typed = {"email": "zoe@test.example", "organisation": organisation.pk, "role": "member"}
    response = office.post("/admin/invitations/new/", typed, follow=True)
    assert "Invitation envoyée à zoe@test.example." in said(response)
    invitation = Invitation.objects.get()
    assert (invitation.invited_by, [sent.to for sent in mail.outbox]) == (coordinator, [["zoe@test.example"]])
    office.post("/admin/invitations/new/", typed | {"role": "lead"})
    assert [(i.pk, i.role) for i in Invitation.objects.all()] == [(invitation.pk, "lead")]
    assert len(mail.outbox) == 2
    assert day(invitation.expires_at) in office.get("/admin/invitations/").content.decode()
    assert office.get(f"/admin/invitations/inspect/{invitation.pk}/").status_code == 200
    assert office.get(f"/admin/invitations/edit/{invitation.pk}/").status_code == 302
    office.post(f"/admin/invitations/delete/{invitation.pk}/")
    assert not Invitation.objects.exists()


def test_a_member_is_not_invited_and_the_form_says_why(
    office: Any, professional: User, organisation: Organisation
) -> None:
    typed = {"email": professional.email, "organisation": organisation.pk, "role": "member"}
    response = office.post("/admin/invitations/new/", typed)
    assert response.status_code == 200
    assert "est déjà dans la structure" in html.unescape(response.content.decode())
    assert mail.outbox == []


@pytest.mark.parametrize("email", ["", "pas une adresse", "a" * 10_000 + "@test.example", "zo\x00e@test.example"])
def test_a_wrong_address_is_not_invited(office: Any, organisation: Organisation, email: str) -> None:
    typed = {"email": email, "organisation": organisation.pk, "role": "member"}
    assert office.post("/admin/invitations/new/", typed).status_code == 200
    assert not Invitation.objects.exists()


def test_an_accepted_invitation_is_kept(office: Any, organisation: Organisation) -> None:
    invitation = services.invite(email="zoe@test.example", organisation=organisation)
    Invitation.objects.update(accepted_at=timezone.now())
    assert "acceptée se garde" in said(office.post(f"/admin/invitations/delete/{invitation.pk}/", follow=True))
    assert "Acceptée" in office.get("/admin/invitations/?state=accepted").content.decode()
    assert invitation.email not in office.get("/admin/invitations/?state=waiting").content.decode()


def test_a_person_is_chosen_by_searching_and_not_in_a_list_of_thousands(office: Any, professional: User) -> None:
    form = office.get("/admin/memberships/new/").content.decode()
    assert "/admin/person_chooser/" in form
    assert professional.email not in form
    assert "<option" not in form.split('name="person"')[1].split("<section")[0]


def test_a_move_closes_what_was_open_unless_told_otherwise(office: Any, professional: User) -> None:
    caf, mef = OrganisationFactory(name="CAF"), OrganisationFactory(name="MEF")
    typed = {"person": professional.pk, "role": "member", "starts_on": "2026-11-01"}
    office.post("/admin/memberships/new/", typed | {"organisation": caf.pk, "is_move": "on"})
    office.post("/admin/memberships/new/", typed | {"organisation": mef.pk})
    assert {(m.organisation.name, m.ends_on) for m in professional.memberships.all()} == {
        ("Mutualité sociale agricole", date(2026, 11, 1)),
        ("CAF", None),
        ("MEF", None),
    }
    again = office.post("/admin/memberships/new/", typed | {"organisation": caf.pk, "is_move": "on"})
    assert "est déjà" in html.unescape(again.content.decode())
    backwards = typed | {"organisation": OrganisationFactory().pk, "ends_on": "2026-10-01"}
    assert "fin ne peut pas précéder" in html.unescape(
        office.post("/admin/memberships/new/", backwards).content.decode()
    )
    assert Membership.objects.count() == 3


def test_an_administrator_changes_an_address_and_closes_an_account(
    sign_in: Any, administrator: User, professional: User
) -> None:
    EmailAddress.objects.create(user=professional, email=professional.email, verified=True, primary=True)
    client = sign_in(administrator)
    typed = {"first_name": "Zoé", "last_name": "Ménard", "email": "Zoe@test.example", "job": "cip", "is_active": "on"}
    address = f"/admin/users/edit/{professional.pk}/"
    assert 'name="job"' in client.get(address).content.decode()
    assert 'name="username"' not in client.get(address).content.decode()
    client.post(address, typed)
    professional.refresh_from_db()
    assert (professional.email, professional.job) == ("zoe@test.example", "cip")
    assert [a.email for a in EmailAddress.objects.filter(user=professional, verified=True)] == ["zoe@test.example"]
    typed.pop("is_active")
    client.post(address, typed)
    assert not professional.memberships.current().exists()


def test_an_administrator_adds_an_account(sign_in: Any, administrator: User) -> None:
    typed = {
        "first_name": "Zoé",
        "last_name": "Ménard",
        "email": "zoe@test.example",
        "job": "cip",
        "password1": "des cerises en hiver",
        "password2": "des cerises en hiver",
    }
    sign_in(administrator).post("/admin/users/new/", typed)
    assert User.objects.get(email="zoe@test.example").check_password("des cerises en hiver")


@pytest.mark.parametrize("path", [path for path in SCREENS if "new" not in path])
def test_lists_cost_the_same_with_more_rows(
    office: Any, organisation: Organisation, assert_constant_queries: Any, path: str
) -> None:
    def grow() -> None:
        for _ in range(3):
            newcomer = MembershipFactory(organisation=OrganisationFactory()).person
            services.invite(email=newcomer.email, organisation=organisation)

    grow()
    assert_constant_queries(lambda: office.get(path), grow)
