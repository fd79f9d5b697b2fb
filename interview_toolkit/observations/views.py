"""The screens of grids and observations."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cms.accounts.door import sign_in_required
from courses.queries.steps import preview_screen, step_screen
from courses.views import SignedIn, found, show_step
from interview_toolkit.observations import queries, services
from interview_toolkit.observations.errors import ObservationError
from interview_toolkit.observations.forms import AskForm, ObservationForm, ReplyForm
from interview_toolkit.observations.models import GridIndexPage, GridPage, Observation, ObservationStepPage


def grids(request: SignedIn, page: GridIndexPage) -> HttpResponse:
    return render(request, "observations/grids.html", {"page": page, "grids": queries.grids_of(page)})


def grid(request: SignedIn, page: GridPage) -> HttpResponse:
    return render(request, "observations/grid.html", {"page": page, "phases": queries.phases_of(page)})


def step(request: SignedIn, page: ObservationStepPage) -> HttpResponse:
    screen = found(step_screen, request, page, preview=preview_screen)
    standing = queries.step_standing(screen, page, request.user)
    is_visit = standing.waiting is not None
    return show_step(request, "observations/step.html", screen, is_visit=is_visit, at=standing)


@sign_in_required
@require_GET
def observations(request: SignedIn) -> HttpResponse:
    return render(request, "observations/observations.html", {"mine": queries.mine(request.user)})


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: SignedIn) -> HttpResponse:
    wanted = request.GET.get("grille", "")
    initial = {"grid": wanted} if wanted.isdecimal() and len(wanted) < 10 else {}
    sent = request.POST if request.method == "POST" else None
    form = AskForm(sent, person=request.user, initial=initial)
    if form.is_valid():
        try:
            asked = services.ask_for(person=request.user, **form.cleaned_data)
        except ObservationError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"C'est demandé : {asked.observer} est prévenu par courriel.")
            return redirect("observations")
    return render(request, "observations/ask.html", {"form": form}, status=422 if form.errors else 200)


def own(request: SignedIn, public_id: UUID) -> Observation:
    rows = Observation.objects.visible_to(request.user).with_people()
    one: Observation = get_object_or_404(rows, public_id=public_id)
    return one


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def observation(request: SignedIn, public_id: UUID) -> HttpResponse:
    """The grid to fill, for its observer; once signed, the sheet, for the two of them."""
    one = own(request, public_id)
    if one.signed_at is not None:
        return show_sheet(request, one, ReplyForm())
    if one.observer_id != request.user.pk:
        return render(request, "observations/waiting.html", {"observation": one})
    form = ObservationForm(request.POST if request.method == "POST" else None, observation=one)
    if request.method == "POST" and form.is_valid():
        return keep(request, one, form)
    return fill(request, one, form)


def fill(request: SignedIn, one: Observation, form: ObservationForm) -> HttpResponse:
    context = {"observation": one, "form": form}
    return render(request, "observations/fill.html", context, status=422 if form.errors else 200)


def keep(request: SignedIn, one: Observation, form: ObservationForm) -> HttpResponse:
    said: dict[str, Any] = {"levels": form.levels, "remarks": form.remarks, "held_on": form.cleaned_data["held_on"]}
    try:
        services.save_draft(observer=request.user, public_id=one.public_id, **said)
        if "sign" in request.POST:
            services.sign(observer=request.user, public_id=one.public_id)
            messages.success(request, f"C'est signé : {one.person} est prévenu, et peut vous répondre.")
        else:
            messages.success(request, "C'est enregistré. Vous pourrez y revenir avant de signer.")
    except ObservationError as refusal:
        form.add_error(None, str(refusal))
        return fill(request, one, form)
    return redirect(one)


def show_sheet(request: SignedIn, one: Observation, form: ReplyForm) -> HttpResponse:
    context = {"sheet": queries.sheet_of(one), "is_mine": one.person_id == request.user.pk, "form": form}
    return render(request, "observations/sheet.html", context, status=422 if form.errors else 200)


@sign_in_required
@require_POST
def reply(request: SignedIn, public_id: UUID) -> HttpResponse:
    one = own(request, public_id)
    form = ReplyForm(request.POST)
    if one.person_id == request.user.pk and one.signed_at is not None and not form.is_valid():
        return show_sheet(request, one, form)
    done = lambda: services.reply(person=request.user, public_id=public_id, text=form.data.get("text", ""))  # noqa: E731
    return after(request, done, "Votre réponse est gardée avec l'observation.", one.get_absolute_url())


@sign_in_required
@require_POST
def withdraw(request: SignedIn, public_id: UUID) -> HttpResponse:
    done = lambda: services.withdraw(person=request.user, public_id=public_id)  # noqa: E731
    return after(request, done, "Votre demande est retirée.", "observations")


def after(request: SignedIn, do: Callable[[], Any], said: str, to: str) -> HttpResponse:
    """Do what was asked, say what came of it, and go on."""
    try:
        do()
    except Observation.DoesNotExist:
        raise Http404 from None
    except ObservationError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect(to)
