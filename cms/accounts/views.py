"""The door of an invitation; every other door is allauth's."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import queries, services
from cms.accounts.door import sign_in_required
from cms.accounts.errors import AccountError
from cms.accounts.forms import OpenAccountForm
from cms.accounts.models import Invitation
from cms.accounts.queries import Door

SIGN_IN_BACKEND = "django.contrib.auth.backends.ModelBackend"
STATUS = {Door.UNKNOWN: 404, Door.EXPIRED: 410, Door.USED: 410}


@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: UUID) -> HttpResponse:
    door, found = queries.invitation_door(token=token, visitor=request.user)
    if found is None or door is not Door.OPEN:
        return _answer(request, door, found)
    form = OpenAccountForm(request.POST or None, invitation=found)
    if request.method == "POST" and form.is_valid():
        return _open_account(request, token, form.cleaned_data)
    return render(request, "accounts/invitation.html", {"invitation": found, "form": form})


def _open_account(request: HttpRequest, token: UUID, typed: dict[str, Any]) -> HttpResponse:
    try:
        with transaction.atomic():
            names = {name: typed[name] for name in ("first_name", "last_name", "job")}
            person = services.open_account(token=token, password=typed["password1"], **names)
            login(request, person, backend=SIGN_IN_BACKEND)
    except AccountError:
        # Someone was faster, in another window: say what the invitation has become.
        return _answer(request, *queries.invitation_door(token=token, visitor=request.user))
    messages.success(request, f"Bienvenue, {person.first_name}. Votre compte est ouvert.")
    return redirect("/")


@require_POST
@sign_in_required
def join(request: HttpRequest, token: UUID) -> HttpResponse:
    try:
        membership = services.join(token=token, person=request.user)  # type: ignore[arg-type]
    except (AccountError, Invitation.DoesNotExist):
        return _answer(request, *queries.invitation_door(token=token, visitor=request.user))
    messages.success(request, f"Vous avez rejoint la structure « {membership.organisation} ».")
    return redirect("/")


@never_cache
@require_safe
def message_sent(request: HttpRequest) -> HttpResponse:
    """Where allauth sends whoever signs in with an address still to confirm; anyone may come here by the address."""
    if request.user.is_authenticated:
        return redirect("account_email")
    return render(request, "account/verification_sent.html")


def _answer(request: HttpRequest, door: Door, found: Any) -> HttpResponse:
    context = {"door": door.value, "invitation": found}
    return render(request, "accounts/invitation_closed.html", context, status=STATUS.get(door, 200))
