"""Sessions in the publishing tools; a page they stand on is not deleted under them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin import messages
from wagtail.models import Page

from courses.sessions.models import TrainingSession
from courses.sessions.viewsets import SessionViewSet

REFUSED = "« {} » ne peut pas être supprimée : {}. Vous pouvez la dépublier."


@hooks.register("register_admin_viewset")
def sessions() -> SessionViewSet:
    return SessionViewSet()


def why_not_delete(page: Page) -> str:
    inside = Q(course__path__startswith=page.path) | Q(step__path__startswith=page.path)
    sessions = TrainingSession.objects.filter(inside).order_by("pk")
    first = sessions.first()
    return f"la séance « {first} » s'y tient" if first else ""


@hooks.register("before_delete_page")
def refuse_deletion(request: HttpRequest, page: Page) -> HttpResponse | None:
    if not (reason := why_not_delete(page)):
        return None
    messages.error(request, format_html(REFUSED, page.title, reason))
    return redirect("wagtailadmin_explore", page.get_parent().pk)


@hooks.register("before_bulk_action")
def refuse_bulk_deletion(request: HttpRequest, action: str, pages: Iterable[Any], view: Any) -> HttpResponse | None:
    if view.model is not Page or action != "delete":
        return None
    kept = [(page, reason) for page in pages if (reason := why_not_delete(page))]
    for page, reason in kept:
        messages.error(request, format_html(REFUSED, page.title, reason))
    return redirect(view.next_url) if kept else None
