"""What the editor refuses, and says why: a course nobody could finish, a page whose learners would lose their trace."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin import messages
from wagtail.models import Page

from courses.models import CatalogueIndexPage, CoursePage, LessonPage, ModulePage, QuizPage, StepPage
from courses.queries.publication import (
    problems_of_course,
    problems_of_quiz,
    why_not_delete,
    why_not_move,
    why_not_optional,
    why_not_unpublish,
)


def back_to(page: Page) -> HttpResponse:
    return redirect("wagtailadmin_explore", page.get_parent().pk)


@hooks.register("before_delete_page")
def refuse_deletion(request: HttpRequest, page: Page) -> HttpResponse | None:
    if reason := why_not_delete(page):
        offer = [messages.button(reverse("wagtailadmin_pages:unpublish", args=[page.pk]), "Dépublier plutôt")]
        text = f"« {page.title} » ne peut pas être supprimée : {reason}. Vous pouvez la dépublier."
        messages.error(request, text, buttons=offer if page.live else [])
        return back_to(page)
    if reason := why_not_unpublish(page):
        messages.error(request, f"« {page.title} » ne peut pas être supprimée : {reason}.")
        return back_to(page)
    return None


@hooks.register("before_unpublish_page")
def refuse_withdrawal(request: HttpRequest, page: Page) -> HttpResponse | None:
    if reason := why_not_unpublish(page):
        messages.error(request, f"« {page.title} » doit rester publiée : {reason}.")
        return back_to(page)
    return None


@hooks.register("before_move_page")
def refuse_move(request: HttpRequest, page: Page, destination: Page) -> HttpResponse | None:
    if reason := why_not_move(page, destination):
        messages.error(request, f"« {page.title} » ne peut pas être déplacée : {reason}.")
        return back_to(page)
    return None


@hooks.register("before_copy_page")
def refuse_alias(request: HttpRequest, page: Page) -> HttpResponse | None:
    """An alias would be the same step at two addresses; a copy is another step."""
    inside = Page.objects.descendant_of(page, inclusive=True).specific()
    is_course = any(isinstance(one, CatalogueIndexPage | CoursePage | ModulePage | StepPage) for one in inside)
    if request.POST.get("alias") and is_course:
        messages.error(request, "Une formation et ses étapes se copient, sans alias : chaque étape a son propre suivi.")
        return back_to(page)
    return None


@hooks.register("before_bulk_action")
def refuse_bulk(request: HttpRequest, action: str, pages: Iterable[Any], view: Any) -> HttpResponse | None:
    """The same rules when several pages are chosen at once: nothing is done, every reason is given."""
    if view.model is not Page or action not in {"delete", "unpublish", "move", "publish"}:
        return None
    together = list(pages)

    def why(page: Page) -> str:
        if action == "publish":
            return reason_not_to_publish(page)
        if action == "move":
            return why_not_move(page, view.cleaned_form.cleaned_data["chooser"], together)
        kept = why_not_delete(page) if action == "delete" else ""
        return kept or why_not_unpublish(page, together)

    reasons = [(page, reason) for page in together if (reason := why(page))]
    for page, reason in reasons:
        messages.error(request, format_html("« {} » : {}.", page.title, reason.rstrip(".")))
    return redirect(view.next_url) if reasons else None


def reason_not_to_publish(page: Page) -> str:
    """Publishing from a list goes through no form: the draft is checked here."""
    draft = page.specific.get_latest_revision_as_object()
    if isinstance(draft, StepPage) and not draft.is_required and (reason := why_not_optional(page)):
        return f"elle est devenue facultative, or {reason}"
    if isinstance(draft, LessonPage) and (missing := missing_from(draft, "objective", "body")):
        return f"la leçon est incomplète : {', '.join(missing)}."
    if isinstance(draft, QuizPage):
        return " ".join(problems_of_quiz(draft))
    if isinstance(draft, CoursePage):
        return " ".join([*missing_from_sheet(draft), *problems_of_course(draft)])
    return ""


def missing_from(page: Page, *asked: str) -> list[str]:
    """Return the labels of the fields asked that are empty."""
    return [str(page._meta.get_field(name).verbose_name) for name in asked if not getattr(page, name)]


def missing_from_sheet(course: CoursePage) -> list[str]:
    missing = missing_from(course, "objectives", "audience", "assessment", "help_contact", "disability_access")
    if not course.theme_links.exists():
        missing.append("thèmes")
    return [f"la fiche est incomplète : {', '.join(missing)}."] if missing else []


@hooks.register("after_publish_page")
def warn_of_draft_module(request: HttpRequest, page: Page) -> None:
    page = page.specific
    if isinstance(page, StepPage) and not page.get_parent().live:
        messages.warning(
            request, "Cette étape est publiée, mais son module est en brouillon : elle n'est pas encore proposée."
        )
