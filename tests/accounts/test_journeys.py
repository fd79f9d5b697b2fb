"""Signing in and all that surrounds it, through the doors people use."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail

from cms.accounts.models import User
from tests.factories.accounts import UserFactory

PASSWORD = "des cerises en hiver"
ENGLISH = re.compile(r"\b(Sign In|Sign Out|Password|Forgot|Please|Your|You have|Hello|Thank)\b")


@pytest.fixture
def person(professional: User) -> User:
    professional.set_password(PASSWORD)
    professional.save()
    EmailAddress.objects.create(user=professional, email=professional.email, verified=True, primary=True)
    return professional


def sign_in_by_form(client: Any, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/compte/login/", {"login": email, "password": password} | more)


def is_signed_in(client: Any) -> bool:
    return SESSION_KEY in client.session


def link_in(message: Any) -> str:
    return re.search(r"https?://[^/]+(/compte/\S+)", message.body)[1]


def assert_french(message: Any) -> None:
    assert not ENGLISH.search(message.subject + message.body), message.body


def test_signing_in_and_out(client: Any, person: User) -> None:
    assert client.get("/compte/login/").status_code == 200
    response = sign_in_by_form(client, " PROFESSIONNEL@test.example ", next="/compte/email/")
    assert (response.status_code, response["Location"]) == (302, "/compte/email/")
    assert is_signed_in(client)
    assert client.get("/compte/logout/").status_code == 200
    assert client.post("/compte/logout/")["Location"] == "/"
    assert not is_signed_in(client)


def test_one_does_not_leave_the_site_by_signing_in(client: Any, person: User) -> None:
    assert sign_in_by_form(client, person.email, next="https://ailleurs.example/")["Location"] == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("professionnel@test.example", "un autre secret"),
        ("inconnu@test.example", PASSWORD),
        ("a" * 10_000 + "@test.example", PASSWORD),
        ("professionnel@test.example", "x" * 10_000),
        ("prof\x00essionnel@test.example", PASSWORD),
        ("professionnel@test.example", "\x00"),
        ("' OR 1=1 --", "' OR 1=1 --"),
        ("", ""),
        ("\ud83d", "\ud83d"),
    ],
)
def test_a_wrong_sign_in_is_refused_in_french(client: Any, person: User, email: str, password: str) -> None:
    response = sign_in_by_form(
        client, email.encode("utf-8", "replace").decode(), password.encode("utf-8", "replace").decode()
    )
    assert response.status_code == 200
    assert not is_signed_in(client)
    assert "error-summary" in response.content.decode()


def test_an_unknown_address_reads_as_a_wrong_password(client: Any, person: User) -> None:
    def said(response: Any) -> list[str]:
        return re.findall(r"field__error[^>]*>.*?</p>|<li>.*?</li>", response.content.decode().split("<form")[1])

    assert said(sign_in_by_form(client, "inconnu@test.example")) == said(sign_in_by_form(client, person.email, "faux"))


def test_attempts_are_limited(client: Any, person: User) -> None:
    for _ in range(5):
        sign_in_by_form(client, person.email, "un autre secret")
    response = sign_in_by_form(client, person.email)
    assert not is_signed_in(client)
    assert response.status_code in (200, 429)


def test_a_closed_account_does_not_sign_in(client: Any, person: User) -> None:
    User.objects.update(is_active=False)
    sign_in_by_form(client, person.email)
    assert not is_signed_in(client)


def test_an_old_password_hash_is_renewed_at_sign_in(client: Any, person: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    hasher = PBKDF2PasswordHasher()
    User.objects.update(password=hasher.encode(PASSWORD, hasher.salt(), iterations=10))
    sign_in_by_form(client, person.email)
    person.refresh_from_db()
    assert is_signed_in(client)
    assert person.password.startswith("scrypt$")


def test_a_forgotten_password_is_replaced_by_a_link(client: Any, person: User) -> None:
    assert client.get("/compte/password/reset/").status_code == 200
    client.post("/compte/password/reset/", {"email": person.email.upper()})
    (message,) = mail.outbox
    assert message.to == [person.email]
    assert_french(message)
    page = client.get(link_in(message), follow=True)
    assert page.status_code == 200
    new = {"password1": "une autre saison", "password2": "une autre saison"}
    client.post(page.redirect_chain[-1][0], new)
    person.refresh_from_db()
    assert person.check_password("une autre saison")
    again = client.get(link_in(message), follow=True).content.decode()
    assert 'name="password1"' not in again


@pytest.mark.parametrize("token", ["abc-def", "x" * 3000, "1-%00", "0-set-password", "é-ü", "999999999999999999999-a"])
def test_a_garbled_link_is_told(client: Any, db: None, token: str) -> None:
    response = client.get(f"/compte/password/reset/key/{token}/", follow=True)
    assert response.status_code in (200, 404)
    assert client.get(f"/compte/confirm-email/{token}/").status_code in (200, 404)


def test_an_unknown_address_is_not_revealed_by_a_forgotten_password(client: Any, db: None) -> None:
    response = client.post("/compte/password/reset/", {"email": "inconnu@test.example"})
    assert response["Location"] == "/compte/password/reset/done/"
    for message in mail.outbox:
        assert_french(message)


def test_an_unverified_address_is_verified_by_a_link_before_the_first_sign_in(client: Any, db: None) -> None:
    person = UserFactory(email="nouveau@test.example")
    person.set_password(PASSWORD)
    person.save()
    response = sign_in_by_form(client, person.email)
    assert response["Location"] == "/compte/confirm-email/"
    assert not is_signed_in(client)
    assert client.get("/compte/confirm-email/").status_code == 200
    (message,) = mail.outbox
    assert_french(message)
    assert client.get(link_in(message)).status_code == 200
    client.post(link_in(message))
    assert EmailAddress.objects.get(user=person).verified
    sign_in_by_form(client, person.email)
    assert is_signed_in(client)


def test_the_page_of_the_message_sent_tells_the_truth_to_whoever_opens_it(client: Any, person: User) -> None:
    page = client.get("/compte/confirm-email/").content.decode()
    assert "Si vous venez de vous connecter pour la première fois" in page
    sign_in_by_form(client, person.email)
    assert client.get("/compte/confirm-email/")["Location"] == "/compte/email/"


def test_a_new_address_is_verified_before_it_replaces_the_old_one(client: Any, person: User) -> None:
    sign_in_by_form(client, person.email)
    assert client.get("/compte/email/").status_code == 200
    door = client.post("/compte/email/", {"email": "Change@test.example", "action_add": ""})["Location"]
    client.post(door, {"password": PASSWORD})
    person.refresh_from_db()
    assert person.email == "professionnel@test.example"
    message = next(sent for sent in mail.outbox if sent.to == ["change@test.example"])
    assert_french(message)
    client.post(link_in(message))
    person.refresh_from_db()
    assert person.email == "change@test.example"
    assert [a.email for a in EmailAddress.objects.filter(user=person)] == ["change@test.example"]
    for sent in mail.outbox:
        assert_french(sent)


def test_a_new_address_asks_the_password_and_the_old_one_is_told(client: Any, person: User) -> None:
    sign_in_by_form(client, person.email)
    typed = {"email": "change@test.example", "action_add": ""}
    door = client.post("/compte/email/", typed)["Location"]
    assert door.startswith("/compte/reauthenticate/")
    assert "C'est bien vous ?" in client.get(door).content.decode()
    assert client.post(door, {"password": "un autre secret"}).status_code == 200
    assert not mail.outbox
    assert client.post(door, {"password": PASSWORD}).status_code == 302
    message = next(sent for sent in mail.outbox if sent.to == ["change@test.example"])
    client.post(link_in(message))
    person.refresh_from_db()
    assert person.email == "change@test.example"
    told = [sent for sent in mail.outbox if sent.to == ["professionnel@test.example"]]
    assert ["change@test.example" in sent.body for sent in told] == [True]


def test_a_new_password_asks_the_old_one(client: Any, person: User) -> None:
    sign_in_by_form(client, person.email)
    typed = {"oldpassword": "faux", "password1": "une autre saison", "password2": "une autre saison"}
    assert client.post("/compte/password/change/", typed).status_code == 200
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_password_is_changed_and_the_person_is_told(client: Any, person: User) -> None:
    sign_in_by_form(client, person.email)
    assert client.get("/compte/password/change/").status_code == 200
    typed = {"oldpassword": PASSWORD, "password1": "une autre saison", "password2": "une autre saison"}
    assert client.post("/compte/password/change/", typed).status_code == 302
    person.refresh_from_db()
    assert person.check_password("une autre saison")
    assert is_signed_in(client)
    assert_french(mail.outbox[-1])


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_second_factor_is_asked_once_set(client: Any, person: User) -> None:
    sign_in_by_form(client, person.email)
    door = client.get("/compte/2fa/totp/activate/")["Location"]
    assert client.get(door).status_code == 200
    page = client.post(door, {"password": PASSWORD}, follow=True)
    assert page.redirect_chain[-1][0] == "/compte/2fa/totp/activate/"
    secret = page.context["form"].secret
    assert client.post("/compte/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    client.post("/compte/2fa/totp/activate/", {"code": code_for(secret)})
    assert get_adapter().is_mfa_enabled(person)
    assert client.get("/compte/2fa/").status_code == 200
    assert client.get("/compte/2fa/recovery-codes/").status_code == 200
    client.post("/compte/logout/")
    assert sign_in_by_form(client, person.email)["Location"].startswith("/compte/2fa/authenticate/")
    assert not is_signed_in(client)
    assert client.get("/compte/2fa/authenticate/").status_code == 200
    client.post("/compte/2fa/authenticate/", {"code": "000000"})
    assert not is_signed_in(client)
    for sent in mail.outbox:
        assert_french(sent)


def test_one_does_not_sign_up_alone(client: Any, db: None) -> None:
    typed = {"email": "curieux@test.example", "password1": PASSWORD, "password2": PASSWORD}
    for response in (client.get("/compte/signup/"), client.post("/compte/signup/", typed)):
        assert response.status_code == 200
        assert 'name="password1"' not in response.content.decode()
    assert not User.objects.exists()


def test_my_sessions_are_listed_and_ended(client: Any, person: User) -> None:
    sign_in_by_form(client, person.email)
    assert client.get("/compte/sessions/").status_code == 200


@pytest.mark.parametrize("path", ["email", "password/change", "2fa", "sessions", "logout", "reauthenticate"])
def test_a_visitor_has_no_account_pages(client: Any, db: None, path: str) -> None:
    response = client.get(f"/compte/{path}/")
    assert response.status_code == 302
    assert response["Location"].startswith(("/compte/login/", "/"))
