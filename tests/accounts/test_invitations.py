"""An account opens by invitation: sent, renewed, accepted once, and told in words when it cannot be."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.utils import timezone

from cms.accounts import services
from cms.accounts.errors import AccountClosed, AlreadyMember
from cms.accounts.models import Invitation, Membership, Organisation, User
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory

TYPED = {
    "first_name": "Zoé",
    "last_name": "Ménard",
    "job": "cip",
    "password1": "des cerises en hiver",
    "password2": "des cerises en hiver",
}


@pytest.fixture
def invitation(organisation: Organisation, coordinator: User) -> Invitation:
    return services.invite(email="Zoe@test.example", organisation=organisation, role="lead", invited_by=coordinator)


def door(invitation: Invitation) -> str:
    return f"/compte/invitation/{invitation.token}/"


def title(response: Any) -> str:
    return re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.S)[1].strip()


def test_an_invitation_is_a_mail_in_french_with_its_link(invitation: Invitation) -> None:
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["zoe@test.example"], "Mutualité sociale agricole vous invite sur Socle")
    assert f"http://127.0.0.1:8000{door(invitation)}" in sent.body
    assert "valable 7 jours" in sent.body
    assert "&" not in sent.body


def test_the_invited_person_opens_an_account_and_is_signed_in(client: Any, invitation: Invitation) -> None:
    page = client.get(door(invitation))
    assert (page.status_code, title(page)) == (200, "Ouvrir mon compte")
    assert "zoe@test.example" in page.content.decode()
    response = client.post(door(invitation), TYPED)
    assert (response.status_code, response["Location"]) == (302, "/")
    person = User.objects.get(email="zoe@test.example")
    assert client.session[SESSION_KEY] == str(person.pk)
    assert (str(person), person.job, person.check_password(TYPED["password1"])) == ("Zoé Ménard", "cip", True)
    assert EmailAddress.objects.filter(user=person, email=person.email, verified=True, primary=True).exists()
    membership = Membership.objects.get(person=person)
    assert (membership.organisation, membership.role, membership.starts_on, membership.ends_on) == (
        invitation.organisation,
        "lead",
        timezone.localdate(),
        None,
    )
    assert len(mail.outbox) == 1


def test_an_invitation_serves_once(client: Any, invitation: Invitation) -> None:
    client.post(door(invitation), TYPED)
    response = client.get(door(invitation))
    assert (response.status_code, title(response)) == (410, "Cette invitation a déjà servi")
    client.logout()
    assert client.post(door(invitation), TYPED).status_code == 410
    assert User.objects.filter(email="zoe@test.example").count() == 1


def test_an_expired_invitation_says_so(client: Any, invitation: Invitation) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for response in (client.get(door(invitation)), client.post(door(invitation), TYPED)):
        assert (response.status_code, title(response)) == (410, "Cette invitation a expiré")
    assert not User.objects.filter(email="zoe@test.example").exists()


def test_an_unknown_invitation_says_so(client: Any, db: None) -> None:
    response = client.get(f"/compte/invitation/{uuid4()}/")
    assert (response.status_code, title(response)) == (404, "Cette invitation n'existe pas")
    assert client.get("/compte/invitation/pas-un-jeton/").status_code == 404
    assert client.get("/compte/invitation/%00/").status_code == 404


def test_someone_signed_in_as_another_person_is_told(sign_in: Any, professional: User, invitation: Invitation) -> None:
    client = sign_in(professional)
    for response in (client.get(door(invitation)), client.post(door(invitation), TYPED)):
        assert title(response) == "Cette invitation est pour quelqu'un d'autre"
        assert "zoe@test.example" not in response.content.decode()
    assert client.post(f"{door(invitation)}rejoindre/").status_code == 200
    assert Membership.objects.filter(organisation=invitation.organisation).count() == 1


def test_someone_who_has_an_account_signs_in_and_joins_with_it(
    client: Any, sign_in: Any, invitation: Invitation
) -> None:
    person = MembershipFactory(person__email="zoe@test.example").person
    response = client.get(door(invitation))
    assert title(response) == "Vous avez déjà un compte"
    assert f"/compte/login/?next={door(invitation)}" in response.content.decode()
    assert client.post(f"{door(invitation)}rejoindre/").status_code == 302
    signed_in = sign_in(person)
    assert title(signed_in.get(door(invitation))) == "Rejoindre «&nbsp;Mutualité sociale agricole&nbsp;»"
    assert signed_in.post(f"{door(invitation)}rejoindre/")["Location"] == "/"
    assert person.memberships.current().count() == 2
    assert signed_in.post(f"{door(invitation)}rejoindre/").status_code == 410


PASSWORD = "des cerises en hiver"


@pytest.fixture
def settled(db: None) -> User:
    """Someone who has an account already, in another organisation."""
    person = MembershipFactory(person__email="zoe@test.example", organisation=OrganisationFactory(code="CAF")).person
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def link_in_mail() -> str:
    return re.search(r"http://127\.0\.0\.1:8000(/compte/\S+)", mail.outbox[-1].body)[1]


def link_on(page: Any, words: str) -> str:
    found = re.search(rf'href="([^"]+)"[^>]*>\s*{words}', page.content.decode())
    assert found, page.content.decode()
    return found[1]


def test_the_mail_says_that_one_has_an_account_and_leads_to_joining(
    client: Any, settled: User, invitation: Invitation
) -> None:
    body = mail.outbox[-1].body
    assert "Vous avez déjà un compte : connectez-vous pour rejoindre cette structure." in body
    assert "ouvrir votre compte" not in body
    page = client.get(link_in_mail())
    assert title(page) == "Vous avez déjà un compte"
    sign_in_address = link_on(page, "Se connecter pour rejoindre")
    signed = client.post(sign_in_address, {"login": settled.email, "password": PASSWORD}, follow=True)
    assert signed.redirect_chain == [(door(invitation), 302)]
    assert title(signed) == "Rejoindre «&nbsp;Mutualité sociale agricole&nbsp;»"
    assert client.post(f"{door(invitation)}rejoindre/")["Location"] == "/"
    told = client.get("/compte/email/").content.decode()
    assert "Vous avez rejoint la structure «\N{NO-BREAK SPACE}Mutualité sociale agricole\N{NO-BREAK SPACE}»." in told
    again = client.get(link_in_mail())
    assert "vous avez rejoint la structure «&nbsp;Mutualité sociale agricole&nbsp;»" in again.content.decode()


def test_whoever_is_signed_in_as_another_goes_out_and_comes_back_to_the_invitation(
    sign_in: Any, settled: User, professional: User, invitation: Invitation
) -> None:
    client = sign_in(professional)
    page = client.get(link_in_mail()).content.decode()
    assert f'name="next" value="{door(invitation)}"' in page
    out = client.post("/compte/logout/", {"next": door(invitation)}, follow=True)
    assert (out.redirect_chain, title(out)) == ([(door(invitation), 302)], "Vous avez déjà un compte")


def test_a_used_invitation_tells_another_person_only_that(
    client: Any, sign_in: Any, professional: User, invitation: Invitation
) -> None:
    client.post(door(invitation), TYPED)
    page = sign_in(professional).get(door(invitation))
    assert (page.status_code, title(page)) == (410, "Cette invitation a déjà servi")
    assert "n'est pas pour le compte avec lequel vous êtes connecté" in page.content.decode()
    assert "zoe@test.example" not in page.content.decode()


def test_a_withdrawn_invitation_opens_nothing(client: Any, settled: User, invitation: Invitation) -> None:
    invitation.delete()
    page = client.get(link_in_mail())
    assert (page.status_code, title(page)) == (404, "Cette invitation n'existe pas")
    assert "l'invitation a été retirée" in page.content.decode()


def test_a_closed_account_is_not_invited(organisation: Organisation, settled: User) -> None:
    services.deactivate(person=settled)
    with pytest.raises(AccountClosed, match="est fermé"):
        services.invite(email=settled.email, organisation=organisation)
    assert (mail.outbox, Invitation.objects.count()) == ([], 0)


def test_renewing_without_a_role_keeps_the_one_promised(invitation: Invitation, organisation: Organisation) -> None:
    assert services.invite(email=invitation.email, organisation=organisation).role == "lead"
    assert services.invite(email="autre@test.example", organisation=organisation).role == "member"


def test_inviting_again_renews_the_same_invitation(invitation: Invitation, organisation: Organisation) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=30))
    again = services.invite(email="ZOE@test.example ", organisation=organisation, first_name="Zoé")
    assert (again.pk, again.token, again.is_open, again.first_name) == (invitation.pk, invitation.token, True, "Zoé")
    assert len(mail.outbox) == 2
    elsewhere = services.invite(email="zoe@test.example", organisation=OrganisationFactory())
    assert elsewhere.pk != invitation.pk


def test_a_member_is_not_invited_again(organisation: Organisation, professional: User) -> None:
    with pytest.raises(AlreadyMember, match=r"professionnel@test\.example est déjà dans la structure « Mutualité"):
        services.invite(email=professional.email.upper(), organisation=organisation)
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password2": "autre chose encore"}, "Les deux mots de passe sont différents."),
        ({"password1": "court", "password2": "court"}, "trop court"),
        ({"password1": "zoe@test.example", "password2": "zoe@test.example"}, "trop semblable"),
        ({"password1": "x" * 10_000, "password2": "x" * 10_000}, "200"),
        ({"password1": "des cerises\x00en hiver", "password2": "des cerises\x00en hiver"}, "caractère invisible"),
        ({"first_name": "Z" * 10_000}, "100"),
        ({"first_name": "Zo\x00é"}, "caractère"),
        ({"first_name": "  "}, "Écrivez votre prénom."),
        ({"job": "roi"}, "roi"),
        ({"job": ""}, "Choisissez votre métier."),
    ],
)
def test_what_is_mistyped_is_told_and_kept(
    client: Any, invitation: Invitation, wrong: dict[str, str], said: str
) -> None:
    response = client.post(door(invitation), TYPED | wrong)
    html = response.content.decode()
    assert response.status_code == 200
    assert said in html
    assert "Ménard" in html
    assert "des cerises" not in html
    assert not User.objects.filter(email="zoe@test.example").exists()


def test_the_address_cannot_be_changed_on_the_way(client: Any, invitation: Invitation) -> None:
    client.post(door(invitation), TYPED | {"email": "autre@test.example", "role": "lead", "is_superuser": "on"})
    person = User.objects.get(first_name="Zoé", last_name="Ménard")
    assert (person.email, person.is_superuser, person.is_staff) == ("zoe@test.example", False, False)


def test_an_account_opened_meanwhile_wins(client: Any, invitation: Invitation) -> None:
    other = services.invite(email="zoe@test.example", organisation=OrganisationFactory())
    client.post(door(invitation), TYPED)
    client.logout()
    response = client.post(door(other), TYPED)
    assert title(response) == "Vous avez déjà un compte"
    assert UserFactory._meta.model.objects.filter(email="zoe@test.example").count() == 1
