"""The interface everyone stands on: display theme, error pages, components, the doors of the account."""

import re
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client

from cms.core.models import OutboxMessage
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def theme_of(client: Any) -> str:
    html = client.get("/composants/").content.decode()
    tag = html[html.index("<html") : html.index(">", html.index("<html"))]
    return tag.partition('data-theme="')[2].rstrip('"')


def test_every_component_is_shown(client: Any) -> None:
    html = client.get("/composants/").content.decode()
    assert html.count("<h1") == 1
    for word in ("Pictogrammes", "Fil de preuve", "Formulaire", "Quiz", "Glossaire", "Un point à corriger"):
        assert word in html


def test_every_pictogram_a_template_names_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="i-([a-z-]+)"', (ROOT / "cms/static/icons.svg").read_text()))
    named = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([a-z-]+)" %}', template.read_text())
    }
    assert len(named) > 20
    assert named <= drawn


def test_the_display_is_kept_by_a_cookie_the_server_reads(client: Any) -> None:
    assert theme_of(client) == ""
    client.post("/affichage/", {"affichage": "sombre", "next": "/composants/"})
    assert theme_of(client) == "dark"
    client.post("/affichage/", {"affichage": "clair"})
    assert theme_of(client) == "light"
    client.post("/affichage/", {"affichage": ""})
    assert theme_of(client) == ""


@pytest.mark.parametrize(
    ("target", "where"),
    [
        ("/composants/?page=2", "/composants/?page=2"),
        ("https://ailleurs.example/", "/"),
        ("//ailleurs.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_choosing_a_display_never_leads_elsewhere(client: Any, target: str, where: str) -> None:
    response = client.post("/affichage/", {"affichage": "sombre", "next": target})
    assert (response.status_code, response["Location"]) == (302, where)


def test_a_forged_display_is_not_written_in_the_page(client: Any) -> None:
    client.cookies["affichage"] = '"><script>'
    assert theme_of(client) == ""


def test_a_missing_page_says_what_to_do(client: Any, sign_in: Any, professional: Any) -> None:
    response = client.get("/nulle-part/")
    assert response.status_code == 404
    assert "/compte/login/?next=/nulle-part/" in response.content.decode()
    assert "/socle/recherche/" in sign_in(professional).get("/nulle-part/").content.decode()


@pytest.mark.parametrize("address", ["/mon-parcours/", "/socle/recherche/", "/feuille-de-route/", "/pilotage/"])
def test_an_address_asked_the_wrong_way_says_so(sign_in: Any, coordinator: Any, address: str) -> None:
    response = sign_in(coordinator).put(address)
    assert response.status_code == 405
    assert "GET" in response["Allow"]
    assert "Cette adresse ne se demande pas ainsi" in response.content.decode()


def test_an_expired_form_is_refused_with_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/affichage/", {"affichage": "sombre"})
    assert response.status_code == 403
    assert "restée ouverte trop longtemps" in response.content.decode()


def test_a_failure_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr("cms.core.views.find_page", fail)
    response = Client(raise_request_exception=False).get("/panne/")
    assert response.status_code == 500
    html = response.content.decode()
    assert "Une erreur est survenue de notre côté" in html
    assert "css/tokens.css" in html
    assert "<script" not in html


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/compte/login/", "Se connecter"),
        ("/compte/signup/", "Un compte s'ouvre sur invitation"),
        ("/compte/password/reset/", "Mot de passe oublié"),
        ("/compte/password/reset/done/", "Regardez vos courriels"),
        ("/compte/password/reset/key/1-nothing/", "Ce lien ne fonctionne plus"),
        ("/compte/password/reset/key/done/", "Votre mot de passe est changé"),
        ("/compte/confirm-email/", "Confirmez votre adresse"),
        ("/compte/confirm-email/nothing/", "Ce lien ne fonctionne plus"),
        ("/compte/inactive/", "Ce compte est fermé"),
        ("/compte/3rdparty/login/cancelled/", "Connexion annulée"),
        ("/compte/3rdparty/login/error/", "L'autre site n'a pas répondu"),
    ],
)
def test_the_doors_speak_our_words(client: Any, address: str, heading: str) -> None:
    html = client.get(address).content.decode()
    assert f"<h1>{heading}</h1>" in html.replace("&#x27;", "'")


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/compte/email/", "Adresse électronique"),
        ("/compte/password/change/", "Changer de mot de passe"),
        ("/compte/2fa/", "Double vérification"),
        ("/compte/sessions/", "Appareils connectés"),
        ("/compte/logout/", "Se déconnecter"),
        ("/compte/reauthenticate/", "C'est bien vous ?"),
        ("/compte/3rdparty/", "Autres connexions"),
    ],
)
def test_my_account_speaks_our_words(sign_in: Any, address: str, heading: str) -> None:
    person = UserFactory()
    person.set_password("une phrase de quatre mots")
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    html = sign_in(person).get(address).content.decode()
    assert f"<h1>{heading}</h1>" in html.replace("&#x27;", "'")


