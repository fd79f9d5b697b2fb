"""The screens of the journal."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cms.accounts.door import sign_in_required
from courses.queries.steps import preview_screen, step_screen
from courses.views import SignedIn, found, show_step
from interview_toolkit.journal import queries, services
from interview_toolkit.journal.errors import JournalError
from interview_toolkit.journal.forms import EntryForm, ShareForm
from interview_toolkit.journal.models import Entry, JournalStepPage, Share


@sign_in_required
@require_GET
def journal(request: SignedIn) -> HttpResponse:
    context = {
        "notes": queries.journal_of(request.user, number=request.GET.get("page")),
        "shared_count": queries.shared_count(request.user),
    }
    return render(request, "journal/journal.html", context)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_entry(request: SignedIn) -> HttpResponse:
    return write(request, None, EntryForm(request.POST if request.method == "POST" else None))


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_entry(request: SignedIn, public_id: UUID) -> HttpResponse:
    entry = get_object_or_404(Entry.objects.of(request.user).whole(), public_id=public_id)
    note = queries.opened(entry)
    if note.trouble:
        messages.error(request, note.trouble)
        return redirect(entry)
    said: dict[str, Any] = {"techniques": entry.techniques.all(), "themes": entry.themes.all()}
    return write(
        request, entry, EntryForm(request.POST if request.method == "POST" else None, initial=note.texts | said)
    )


def write(request: SignedIn, entry: Entry | None, form: EntryForm) -> HttpResponse:
    step = queries.step_of(request.GET.get("etape", ""))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            kept = services.write_entry(
                person=request.user,
                texts=form.texts,
                techniques=said["techniques"],
                themes=said["themes"],
                entry=entry,
                form_key=form.once,
            )
        except JournalError as refusal:
            form.add_error(None, str(refusal))
        else:
            readers = queries.readers_of(kept)
            messages.success(request, f"Votre entrée est enregistrée. {_read_by(readers)}")
            return redirect(step.url if step else kept)
    context = {"form": form, "entry": entry, "step": step}
    return render(request, "journal/write.html", context, status=422 if form.errors else 200)


def _read_by(readers: list[str]) -> str:
    if not readers:
        return "Elle n'est lisible que par vous."
    return f"Vous la partagez avec {' et '.join(readers)}, qui la {'lit' if len(readers) == 1 else 'lisent'} ainsi."


@sign_in_required
@require_GET
def entry(request: SignedIn, public_id: UUID) -> HttpResponse:
    """One's own, or one that somebody shares with us."""
    found_entry = get_object_or_404(Entry.objects.visible_to(request.user).whole(), public_id=public_id)
    is_mine = found_entry.person_id == request.user.pk
    context = {
        "note": queries.opened(found_entry),
        "is_mine": is_mine,
        "shares": queries.shares_of(found_entry) if is_mine else [],
        "form": ShareForm(person=request.user) if is_mine else None,
    }
    return render(request, "journal/entry.html", context)


@sign_in_required
@require_POST
def delete_entry(request: SignedIn, public_id: UUID) -> HttpResponse:
    services.delete_entry(entry=get_object_or_404(Entry.objects.of(request.user), public_id=public_id))
    messages.success(request, "L'entrée est supprimée, pour toujours.")
    return redirect("journal")


@sign_in_required
@require_POST
def share_entry(request: SignedIn, public_id: UUID) -> HttpResponse:
    shared = get_object_or_404(Entry.objects.of(request.user), public_id=public_id)
    form = ShareForm(request.POST, person=request.user)
    if form.is_valid():
        trainer = form.cleaned_data["trainer"]
        services.share_entry(entry=shared, trainer=trainer)
        messages.success(request, f"{trainer} peut lire cette entrée, jusqu'à ce que vous la repreniez.")
    else:
        messages.error(request, " ".join(str(words) for errors in form.errors.values() for words in errors))
    return redirect(shared)


@sign_in_required
@require_POST
def revoke_share(request: SignedIn, public_id: UUID, pk: int) -> HttpResponse:
    entries = Entry.objects.of(request.user)
    share = get_object_or_404(Share.objects.open(), pk=pk, entry__in=entries.filter(public_id=public_id))
    services.revoke_share(share=share)
    messages.success(request, "C'est repris : cette personne ne peut plus lire l'entrée.")
    return redirect("journal_entry", public_id)


@sign_in_required
@require_GET
def shared_entries(request: SignedIn) -> HttpResponse:
    return render(request, "journal/shared.html", {"notes": queries.shared_with(request.user)})


@sign_in_required
@require_GET
def whole_journal(request: SignedIn) -> HttpResponse:
    """All of it on one page, to print."""
    return render(request, "journal/whole.html", {"notes": queries.notes_of(request.user)})


@sign_in_required
@require_GET
def export(request: SignedIn) -> HttpResponse:
    answer = JsonResponse(queries.export_of(request.user), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="journal-de-pratique.json"'
    return answer


def step(request: SignedIn, page: JournalStepPage) -> HttpResponse:
    screen = found(step_screen, request, page, preview=preview_screen)
    standing = queries.step_standing(screen, page, request.user)
    return show_step(request, "journal/step.html", screen, is_visit=standing.written > 0, at=standing)
