"""`request.user` from the row the session already read."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware as DjangoAuthenticationMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject


def session_user(request: HttpRequest) -> Any:
    """Return the user of the session, checked as `django.contrib.auth.get_user` does.

    Falls back on Django's own function for whatever is not the plain case (no session row, an old secret
    key, a user signed in during this very request).
    """
    if not hasattr(request, "_cached_user"):
        session = request.session
        user_id = session.get(SESSION_KEY)
        user = getattr(session, "user", None)
        if (
            user is not None
            and str(user.pk) == user_id
            and user.is_active
            and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
            and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
        ):
            request._cached_user = user  # type: ignore[attr-defined]
        else:
            request._cached_user = auth.get_user(request)  # type: ignore[attr-defined]
    return request._cached_user  # type: ignore[attr-defined]


class AuthenticationMiddleware(DjangoAuthenticationMiddleware):
    """Who asks; and what is given to someone signed in, pages and files, is kept by no browser and no proxy.

    "Back" then shows the lesson as it is now, and nothing at all once the person has left a shared machine.
    """

    def process_request(self, request: HttpRequest) -> None:
        request.user = SimpleLazyObject(partial(session_user, request))  # type: ignore[assignment]

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_personal = settings.SESSION_COOKIE_NAME in request.COOKIES
        if is_personal and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response


class AdminDoorMiddleware:
    """Refuses the admin, in words, to someone signed in who has no business there.

    Wagtail would send them to the sign-in page, which sends a signed-in person back: a loop.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.prefix = reverse("wagtailadmin_home")
        self.door = reverse("admin_door")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        if not request.path.startswith(self.prefix) or request.path == self.door:
            return
        if request.user.is_authenticated and not request.user.has_perm("wagtailadmin.access_admin"):
            raise PermissionDenied
