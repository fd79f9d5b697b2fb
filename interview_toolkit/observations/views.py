"""The screens of grids and observations."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cms.accounts.door import sign_in_required
from courses.queries.steps import preview_screen, step_screen
from courses.views import SignedIn, found, show_step
from interview_toolkit.observations import queries, services
from interview_toolkit.observations.errors import Incomplete, ObservationError
from interview_toolkit.observations.forms import AskForm, GridForm, ObservationForm, ReplyForm, ShareForm
from interview_toolkit.observations.models import (
    GridIndexPage,
    GridPage,
    Observation,
    ObservationStepPage,
    ReferencePage,
    Share,
)


def grids(request: SignedIn, page: GridIndexPage) -> HttpResponse:
    return render(request, "observations/grids.html", {"page": page, "grids": queries.grids_of(page)})


def grid(request: SignedIn, page: GridPage) -> HttpResponse:
    context = {"page": page, "phases": queries.phases_of(page), "references": queries.references_of(page)}
    return render(request, "observations/grid.html", context)


def reference(request: SignedIn, page: ReferencePage, form: GridForm | None = None) -> HttpResponse:
    """An interview to read, and what one sees in it; then how far that is from its authors."""
    if getattr(request, "is_preview", False):
        return render(
            request, "observations/reference.html", {"page": page, "lines": queries.lines_of(page), "at": None}
        )
    at = queries.calibration_of(page, request.user)
    if form is None and at is not None and at.is_for_today and at.observer is None:
        form = GridForm(version=at.version, has_questions=False)
    context = {"page": page, "lines": queries.lines_of(page), "at": at, "form": form}
    return render(request, "observations/reference.html", context, status=422 if form and form.errors else 200)


@sign_in_required
@require_POST
def rate(request: SignedIn, pk: int) -> HttpResponse:
    page = get_object_or_404(ReferencePage.objects.live(), pk=pk)
    at = queries.calibration_of(page, request.user)
    if at is None:
        raise Http404
    form = GridForm(request.POST, version=at.version, has_questions=False)
    if form.is_valid():
        try:
            rating = services.rate_reference(person=request.user, reference=page, levels=form.levels)
        except Incomplete as refusal:
            form.tell_missing(refusal)
        except ObservationError as refusal:
            form.add_error(None, str(refusal))
        else:
            said = (
                "Votre étalonnage est fait : vous pouvez observer avec cette grille."
                if rating.is_agreed
                else "Votre lecture est enregistrée."
            )
            messages.success(request, said)
            return redirect(page.url)
    return reference(request, page, form)


@sign_in_required
@require_POST
def accept_requests(request: SignedIn, pk: int) -> HttpResponse:
    page = get_object_or_404(GridPage.objects.live(), pk=pk)
    is_available = "oui" in request.POST
    done = lambda: services.accept_requests(person=request.user, grid=page, is_available=is_available)  # noqa: E731
    said = "Vos collègues peuvent vous demander de les observer." if is_available else "On ne vous demandera plus."
    return after(request, done, said, "observations")


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
            messages.success(request, f"C'est demandé : un courriel part à {asked.observer}.")
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
    if one.signed_at is not None and not (request.method == "POST" and is_automatic(request)):
        return show_sheet(request, one, ReplyForm())
    if one.observer_id != request.user.pk:
        return render(request, "observations/waiting.html", {"observation": one})
    form = ObservationForm(request.POST if request.method == "POST" else None, observation=one)
    if request.method == "POST" and is_automatic(request):
        return keep_quietly(request, one, form)
    if request.method == "POST" and form.is_valid():
        return keep(request, one, form)
    return fill(request, one, form)


def fill(request: SignedIn, one: Observation, form: ObservationForm) -> HttpResponse:
    must_calibrate = services.must_calibrate(request.user, one.version.grid)
    references = queries.references_of(one.version.grid) if must_calibrate else []
    context = {"observation": one, "form": form, "references": references}
    return render(request, "observations/fill.html", context, status=422 if form.errors else 200)


def is_automatic(request: SignedIn) -> bool:
    """Whether a script of the page saves a draft by itself (`kept-draft.js`), rather than somebody with a button."""
    return "X-Autosave" in request.headers


def quiet_answer(form: GridForm, save: Callable[[], Any]) -> HttpResponse:
    """What a script is told: saved, at what time; or why not."""
    if form.is_to_reread:
        found = " ".join(str(one) for _field, one in form.findings)
        return JsonResponse(
            {"error": f"{found} Relisez : ce brouillon n'est encore gardé que sur cet appareil."}, status=422
        )
    if not form.is_valid():
        return JsonResponse(
            {"error": " ".join(str(words) for errors in form.errors.values() for words in errors)}, status=422
        )
    try:
        kept = save()
    except ObjectDoesNotExist:  # withdrawn meanwhile
        raise Http404 from None
    except ObservationError as refusal:
        return JsonResponse({"error": str(refusal), "is_over": True}, status=409)
    at = timezone.localtime(kept.saved_at)
    return JsonResponse({"saved": f"Enregistré à {at:%H:%M}", "at": at.isoformat()})


def keep_quietly(request: SignedIn, one: Observation, form: ObservationForm) -> HttpResponse:
    def save() -> Observation:
        return services.save_draft(
            observer=request.user,
            public_id=one.public_id,
            levels=form.levels,
            remarks=form.remarks,
            held_on=form.cleaned_data["held_on"],
        )

    return quiet_answer(form, save)


def keep(request: SignedIn, one: Observation, form: ObservationForm) -> HttpResponse:
    said: dict[str, Any] = {"levels": form.levels, "remarks": form.remarks, "held_on": form.cleaned_data["held_on"]}
    try:
        services.save_draft(observer=request.user, public_id=one.public_id, **said)
        if "sign" in request.POST:
            services.sign(observer=request.user, public_id=one.public_id)
            messages.success(request, f"C'est signé : un courriel part à {one.person}, qui peut vous répondre.")
        else:
            messages.success(request, "C'est enregistré. Vous pourrez y revenir avant de signer.")
    except Observation.DoesNotExist:  # withdrawn meanwhile
        raise Http404 from None
    except Incomplete as refusal:
        form.tell_missing(refusal)
        return fill(request, one, form)
    except ObservationError as refusal:
        form.add_error(None, str(refusal))
        return fill(request, one, form)
    return redirect(one)


def show_sheet(request: SignedIn, one: Observation, form: ReplyForm) -> HttpResponse:
    is_mine = one.person_id == request.user.pk
    share = ShareForm(observation=one) if is_mine else None
    context = {"sheet": queries.sheet_of(one), "is_mine": is_mine, "form": form, "share": share}
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


@sign_in_required
@require_POST
def decline(request: SignedIn, public_id: UUID) -> HttpResponse:
    done = lambda: services.decline(observer=request.user, public_id=public_id)  # noqa: E731
    return after(request, done, "C'est décliné : un courriel le dit, sans autre explication.", "observations")


@sign_in_required
@require_POST
def share(request: SignedIn, public_id: UUID) -> HttpResponse:
    one = own(request, public_id)
    form = ShareForm(request.POST, observation=one)
    if one.person_id == request.user.pk and not form.is_valid():
        messages.error(request, " ".join(str(words) for errors in form.errors.values() for words in errors))
        return redirect(one)
    trainer = form.cleaned_data["trainer"] if form.is_valid() else request.user
    done = lambda: services.share_observation(person=request.user, public_id=public_id, trainer=trainer)  # noqa: E731
    return after(
        request,
        done,
        f"{trainer} peut lire cette observation, jusqu'à ce que vous la repreniez.",
        one.get_absolute_url(),
    )


@sign_in_required
@require_POST
def revoke_share(request: SignedIn, public_id: UUID, pk: int) -> HttpResponse:
    done = lambda: services.revoke_share(person=request.user, public_id=public_id, pk=pk)  # noqa: E731
    return after(
        request,
        done,
        "C'est repris : cette personne ne peut plus lire l'observation.",
        reverse("observation", args=[public_id]),
    )


def after(request: SignedIn, do: Callable[[], Any], said: str, to: str) -> HttpResponse:
    """Do what was asked, say what came of it, and go on."""
    try:
        do()
    except (Observation.DoesNotExist, Share.DoesNotExist):
        raise Http404 from None
    except ObservationError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect(to)
