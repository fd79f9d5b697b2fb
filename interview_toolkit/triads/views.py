"""The screens of triads: three phones, one interview."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cms.accounts.door import sign_in_required
from courses.views import SignedIn
from interview_toolkit.observations.errors import Incomplete
from interview_toolkit.observations.views import is_automatic, quiet_answer
from interview_toolkit.triads import queries, services
from interview_toolkit.triads.errors import TriadError
from interview_toolkit.triads.forms import CodeForm, NoteForm, OpenForm, PlaceForm, SheetForm
from interview_toolkit.triads.models import Seat, Triad, TriadIndexPage


def triads(request: SignedIn, page: TriadIndexPage) -> HttpResponse:
    context = {"page": page, "form": CodeForm(), "seats": queries.triads_of(request.user)}
    return render(request, "triads/triads.html", context)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    form = OpenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return redirect(services.open_triad(person=request.user, **form.about))
        except TriadError as refusal:
            form.add_error(None, str(refusal))
    return render(request, "triads/new.html", {"form": form}, status=422 if form.errors else 200)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: SignedIn) -> HttpResponse:
    """The code, then a place."""
    given = {"code": request.GET.get("code", "")[: services.CODE_LENGTH]}
    form = CodeForm(request.POST if request.method == "POST" else None, initial=given)
    if form.is_valid():
        try:
            found = services.find_open(person=request.user, code=form.cleaned_data["code"])
        except TriadError as refusal:
            form.add_error("code", str(refusal))
        else:
            return take_place(request, found)
    return render(request, "triads/join.html", {"form": form}, status=422 if form.errors else 200)


def take_place(request: SignedIn, found: Triad) -> HttpResponse:
    is_chosen = "place" in request.POST
    form = PlaceForm(request.POST if is_chosen else None, triad=found, initial={"code": found.code})
    if form.is_valid():
        try:
            services.sit_down(person=request.user, triad=found, role=form.cleaned_data["role"])
        except TriadError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(found)
    if any(seat.person_id == request.user.pk for seat in found.places.values()):
        return redirect(found)
    return render(request, "triads/place.html", {"triad": found, "form": form}, status=422 if form.errors else 200)


def own(request: SignedIn, public_id: UUID) -> queries.TriadScreen:
    rows = Triad.objects.visible_to(request.user).whole().select_related("turned_into")
    return queries.screen_of(get_object_or_404(rows, public_id=public_id), request.user)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def triad(request: SignedIn, public_id: UUID) -> HttpResponse:
    """Where the three are: finding each other, in the interview, or comparing what they saw."""
    screen = own(request, public_id)
    if request.method == "POST":
        return keep(request, screen)
    if screen.name == "gather":
        return render(request, "triads/gather.html", {"screen": screen})
    if screen.name == "compare":
        return render(request, "triads/compare.html", {"screen": screen, "side": queries.comparison_of(screen)})
    return hold(request, screen, SheetForm(triad=screen.triad, seat=screen.mine))


def hold(request: SignedIn, screen: queries.TriadScreen, form: SheetForm, note: NoteForm | None = None) -> HttpResponse:
    note = note or NoteForm(initial={"key": uuid4()})
    is_refused = bool(form.errors or note.errors)
    context = {"screen": screen, "form": form, "note": note}
    return render(request, "triads/hold.html", context, status=422 if is_refused else 200)


def keep(request: SignedIn, screen: queries.TriadScreen) -> HttpResponse:
    """The grid as it stands; handed in when that is what was asked."""
    form = SheetForm(request.POST, triad=screen.triad, seat=screen.mine)
    about: dict[str, Any] = {"person": request.user, "public_id": screen.triad.public_id}

    def save() -> Seat:
        return services.save_sheet(**about, levels=form.levels, remarks=form.remarks)

    if is_automatic(request):
        return quiet_answer(form, save)
    if form.is_valid():
        try:
            save()
            if "hand_in" in request.POST:
                services.hand_in(**about)
        except Incomplete as refusal:
            form.tell_missing(refusal)
        except TriadError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(screen.triad)
    return hold(request, screen, form) if screen.name == "hold" else redirect(screen.triad)


@sign_in_required
@require_GET
def state(request: SignedIn, public_id: UUID) -> HttpResponse:
    """Asked every few seconds by the three pages: what the two others did; the page anew when it is no longer true."""
    screen, seen = own(request, public_id), request.GET.get("vu", "")
    # Nobody's grid is taken from under their fingers: in the interview, parts of the page are replaced, never the page.
    is_in_place = screen.name == "hold" and seen.startswith("hold")
    if seen != screen.marker and not is_in_place:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "triads/pulse.html", {"screen": screen, "is_new_phase": seen != screen.marker})


@sign_in_required
@require_POST
def note(request: SignedIn, public_id: UUID) -> HttpResponse:
    screen = own(request, public_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            said = form.cleaned_data
            about = {"key": said["key"], "text": said["text"], "at": said["at"]}
            kept = services.note(person=request.user, public_id=public_id, **about)
        except TriadError as refusal:
            form.add_error(None, str(refusal))
        else:
            return JsonResponse(kept.as_json()) if is_automatic(request) else redirect(screen.triad)
    refused = " ".join(str(words) for errors in form.errors.values() for words in errors)
    if is_automatic(request) and form.is_to_reread:
        found = " ".join(str(one) for _field, one in form.findings)
        return JsonResponse({"error": found, "to_reread": True}, status=422)
    if is_automatic(request):
        return JsonResponse({"error": refused}, status=422)
    if screen.name != "hold":
        messages.error(request, refused)
        return redirect(screen.triad)
    return hold(request, screen, SheetForm(triad=screen.triad, seat=screen.mine), form)


def after(request: SignedIn, do: Callable[[], Triad | None], to: str) -> HttpResponse:
    """Do what was asked, say why not, and go on: to the triad it gives, or elsewhere."""
    try:
        done = do()
    except Triad.DoesNotExist:
        raise Http404 from None
    except TriadError as refusal:
        messages.error(request, str(refusal))
        done = None
    return redirect(done or to)


@sign_in_required
@require_POST
def renew_code(request: SignedIn, public_id: UUID) -> HttpResponse:
    to = own(request, public_id).triad.get_absolute_url()
    return after(request, lambda: services.renew_code(person=request.user, public_id=public_id), to)


@sign_in_required
@require_POST
def leave(request: SignedIn, public_id: UUID) -> HttpResponse:
    screen = own(request, public_id)
    if screen.triad.started_at is None:
        messages.success(request, "Vous avez quitté la triade : votre place est à reprendre.")
    to = screen.triad.get_absolute_url() if screen.triad.started_at else "join_triad"
    return after(request, lambda: services.leave(person=request.user, public_id=public_id), to)


@sign_in_required
@require_POST
def start(request: SignedIn, public_id: UUID) -> HttpResponse:
    to = own(request, public_id).triad.get_absolute_url()
    return after(request, lambda: services.start(person=request.user, public_id=public_id), to)


@sign_in_required
@require_POST
def end(request: SignedIn, public_id: UUID) -> HttpResponse:
    to = own(request, public_id).triad.get_absolute_url()
    return after(request, lambda: services.end(person=request.user, public_id=public_id), to)


@sign_in_required
@require_POST
def turn_roles(request: SignedIn, public_id: UUID) -> HttpResponse:
    to = own(request, public_id).triad.get_absolute_url()
    return after(request, lambda: services.turn_roles(person=request.user, public_id=public_id), to)
