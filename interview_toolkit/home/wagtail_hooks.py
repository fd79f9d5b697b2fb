"""What people used of the toolkit stays: it may be unpublished, and the publishing tools say why it is not deleted."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin import messages
from wagtail.models import Page

from interview_toolkit.home.queries import why_not_delete

REFUSED = "« {} » ne peut pas être supprimée : {}. Vous pouvez la dépublier."


@hooks.register("before_delete_page")
def refuse_deletion(request: HttpRequest, page: Page) -> HttpResponse | None:
    reason = why_not_delete(page)
    if not reason:
        return None
    messages.error(request, format_html(REFUSED, page.title, reason))
    return redirect("wagtailadmin_explore", page.get_parent().pk)


@hooks.register("before_bulk_action")
def refuse_bulk_deletion(request: HttpRequest, action: str, pages: Iterable[Any], view: Any) -> HttpResponse | None:
    """Nothing is done when one of them must stay; every reason is given."""
    if view.model is not Page or action != "delete":
        return None
    kept = [(page, reason) for page in pages if (reason := why_not_delete(page))]
    for page, reason in kept:
        messages.error(request, format_html(REFUSED, page.title, reason))
    return redirect(view.next_url) if kept else None