def test_two_step_verification_from_one_end_to_the_other(client: Any) -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    person = UserFactory()
    person.set_password("une phrase de quatre mots")
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    client.post("/compte/login/", {"login": person.email, "password": "une phrase de quatre mots"})
    door = client.get("/compte/2fa/totp/activate/", follow=True)
    assert "<h1>C'est bien vous ?</h1>" in door.content.decode()
    client.post("/compte/reauthenticate/", {"password": "une phrase de quatre mots"})
    page = client.get("/compte/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert "<svg" in page.content.decode()
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert client.post("/compte/2fa/totp/activate/", {"code": code}).status_code == 302
    for address, heading in (
        ("/compte/2fa/", "Codes de secours"),
        ("/compte/2fa/recovery-codes/", "Codes de secours"),
        ("/compte/2fa/recovery-codes/generate/", "Créer des codes de secours"),
        ("/compte/2fa/totp/deactivate/", "Désactiver la double vérification"),
    ):
        assert heading in client.get(address).content.decode()
    assert "Socle : codes de secours" in client.get("/compte/2fa/recovery-codes/download/").content.decode()
    client.post("/compte/logout/")
    answer = client.post(
        "/compte/login/", {"login": person.email, "password": "une phrase de quatre mots"}, follow=True
    )
    assert "<h1>Votre code</h1>" in answer.content.decode()


def test_mistakes_are_said_first_then_beside_the_field(client: Any) -> None:
    html = client.post("/compte/login/", {"login": "claire", "password": ""}).content.decode()
    assert "2 points à corriger" in html
    assert 'href="#id_login"' in html
    assert 'aria-describedby="id_login_helptext id_login_error"' in html


def test_mistakes_are_counted_by_the_message_not_by_the_field(client: Any) -> None:
    person = UserFactory()
    person.set_password("une phrase de quatre mots")
    person.save()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    typed = {"oldpassword": "une phrase de quatre mots", "password1": "123", "password2": "123"}
    html = client.post("/compte/password/change/", typed).content.decode()
    summary = html[html.index('class="error-summary"') : html.index("<form", html.index('class="error-summary"'))]
    told = summary.count("<li>")
    assert told > 1
    assert f"{told} points à corriger" in summary


def test_a_guillemet_is_never_left_alone_on_a_line() -> None:
    shown = render_to_string("components/message.html", {"text": "La structure « A & B » vous attend."})
    assert "«\N{NO-BREAK SPACE}A &amp; B\N{NO-BREAK SPACE}»" in shown
    for template in (ROOT / "templates").rglob("*.html"):
        assert not re.search("« | »", re.sub(r"{#.*?#}", "", template.read_text())), template


def test_the_mail_for_a_forgotten_password_is_ours(client: Any) -> None:
    person = UserFactory(email="claire@test.example")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    client.post("/compte/password/reset/", {"email": person.email})
    waiting = OutboxMessage.objects.values_list("payload", flat=True)
    sent = [str(payload) for payload in waiting] + [message.subject + message.body for message in mail.outbox]
    assert any("Choisir un nouveau mot de passe" in text and "Choisissez-le ici" in text for text in sent)
