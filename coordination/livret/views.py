"""What people keep: their record, what they add to it, the data the site holds of them; and its erasure."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certifications.models import ExternalTraining
from certifications.pdf.livret import render_livret
from certifications.services import declare_training, remove_training
from cms.accounts.door import sign_in_required
from cms.accounts.models import User
from coordination.access import SignedRequest, administration_required
from coordination.errors import CoordinationError
from coordination.livret.data import data_of
from coordination.livret.files import livret_csv, livret_data, total_in_words
from coordination.livret.forms import ErasureForm, ExternalTrainingForm
from coordination.livret.queries import livret_of
from coordination.livret.services import show_observation
from coordination.services import erase_person
from interview_toolkit.observations.models import Observation

GET_AND_POST = ["GET", "HEAD", "POST"]


@sign_in_required
@require_safe
def livret(request: SignedRequest) -> HttpResponse:
    mine = livret_of(request.user)
    return render(request, "livret/livret.html", {"livret": mine, "total": total_in_words(mine)})


def attached(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def dated(name: str, extension: str) -> str:
    return f"{name}-{timezone.localdate().isoformat()}.{extension}"


@never_cache
@sign_in_required
@require_safe
def csv(request: SignedRequest) -> HttpResponse:
    text = livret_csv(livret_of(request.user))
    return attached(HttpResponse(text, content_type="text/csv; charset=utf-8"), dated("livret", "csv"))


@never_cache
@sign_in_required
@require_safe
def pdf(request: SignedRequest) -> HttpResponse:
    content = render_livret(livret_data(livret_of(request.user)), fonts=settings.SOCLE_PDF_FONTS)
    return attached(HttpResponse(content, content_type="application/pdf"), dated("livret", "pdf"))


def show_training(
    request: SignedRequest, form: ExternalTrainingForm, training: ExternalTraining | None = None
) -> HttpResponse:
    context = {"form": form, "training": training}
    return render(request, "livret/training.html", context, status=422 if form.errors else 200)


@sign_in_required
@require_http_methods(GET_AND_POST)
def new_training(request: SignedRequest) -> HttpResponse:
    form = ExternalTrainingForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return show_training(request, form)
    declare_training(person=request.user, **form.said)
    messages.success(request, "Cette formation est dans votre livret.")
    return redirect("livret")


@sign_in_required
@require_http_methods(GET_AND_POST)
def training(request: SignedRequest, public_id: UUID) -> HttpResponse:
    mine = get_object_or_404(ExternalTraining.objects.of(request.user), public_id=public_id)
    form = ExternalTrainingForm(request.POST if request.method == "POST" else None, training=mine)
    if not form.is_valid():
        return show_training(request, form, mine)
    declare_training(person=request.user, training=mine, **form.said)
    messages.success(request, "Votre livret est à jour.")
    return redirect("livret")


@sign_in_required
@require_POST
def delete_training(request: SignedRequest, public_id: UUID) -> HttpResponse:
    remove_training(training=get_object_or_404(ExternalTraining.objects.of(request.user), public_id=public_id))
    messages.success(request, "Cette formation n'est plus dans votre livret.")
    return redirect("livret")


@sign_in_required
@require_POST
def choose_observation(request: SignedRequest, public_id: UUID) -> HttpResponse:
    signed = Observation.objects.signed().filter(person=request.user)
    observation = get_object_or_404(signed, public_id=public_id)
    is_shown = request.POST.get("montrer") == "oui"
    show_observation(person=request.user, observation=observation, is_shown=is_shown)
    said = "Elle est dans votre livret : la date, la grille et le cadre, rien d'autre."
    messages.success(request, said if is_shown else "Elle n'est plus dans votre livret.")
    return redirect("livret")


@sign_in_required
@require_safe
def my_data(request: SignedRequest) -> HttpResponse:
    return render(request, "livret/my_data.html")


@never_cache
@sign_in_required
@require_safe
def my_data_json(request: SignedRequest) -> HttpResponse:
    said: Any = data_of(request.user)
    response = JsonResponse(said, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return attached(response, dated("mes-donnees", "json"))


@require_http_methods(GET_AND_POST)
@administration_required
def erase(request: SignedRequest, public_id: UUID) -> HttpResponse:
    person = get_object_or_404(User.objects.filter(erased_at=None), public_id=public_id)
    form = ErasureForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_valid():
        try:
            erase_person(person=person, author=request.user, reason=form.cleaned_data["reason"])
        except CoordinationError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Les données de cette personne sont effacées.")
            return redirect("pilotage_people")
    context = {"form": form, "person": person}
    return render(request, "livret/erase.html", context, status=422 if form.errors else 200)
