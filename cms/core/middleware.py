"""What an empty refusal says to a person."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin


class RefusalMiddleware(MiddlewareMixin):
    """Django answers 405 without a word: a page says what happened, as for every other refusal."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code != 405 or not isinstance(response, HttpResponse) or response.content:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response.get("Allow", "")
        return page
