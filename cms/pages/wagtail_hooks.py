from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.permissions import page_permission_policy
from wagtail.snippets.models import register_snippet

from cms.pages.queries import places_to_publish
from cms.pages.viewsets import InformationGroup, PagesToReviewView

register_snippet(InformationGroup)


class PagesToReviewMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return page_permission_policy.user_has_any_permission(request.user, PagesToReviewView.any_permission_required)


@hooks.register("register_reports_menu_item")
def pages_to_review() -> MenuItem:
    return PagesToReviewMenuItem("Pages à relire", reverse("pages_to_review"), icon_name="time", order=90)


@hooks.register("register_admin_urls")
def report_addresses() -> list[URLPattern]:
    return [
        path("reports/pages-a-relire/", PagesToReviewView.as_view(), name="pages_to_review"),
        path(
            "reports/pages-a-relire/results/",
            PagesToReviewView.as_view(results_only=True),
            name="pages_to_review_results",
        ),
    ]


class StartPanel(Component):
    """The first thing on the dashboard: the rooms one may publish in, and what is due for review."""

    name = "start"
    order = 10
    template_name = "wagtailadmin/start.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        user = parent_context["request"].user if parent_context else None
        is_reviewer = page_permission_policy.user_has_any_permission(user, PagesToReviewView.any_permission_required)
        return {"places": places_to_publish(user), "is_reviewer": is_reviewer}


@hooks.register("construct_homepage_panels")
def where_to_start(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(StartPanel())
