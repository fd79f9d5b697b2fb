"""The screens of practices."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from cms.accounts.door import sign_in_required
from cms.roadmap.models import Theme
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


def practice(
    request: SignedIn, page: PracticePage, refused: CommentForm | None = None, to: str = "", status: int = 200
) -> HttpResponse:
    """A practice. `refused` is what was written and not kept, `to` whom its author answered if it is theirs."""
    sheet = queries.practice_sheet(page, request.user)
    threads = [
        (person, said, refused if refused and to == str(person.public_id) else CommentForm(auto_id=f"{person.pk}_%s"))
        for person, said in sheet.threads
    ]
    context = {"page": page, "sheet": sheet, "threads": threads, "form": refused or CommentForm()}
    return render(request, "practices/practice.html", context, status=status)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: SignedIn) -> HttpResponse:
    asked = request.GET.get("adapte", "")
    origin = PracticePage.objects.live().filter(pk=asked).first() if asked.isdecimal() and len(asked) < 10 else None
    initial = _written(origin) if origin else {}
    initial.pop("what_changed", None)  # what an adaptation changed is still to be told
    initial.pop("title", None)
    if theme := Theme.objects.current().filter(code=request.GET.get("theme", "")[:40]).first():
        initial["themes"] = [theme.pk]
    form = ProposalForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            kept = services.propose(
                person=request.user, adapted_from=origin, form_key=form.once, texts=form.texts, **form.about
            )
        except PracticeError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, SENT.format(title=kept.title))
            return redirect(kept.get_parent().url)
    context = {"form": form, "origin": origin}
    return render(request, "practices/propose.html", context, status=422 if form.errors else 200)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def rework(request: SignedIn, pk: int) -> HttpResponse:
    """What its author proposed: why it came back, to change and send again."""
    row = get_object_or_404(PracticePage.objects.filter(owner=request.user), pk=pk)
    if row.live:
        return redirect(row.url)
    sheet = queries.proposal_sheet(row)
    form = ProposalForm(request.POST if request.method == "POST" else None, initial=_written(sheet.page))
    if request.method == "POST" and form.is_valid():
        try:
            kept = services.send_again(person=request.user, practice=row, texts=form.texts, **form.about)
        except PracticeError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, SENT.format(title=kept.title))
            return redirect(row.get_parent().url)
    context = {"form": form, "proposal": sheet}
    return render(request, "practices/rework.html", context, status=422 if form.errors else 200)


@sign_in_required
@require_POST
def withdraw(request: SignedIn, pk: int) -> HttpResponse:
    row = get_object_or_404(PracticePage.objects.filter(owner=request.user, live=False), pk=pk)
    try:
        services.withdraw(person=request.user, practice=row)
    except PracticeError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"« {row.draft_title} » est retirée. Vous pouvez la reprendre quand vous voulez.")
    return redirect("rework_practice", pk)


def _written(page: PracticePage) -> dict[str, Any]:
    """A form begins with what is written already."""
    texts = {name: getattr(page, name) for name in ("title", "context", "what_we_did", "what_changed", "watch_out")}
    themes = [link.theme_id for link in page.theme_links.all()]
    about = {"themes": themes, "techniques": list(page.techniques.all()), "pathway_step": page.pathway_step_id}
    return texts | about


@sign_in_required
@require_POST
def try_too(request: SignedIn, pk: int) -> HttpResponse:
    page = get_object_or_404(PracticePage.objects.live(), pk=pk)
    try:
        services.try_too(person=request.user, practice=page, is_trying=request.POST.get("trying") == "1")
    except PracticeError as refusal:
        messages.error(request, str(refusal))
        return redirect(page.url)
    return redirect(f"{page.url}#essais")


@sign_in_required
@require_POST
def comment(request: SignedIn, pk: int) -> HttpResponse:
    """A word to the author; or, with `to`, the author's answer to one who wrote."""
    page = get_object_or_404(PracticePage.objects.live(), pk=pk)
    form, to = CommentForm(request.POST), request.POST.get("to", "")
    if not form.is_valid():
        return practice(request, page, form, to, status=422)
    text = form.cleaned_data["text"]
    try:
        if page.owner_id == request.user.pk:
            reader = queries.who_wrote(page, to)
            services.reply(author=request.user, practice=page, to=reader, text=text)
        else:
            services.comment(person=request.user, practice=page, text=text)
    except PracticeError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "C'est envoyé, et personne d'autre que vous deux ne le lit.")
    return redirect(page.url)


SENT = "Merci. « {title} » est en relecture : la suite vous arrivera par courriel."
