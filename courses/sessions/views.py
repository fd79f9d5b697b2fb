"""The screens of sessions: sign on a phone, countersign a room, prove who came."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cms.accounts.door import sign_in_required
from courses.queries.steps import preview_screen, step_screen
from courses.sessions import services
from courses.sessions.errors import SessionError
from courses.sessions.forms import AbsenceForm, AddressesForm, CorrectionForm, HandForm, ReasonForm
from courses.sessions.letters import FILE_NAME, calendar_file
from courses.sessions.models import Attendance, HalfDay, Registration, SessionStepPage, TrainingSession
from courses.sessions.queries.coherence import coherence
from courses.sessions.queries.roster import roster_of
from courses.sessions.queries.screens import my_sessions, people_for, session_screen, sessions_of_step
from courses.views import SignedIn, found, show_step


def step(request: SignedIn, page: SessionStepPage) -> HttpResponse:
    screen = found(step_screen, request, page, preview=preview_screen)
    at = sessions_of_step(page, request.user)
    return show_step(request, "sessions/step.html", screen, is_visit=bool(at.mine), at=at)


@sign_in_required
@require_GET
def sessions(request: SignedIn) -> HttpResponse:
    return render(request, "sessions/sessions.html", {"mine": my_sessions(request.user)})


def own(request: SignedIn, public_id: UUID) -> TrainingSession:
    rows = TrainingSession.objects.visible_to(request.user).whole()
    one: TrainingSession = get_object_or_404(rows, public_id=public_id)
    return one


def in_charge(request: SignedIn, public_id: UUID) -> TrainingSession:
    """A session whose list one keeps; anybody else's is not found."""
    rows = TrainingSession.objects.in_charge(request.user).whole()
    one: TrainingSession = get_object_or_404(rows, public_id=public_id)
    return one


def run(request: SignedIn, public_id: UUID, pk: int) -> HalfDay:
    """A half-day of a session one runs."""
    rows = TrainingSession.objects.run_by(request.user)
    session = get_object_or_404(rows, public_id=public_id)
    return get_object_or_404(HalfDay.objects.select_related("session"), session=session, pk=pk)


@sign_in_required
@require_GET
def session(request: SignedIn, public_id: UUID) -> HttpResponse:
    return show(request, own(request, public_id))


def show(request: SignedIn, one: TrainingSession, people: AddressesForm | None = None) -> HttpResponse:
    context = {"screen": session_screen(one, request.user), "session": one, "people": people or AddressesForm()}
    return render(request, "sessions/session.html", context, status=422 if people else 200)


@sign_in_required
@require_GET
def calendar(request: SignedIn, public_id: UUID) -> HttpResponse:
    response = HttpResponse(calendar_file(own(request, public_id)), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


def after(request: SignedIn, do: Callable[[], Any], said: str | Callable[[Any], str], to: Any) -> HttpResponse:
    """Do what was asked, say what came of it, and go on."""
    try:
        done = do()
    except SessionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said if isinstance(said, str) else said(done))
    return redirect(to)


@sign_in_required
@require_POST
def join(request: SignedIn, public_id: UUID) -> HttpResponse:
    one = own(request, public_id)
    done = lambda: services.join(session=one, person=request.user)  # noqa: E731
    return after(request, done, "Votre place est prise. Un courriel le confirme.", one)


@sign_in_required
@require_POST
def leave(request: SignedIn, public_id: UUID) -> HttpResponse:
    one = own(request, public_id)
    mine = get_object_or_404(Registration.objects.open(), session=one, person=request.user)
    done = lambda: services.withdraw(registration=mine, by=request.user)  # noqa: E731
    return after(request, done, "Votre place est rendue.", "sessions")


@sign_in_required
@require_POST
def register(request: SignedIn, public_id: UUID) -> HttpResponse:
    one = own(request, public_id)
    if not session_screen(one, request.user).may_register_others:
        raise Http404
    form = AddressesForm(request.POST)
    if not form.is_valid():
        return show(request, one, form)
    asked = form.found
    known = {person.email: person for person in people_for(one, request.user).filter(email__in=asked)}
    if unknown := [address for address in asked if address not in known]:
        form.add_error(
            "addresses", f"Aucun compte que vous puissiez inscrire n'a cette adresse : {', '.join(unknown)}."
        )
        return show(request, one, form)
    done = lambda: [services.register(session=one, person=known[address]) for address in asked]  # noqa: E731
    said = "C'est fait, un courriel le dit à chaque personne."
    return after(request, done, said, f"{one.get_absolute_url()}#inscrits")


@sign_in_required
@require_POST
def withdraw(request: SignedIn, public_id: UUID, pk: int) -> HttpResponse:
    rows = Registration.objects.visible_to(request.user).select_related("session", "person")
    registration = get_object_or_404(rows, session__public_id=public_id, pk=pk)
    done = lambda: services.withdraw(registration=registration, by=request.user)  # noqa: E731
    to = f"{registration.session.get_absolute_url()}#inscrits"
    return after(request, done, f"{registration.person} n'est plus sur la liste.", to)


