"""How the pages anyone may open answer: neither indexed nor kept, counted, and bounded in what they read."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal.ratelimit import consume
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt, csrf_protect

View = Callable[..., HttpResponseBase]

HTML, JSON = "text/html", "application/json"
MOST_BYTES = 5 * 1024 * 1024
# What a form adds around the file it sends.
ENVELOPE = 64 * 1024


def for_its_bearer(view: View) -> View:
    """What is shown to whoever holds a number: in no search engine, no cache, and no other site's logs.

    Not `no-referrer`: browsers then send the forms of the page without saying where they come from, and Django
    refuses them. `same-origin` tells other sites as little.
    """

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "same-origin"
        patch_vary_headers(response, ["Accept"])
        return response

    return answering


def counted(action: str, *methods: str) -> Callable[[View], View]:
    """Refuse an address that asks too often: rates are in ACCOUNT_RATE_LIMITS, addresses seen through the proxies."""

    def decorate(view: View) -> View:
        @wraps(view)
        def counting(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in methods and not consume(request, app="allauth.account", action=action, limit_get=True):
                return too_many(request)
            return view(request, *args, **kwargs)

        return counting

    return decorate


def bounded(view: View) -> View:
    """Refuse what is announced as too large before anything of it is read, the CSRF token included."""

    @csrf_exempt
    @wraps(view)
    def receiving(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if _announced(request) > MOST_BYTES + ENVELOPE:
            return render(request, "certifications/too_large.html", status=413)
        return csrf_protect(view)(request, *args, **kwargs)

    return receiving


def too_many(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        response: HttpResponse = JsonResponse({"error": "Trop de demandes : attendez une minute."}, status=429)
    else:
        response = render(request, "429.html", status=429)
    response["Retry-After"] = "60"
    return response


def wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type([HTML, JSON]) == JSON


def _announced(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0
