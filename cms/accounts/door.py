"""The way to the sign-in page, and back to where one was."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
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


def is_of_a_script(request: HttpRequest) -> bool:
    """Whether a page asks by itself, for a part of it or to save a draft."""
    return "HX-Request" in request.headers or "X-Autosave" in request.headers


def told_to_a_script(request: HttpRequest) -> HttpResponse:
    """A script has no use for a sign-in page: the page it is in is loaded again, or says it."""
    said = {"error": "Votre session a pris fin : rechargez la page pour vous reconnecter."}
    return JsonResponse(said, status=401, headers={"HX-Refresh": "true"})


def sign_in_required(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return told_to_a_script(request) if is_of_a_script(request) else to_the_door(request)

    return guarded


def _page_of_the_form(request: HttpRequest) -> str:
    """Where the browser says it comes from, when that is here; else the home page."""
    origin = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(origin)
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}" if parts.query else path
