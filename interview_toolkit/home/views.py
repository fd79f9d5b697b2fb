"""The screens of the toolkit that read several of its rooms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from interview_toolkit.home.queries import around_technique
from interview_toolkit.techniques.models import TechniquePage
from interview_toolkit.techniques.queries import technique_sheet


def technique(request: HttpRequest, page: TechniquePage) -> HttpResponse:
    sheet = technique_sheet(page)
    context = {"page": page, "sheet": sheet, "around": around_technique(page, sheet)}
    return render(request, "techniques/technique.html", context)
