"""The doors of the site: pages by address, errors, display theme."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from cms.core.routing import find_page


def serve_page(request: HttpRequest, path: str) -> HttpResponse:
    page = find_page(request, path)
    if page is None:
        raise Http404
    return page.serve(request)


def components(request: HttpRequest) -> HttpResponse:
    return render(request, "components_page.html")


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    return redirect("/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
