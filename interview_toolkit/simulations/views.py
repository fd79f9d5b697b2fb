"""The screens of simulations."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from cms.accounts.door import sign_in_required
from courses.queries.steps import preview_screen, step_screen
from courses.views import SignedIn, found, show_step
from interview_toolkit.simulations import queries, services
from interview_toolkit.simulations.errors import SimulationError
from interview_toolkit.simulations.forms import TurnForm
from interview_toolkit.simulations.models import Play, ScenarioIndexPage, ScenarioPage, ScenarioStepPage


def scenarios(request: SignedIn, page: ScenarioIndexPage) -> HttpResponse:
    cards = queries.scenario_cards(page, request.user)
    return render(request, "simulations/scenarios.html", {"page": page, "cards": cards})


def scenario(request: SignedIn, page: ScenarioPage) -> HttpResponse:
    return render(request, "simulations/scenario.html", {"page": page, "lobby": queries.lobby(page, request.user)})


def step(request: SignedIn, page: ScenarioStepPage) -> HttpResponse:
    screen = found(step_screen, request, page, preview=preview_screen)
    standing = queries.step_standing(screen, page, request.user)
    return show_step(
        request, "simulations/step.html", screen, is_visit=standing.lobby.under_way is not None, at=standing
    )


@sign_in_required
@require_POST
def start(request: SignedIn, pk: int) -> HttpResponse:
    page = get_object_or_404(ScenarioPage.objects.live().defer("nodes"), pk=pk)
    try:
        play = services.start_play(person=request.user, scenario=page, is_anew=request.POST.get("anew") == "1")
    except SimulationError as refusal:
        messages.error(request, str(refusal))
        return redirect(page.url)
    return redirect(play)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def simulation(request: SignedIn, public_id: UUID) -> HttpResponse:
    """One play: its turn to come, or its end."""
    if request.method == "POST":
        return say(request, public_id)
    play = own_play(request, public_id)
    if play.is_over:
        return render(request, "simulations/end.html", {"screen": queries.end_screen(play)})
    return show_turn(request, play)


def own_play(request: SignedIn, public_id: UUID) -> Play:
    play = queries.play_of(request.user, public_id)
    if play is None:
        raise Http404
    return play


def show_turn(request: HttpRequest, play: Play, *, error: str = "", status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"screen": queries.turn_screen(play), "error": error}
    return render(request, "simulations/turn.html", context, status=status)


def say(request: SignedIn, public_id: UUID) -> HttpResponse:
    form = TurnForm(request.POST)
    if not form.is_valid():
        play = own_play(request, public_id)
        return redirect(play) if play.is_over else show_turn(request, play, error=form.refusal, status=422)
    try:
        services.choose(person=request.user, play_id=public_id, **form.cleaned_data)
    except Play.DoesNotExist:
        raise Http404 from None
    except SimulationError as refusal:
        messages.error(request, str(refusal))
    return redirect("simulation", public_id)


@sign_in_required
@require_POST
def replay(request: SignedIn, public_id: UUID, number: int) -> HttpResponse:
    play = own_play(request, public_id)
    try:
        branch = services.replay_turn(play=play, number=number)
    except SimulationError as refusal:
        messages.error(request, str(refusal))
        return redirect(play)
    return redirect(branch)
