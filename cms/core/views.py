"""The doors of the site: pages by address, errors, display theme."""

import posixpath

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django.views.static import serve

from cms.core.context_processors import DISPLAY_COOKIE, DISPLAYS
from cms.core.routing import find_page
from cms.core.samples import component_samples


@require_safe
def serve_page(request: HttpRequest, path: str) -> HttpResponse:
    page = find_page(request, path)
    if page is None:
        raise Http404
    return page.serve(request)


def components(request: HttpRequest) -> HttpResponse:
    return render(request, "components_page.html", component_samples())


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep how this browser wants the screen: "clair", "sombre", or anything else to follow the device."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = redirect(target if is_ours else "/")
    choice = request.POST.get("affichage", "")
    if choice in DISPLAYS:
        year = 365 * 24 * 3600
        response.set_cookie(
            DISPLAY_COOKIE, choice, max_age=year, secure=request.is_secure(), httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(DISPLAY_COOKIE, samesite="Lax")
    return response


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """The files of the site, where no other server gives them: without those of packages, which strangers wrote."""
    if posixpath.normpath(path).lstrip("/").split("/")[0] == "h5p":
        raise Http404
    return serve(request, path, document_root=str(settings.MEDIA_ROOT))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", {"is_too_long": isinstance(exception, RequestDataTooBig)}, status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A script that posts JSON reads the reason, a person sees a page."""
    if request.content_type == "application/json":
        words = "Cette page est restée ouverte trop longtemps : rechargez-la."
        return JsonResponse({"error": words}, status=403)
    return render(request, "403_csrf.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Stands alone: what failed may be the session, the database or a context processor."""
    return HttpResponse(render_to_string("500.html"), status=500)
