"""Grids in the publishing tools: how far observers agree."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from interview_toolkit.observations.models import ReferencePage
from interview_toolkit.observations.queries import agreement_report


def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    allowed = page_permission_policy.instances_user_has_permission_for(request.user, "change")
    page = get_object_or_404(ReferencePage, pk=pk, pk__in=allowed.values("pk"))
    return render(request, "observations/admin/agreement.html", {"page": page, "report": agreement_report(page)})


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [path("observations/<int:pk>/accord/", agreement, name="observers_agreement")]


@hooks.register("register_page_header_buttons")
def header_buttons(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    if isinstance(page.specific_deferred, ReferencePage) and page.pk:
        url = reverse("observers_agreement", args=[page.pk])
        yield Button("Accord des observateurs", url, icon_name="group", priority=60)
