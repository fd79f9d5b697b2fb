"""The screens of simulations."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from cms.accounts.door import sign_in_required
from courses.queries.steps import preview_screen, step_screen
from courses.views import SignedIn, found, show_step
from interview_toolkit.simulations import queries, services
from interview_toolkit.simulations.errors import SimulationError
from interview_toolkit.simulations.forms import TurnForm
from interview_toolkit.simulations.models import Play, ScenarioIndexPage, ScenarioPage, ScenarioStepPage

LEFT = "Un autre entretien était en cours : vous le quittez pour celui-ci. Il reste parmi vos entretiens."


def scenarios(request: SignedIn, page: ScenarioIndexPage) -> HttpResponse:
    cards = queries.scenario_cards(page, request.user)
    context = {"page": page, "cards": cards, "closed": queries.plays_of_closed(request.user)}
    return render(request, "simulations/scenarios.html", context)


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
    page = get_object_or_404(queries.startable(request.user), pk=pk)
    try:
        play = services.start_play(person=request.user, scenario=page, is_anew=request.POST.get("anew") == "1")
    except SimulationError as refusal:
        messages.error(request, str(refusal))
        return redirect(queries.place_of(page).url)
    return redirect(play)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def simulation(request: SignedIn, public_id: UUID) -> HttpResponse:
    """One play: its turn to come, its end, or where it was left."""
    if request.method == "POST":
        return say(request, public_id)
    play = own_play(request, public_id)
    if play.is_over:
        return render(request, "simulations/end.html", {"screen": queries.end_screen(play)})
    if play.is_left:
        return render(request, "simulations/left.html", {"screen": queries.left_screen(play)})
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
        is_open = not (play.is_over or play.is_left)
        return show_turn(request, play, error=form.refusal, status=422) if is_open else redirect(play)
    address = reverse("simulation", args=[public_id])
    try:
        walk = services.choose(person=request.user, play_id=public_id, **form.cleaned_data)
    except Play.DoesNotExist:
        raise Http404 from None
    except SimulationError as refusal:
        messages.error(request, str(refusal))
        return redirect(address)
    return redirect(address if walk.is_over else f"{address}#replique")


@sign_in_required
@require_POST
def replay(request: SignedIn, public_id: UUID, number: int) -> HttpResponse:
    play = own_play(request, public_id)
    other = queries.under_way(play)
    try:
        branch = services.replay_turn(play=play, number=number)
    except SimulationError as refusal:
        messages.error(request, str(refusal))
        return redirect(play)
    if other and other.made and other != branch:
        messages.info(request, LEFT)
    return redirect(branch)
