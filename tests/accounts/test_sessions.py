"""A session brings its person and their roles in one query, and trusts nothing else."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from cms.accounts.middleware import AuthenticationMiddleware
from cms.accounts.models import Session, User
from tests.factories.accounts import UserFactory


def request_with(cookie: str | None) -> HttpRequest:
    request = RequestFactory().get("/")
    if cookie is not None:
        request.COOKIES[settings.SESSION_COOKIE_NAME] = cookie
    SessionMiddleware(lambda r: HttpResponse()).process_request(request)
    AuthenticationMiddleware(lambda r: HttpResponse()).process_request(request)
    return request


def session_of(client: Any) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        ("professional", (False, False, False)),
        ("lead", (False, False, True)),
        ("trainer", (True, False, False)),
        ("coordinator", (False, True, False)),
    ],
)
def test_session_person_and_roles_come_in_one_query(
    request: pytest.FixtureRequest, sign_in: Any, django_assert_num_queries: Any, who: str, roles: tuple[bool, ...]
) -> None:
    person = request.getfixturevalue(who)
    cookie = session_of(sign_in(person))
    with django_assert_num_queries(1):
        user = request_with(cookie).user
        assert user == person
        assert (user.is_trainer, user.is_coordinator, user.is_lead) == roles
        assert (user.has_pilotage, user.has_admin) == (any(roles[1:]), any(roles[:2]))


def test_a_visitor_costs_no_query(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert not request_with(None).user.is_authenticated


@pytest.mark.parametrize("cookie", ["", "court", "x" * 10_000, "abcdefgh\x00ijkl", "é" * 12, "' OR 1=1 --", "a" * 32])
def test_a_cookie_of_nonsense_is_a_visitor(db: None, cookie: str) -> None:
    assert not request_with(cookie).user.is_authenticated


def test_a_quoted_cookie_with_a_nul_is_a_visitor(client: Any, db: None) -> None:
    assert client.get("/compte/email/", headers={"cookie": r'sessionid="\000bcdefghijkl"'}).status_code == 302


def test_a_closed_account_is_a_visitor(sign_in: Any, professional: User) -> None:
    cookie = session_of(sign_in(professional))
    User.objects.update(is_active=False)
    assert not request_with(cookie).user.is_authenticated


def test_a_changed_password_ends_the_other_sessions(sign_in: Any, professional: User) -> None:
    cookie = session_of(sign_in(professional))
    professional.set_password("un tout autre secret")
    professional.save()
    assert not request_with(cookie).user.is_authenticated


def test_a_session_row_of_someone_else_is_not_believed(sign_in: Any, professional: User) -> None:
    cookie = session_of(sign_in(professional))
    Session.objects.update(user=UserFactory(is_superuser=True))
    assert request_with(cookie).user == professional


def test_the_row_names_its_person_as_soon_as_they_sign_in(sign_in: Any, professional: User) -> None:
    client = sign_in(professional)
    row = Session.objects.get(session_key=session_of(client))
    assert (row.user, row.get_decoded()[SESSION_KEY]) == (professional, str(professional.pk))
    client.logout()
    assert not Session.objects.filter(user=professional).exists()


def test_what_is_shown_to_someone_signed_in_is_kept_by_no_browser(
    client: Any, sign_in: Any, professional: User
) -> None:
    for page in ("/mon-parcours/", "/perdu/"):
        assert sign_in(professional).get(page)["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in client.get("/compte/inactive/")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_page_is_only_read(client: Any, db: None, method: str) -> None:
    assert getattr(client, method)("/").status_code == 405
