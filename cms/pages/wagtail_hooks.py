from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.permissions import page_permission_policy
from wagtail.snippets.models import register_snippet

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
