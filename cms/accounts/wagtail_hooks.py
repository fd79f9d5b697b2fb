"""What the room of people adds to the admin."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.admin import messages

from cms.accounts.models import User
from cms.accounts.viewsets import PeopleGroup, person_chooser
from cms.core.deletion import why_kept

ADVICE = "Décochez plutôt « Actif » : la personne ne peut plus se connecter et ses preuves restent."


@hooks.register("register_admin_viewset")
def people() -> list[Any]:
    return [PeopleGroup(), person_chooser]


@hooks.register("before_delete_user")
def keep_history(request: HttpRequest, user: User) -> HttpResponse | None:
    return _refuse(request, [user])


@hooks.register("before_bulk_action")
def keep_histories(request: HttpRequest, action: str, objects: Iterable[Any], instance: Any) -> HttpResponse | None:
    if action == "delete" and instance.model is User:
        return _refuse(request, objects)
    return None


def _refuse(request: HttpRequest, people: Iterable[User]) -> HttpResponse | None:
    reasons = [reason for person in people if (reason := why_kept(person))]
    for reason in reasons:
        messages.error(request, f"{reason} {ADVICE}")
    return redirect("wagtailusers_users:index") if reasons else None
