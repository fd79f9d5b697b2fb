"""The doors of the site: pages by address, errors, display theme."""

from django.http import Http404, HttpRequest, HttpResponse

from cms.core.routing import find_page


def serve_page(request: HttpRequest, path: str) -> HttpResponse:
    page = find_page(request, path)
    if page is None:
        raise Http404
    return page.serve(request)
