"""What is refused before any screen, or without a word."""

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin


class RefusalMiddleware(MiddlewareMixin):
    """A page says what happened where Django would say nothing, or fail.

    Django answers 405 without a word. A NUL is in no address of this site, and PostgreSQL refuses to look for it:
    in the path it is a 404, in the query a 400 unless the screen says better, as filters do.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        return render(request, "404.html", status=404) if "\0" in request.path_info else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        has_nul = any("\0" in value for _name, values in request.GET.lists() for value in values)
        if has_nul and isinstance(exception, DataError | ValueError):
            return render(request, "400.html", status=400)
        return None

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code != 405 or not isinstance(response, HttpResponse) or response.content:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response.get("Allow", "")
        return page
