"""`request.user` from the row the session already read."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware as DjangoAuthenticationMiddleware
from django.http import HttpRequest
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
    def process_request(self, request: HttpRequest) -> None:
        request.user = SimpleLazyObject(partial(session_user, request))  # type: ignore[assignment]
