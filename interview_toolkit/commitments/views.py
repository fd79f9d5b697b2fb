"""The screens of commitments."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cms.accounts.door import sign_in_required
from cms.core.templatetags.socle import day
from courses.views import SignedIn
from interview_toolkit.commitments import queries, services
from interview_toolkit.commitments.enums import Answer
from interview_toolkit.commitments.errors import CommitmentError
from interview_toolkit.commitments.forms import AnswerForm, CommitmentForm
from interview_toolkit.commitments.models import Commitment, Pair


@sign_in_required
@require_GET
def commitments(request: SignedIn) -> HttpResponse:
    mine = list(Commitment.objects.visible_to(request.user).with_subject()[:200])
    context = {
        "open": [one for one in mine if not one.answered_at],
        "answered": [one for one in mine if one.answered_at],
        "asked_of_me": Pair.objects.for_helper(request.user).standing().with_people()[:50],
    }
    return render(request, "commitments/commitments.html", context)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_commitment(request: SignedIn) -> HttpResponse:
    form = CommitmentForm(
        request.POST if request.method == "POST" else None,
        initial={"subject": request.GET.get("essai", "")[:40]},
        near=queries.pages_around(request.GET.get("module", "")),
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = services.commit_to(
                person=request.user,
                interview=said["interview"],
                due_on=said["due_on"],
                form_key=form.once,
                **form.about,
            )
        except CommitmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, f"C'est noté. Le {day(made.ask_on)}, nous vous demanderons où vous en êtes, une seule fois."
            )
            return redirect("commitments")
    return render(request, "commitments/new.html", {"form": form}, status=422 if form.errors else 200)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def commitment(request: SignedIn, public_id: UUID) -> HttpResponse:
    """What became of it. A link of the mail chooses an answer; nothing is kept before it is sent."""
    found = get_object_or_404(Commitment.objects.visible_to(request.user).with_subject(), public_id=public_id)
    form = AnswerForm(
        request.POST if request.method == "POST" else None, initial={"answer": request.GET.get("reponse", "")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.answer(commitment=found, **form.cleaned_data)
        except CommitmentError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, THANKS[form.cleaned_data["answer"]])
            if form.cleaned_data["answer"] == Answer.DARE_NOT:
                return redirect(found)
        return redirect("commitments")
    context = {"commitment": found, "form": form, "pair": found.pairs.standing().with_people().first()}
    return render(request, "commitments/commitment.html", context, status=422 if form.errors else 200)


@sign_in_required
@require_POST
def withdraw_commitment(request: SignedIn, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Commitment.objects.visible_to(request.user), public_id=public_id)
    try:
        services.withdraw(commitment=found)
    except CommitmentError as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    messages.success(request, "C'est retiré : nous ne vous demanderons rien à ce sujet.")
    return redirect("commitments")


@sign_in_required
@require_POST
def ask_pair(request: SignedIn, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Commitment.objects.visible_to(request.user), public_id=public_id)
    try:
        services.ask_pair(commitment=found)
    except CommitmentError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "C'est demandé, sans dire votre nom. La réponse vous arrivera par courriel.")
    return redirect(found)


@sign_in_required
@require_POST
def take_back_pair(request: SignedIn, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Commitment.objects.visible_to(request.user), public_id=public_id)
    try:
        services.take_back_pair(commitment=found)
    except CommitmentError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "C'est repris. Vous pouvez demander à quelqu'un d'autre.")
    return redirect(found)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: SignedIn, public_id: UUID) -> HttpResponse:
    """What a helper is asked; who asks is named once they have said yes."""
    found = get_object_or_404(Pair.objects.for_helper(request.user).with_people(), public_id=public_id)
    if request.method == "POST":
        said = request.POST.get("accepted")
        if said not in ("0", "1"):
            messages.error(request, "Choisissez une des deux réponses.")
            return redirect(found)
        try:
            services.answer_pair(helper=request.user, public_id=public_id, is_accepted=said == "1")
        except CommitmentError as refusal:
            messages.error(request, str(refusal))
        return redirect(found)
    return render(request, "commitments/pair.html", {"pair": found})


THANKS = {
    Answer.TRIED: "Merci. Cet essai s'ajoute à votre fil de preuve.",
    Answer.NO_OCCASION: "Merci. Choisissez une autre date quand vous voulez.",
    Answer.DARE_NOT: "Merci de le dire. À deux, c'est plus simple : voyez ci-dessous.",
}
