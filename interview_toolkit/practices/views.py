"""The screens of practices."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from cms.accounts.door import sign_in_required
from courses.views import SignedIn
from interview_toolkit.practices import queries, services
from interview_toolkit.practices.errors import PracticeError
from interview_toolkit.practices.forms import CommentForm, PracticeFilterForm, ProposalForm
from interview_toolkit.practices.models import PracticeIndexPage, PracticePage


def practices(request: SignedIn, page: PracticeIndexPage) -> HttpResponse:
    form = PracticeFilterForm(request.GET)
    found = queries.practices_found(form.chosen)
    context = {
        "page": page,
        "form": form,
        "practices": found,
        "without": queries.themes_without(),
        "proposed": queries.proposed_by(request.user),
    }
    return render(request, "practices/practices.html", context)


def practice(request: SignedIn, page: PracticePage, form: CommentForm | None = None, status: int = 200) -> HttpResponse:
    context = {"page": page, "sheet": queries.practice_sheet(page, request.user), "form": form or CommentForm()}
    return render(request, "practices/practice.html", context, status=status)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: SignedIn) -> HttpResponse:
    asked = request.GET.get("adapte", "")
    origin = PracticePage.objects.live().filter(pk=asked).first() if asked.isdecimal() and len(asked) < 10 else None
    form = ProposalForm(request.POST if request.method == "POST" else None, initial=_initial(origin))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            kept = services.propose(
                person=request.user,
                title=said["title"],
                texts=form.texts,
                themes=said["themes"],
                techniques=said["techniques"],
                pathway_step=said["pathway_step"],
                adapted_from=origin,
                form_key=form.once,
            )
        except PracticeError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Merci. « {kept.title} » est en relecture : vous serez prévenu par courriel.")
            return redirect(kept.get_parent().url)
    context = {"form": form, "origin": origin}
    return render(request, "practices/propose.html", context, status=422 if form.errors else 200)


def _initial(origin: PracticePage | None) -> dict[str, Any]:
    """An adaptation begins with what it adapts."""
    if origin is None:
        return {}
    texts = {name: getattr(origin, name) for name in ("context", "what_we_did", "watch_out")}
    links = origin.theme_links.values_list("theme", flat=True)
    about = {"themes": list(links), "techniques": list(origin.techniques.all()), "pathway_step": origin.pathway_step_id}
    return texts | about


@sign_in_required
@require_POST
def try_too(request: SignedIn, pk: int) -> HttpResponse:
    page = get_object_or_404(PracticePage.objects.live(), pk=pk)
    services.try_too(person=request.user, practice=page, is_trying=request.POST.get("trying") == "1")
    return redirect(f"{page.url}#essais")


@sign_in_required
@require_POST
def comment(request: SignedIn, pk: int) -> HttpResponse:
    page = get_object_or_404(PracticePage.objects.live(), pk=pk)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return practice(request, page, form, status=422)
    try:
        services.comment(person=request.user, practice=page, text=form.cleaned_data["text"])
    except PracticeError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "C'est envoyé à l'auteur, et à personne d'autre.")
    return redirect(f"{page.url}#mots")
