"""The way to the sign-in page, and back to where one was."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

View = Callable[..., HttpResponseBase]


def to_the_door(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, then back: to the page asked for, or to the one a form was sent from.

    A session may end while one reads. What was sent then is not kept, and the person is told: the address of a form
    that is only received would show nothing when asked for.
    """
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
    messages.warning(
        request,
        "Votre session avait pris fin : ce que vous venez d'envoyer n'est pas enregistré. "
        "Connectez-vous, puis recommencez.",
    )
    return redirect_to_login(_page_of_the_form(request), reverse("account_login"))


def sign_in_required(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_authenticated else to_the_door(request)

    return guarded


def _page_of_the_form(request: HttpRequest) -> str:
    """Where the browser says it comes from, when that is here; else the home page."""
    origin = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(origin)
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}" if parts.query else path