@sign_in_required
@require_POST
def sign(request: SignedIn, public_id: UUID, pk: int) -> HttpResponse:
    one = own(request, public_id)
    half = get_object_or_404(HalfDay.objects.select_related("session"), session=one, pk=pk)
    done = lambda: services.sign(person=request.user, half_day=half)  # noqa: E731
    return after(request, done, f"Votre présence {half.of} est signée.", one)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def hand_sign(request: SignedIn, public_id: UUID, pk: int, registration: int) -> HttpResponse:
    """The trainer hands over their device: the person signs on it."""
    half = run(request, public_id, pk)
    rows = Registration.objects.open().filter(session=half.session).exclude(person=request.user)
    of = get_object_or_404(rows.select_related("person"), pk=registration)
    words = f"Je suis {of.person}, et j'étais là {half.named} du {half.on:%d/%m/%Y}."
    form = HandForm(request.POST if request.method == "POST" else None, words=words)
    if form.is_valid():
        done = lambda: services.sign(person=of.person, half_day=half, device_of=request.user)  # noqa: E731
        to = f"{half.session.get_absolute_url()}#demi-journee-{half.pk}"
        return after(request, done, f"C'est signé : {of.person}. Rendez l'appareil.", to)
    context = {"half": half, "session": half.session, "person": of.person, "form": form}
    return render(request, "sessions/hand_sign.html", context, status=422 if form.errors else 200)


@sign_in_required
@require_POST
def countersign(request: SignedIn, public_id: UUID, pk: int) -> HttpResponse:
    half = run(request, public_id, pk)
    one = chosen(half, request.POST.getlist("one"))
    registration = one[0] if one else None
    done = lambda: services.countersign(trainer=request.user, half_day=half, registration=registration)  # noqa: E731
    to = f"{half.session.get_absolute_url()}#demi-journee-{half.pk}"
    return after(request, done, lambda n: f"{n} présence{'s' if n > 1 else ''} contresignée{'s' if n > 1 else ''}.", to)


def chosen(half: HalfDay, keys: list[str]) -> list[Registration]:
    """The registrations asked for, all of this session."""
    asked = {int(key) for key in keys if key.isdecimal() and len(key) < 19}
    rows = list(Registration.objects.counted().filter(session=half.session, pk__in=asked).select_related("session"))
    if len(rows) != len(set(keys)):
        raise Http404
    return rows


@sign_in_required
@require_POST
def absences(request: SignedIn, public_id: UUID, pk: int) -> HttpResponse:
    """Absences to note, or one to take back."""
    half = run(request, public_id, pk)
    to = f"{half.session.get_absolute_url()}#demi-journee-{half.pk}"
    if back := chosen(half, request.POST.getlist("back")):
        undo = lambda: services.unmark_absent(trainer=request.user, half_day=half, registration=back[0])  # noqa: E731
        return after(request, undo, "L'absence est retirée.", to)
    rows, form = chosen(half, request.POST.getlist("absent")), AbsenceForm(request.POST)
    if not rows or not form.is_valid():
        messages.error(
            request, "Cochez les personnes absentes." if not rows else "200 caractères au plus pour le motif."
        )
        return redirect(to)
    reason = form.cleaned_data["reason"]
    done = lambda: services.mark_absent(trainer=request.user, half_day=half, registrations=rows, reason=reason)  # noqa: E731
    return after(request, done, "Les absences sont notées.", to)


@sign_in_required
@require_POST
def correct(request: SignedIn, public_id: UUID, pk: int) -> HttpResponse:
    one = in_charge(request, public_id)
    rows = Attendance.objects.signed().select_related("half_day__session")
    attendance = get_object_or_404(rows, half_day__session=one, pk=pk)
    form = CorrectionForm(request.POST)
    to = f"{one.get_absolute_url()}#demi-journee-{attendance.half_day_id}"
    if not form.is_valid():
        messages.error(request, " ".join(str(words) for errors in form.errors.values() for words in errors))
        return redirect(to)
    done = lambda: services.correct(by=request.user, attendance=attendance, **form.cleaned_data)  # noqa: E731
    return after(request, done, "La correction est notée dans le dossier.", to)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: SignedIn, public_id: UUID) -> HttpResponse:
    one = in_charge(request, public_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        done = lambda: services.cancel(session=one, by=request.user, reason=form.cleaned_data["reason"])  # noqa: E731
        return after(request, done, "La séance est annulée, un courriel le dit à chaque personne.", one)
    people = one.registrations.open().count()
    context = {"session": one, "form": form, "people": people}
    return render(request, "sessions/cancel.html", context, status=422 if form.errors else 200)


@sign_in_required
@require_GET
def sheet(request: SignedIn, public_id: UUID) -> HttpResponse:
    """An empty sign-in sheet, to print before a room without network."""
    one = in_charge(request, public_id)
    rows = [row for row in roster_of(one) if not row.has_left]
    return render(request, "sessions/sheet.html", {"session": one, "rows": rows, "blank": range(4)})


@sign_in_required
@require_GET
def proof(request: SignedIn, public_id: UUID) -> HttpResponse:
    one = in_charge(request, public_id)
    roster = roster_of(one)
    context = {"session": one, "checks": coherence(one, roster), "roster": roster, "halves": one.halves}
    return render(request, "sessions/proof.html", context)
