from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from certifications.numbers import number_in
from certifications.public import bounded, counted, for_its_bearer, wants_json
from certifications.queries.inspection import inspected
from certifications.queries.verification import verification_of
from certifications.verify_forms import FileForm, NumberForm


@require_safe
@for_its_bearer
@counted("verify_credential", "GET", "HEAD")
def verify(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What is known of the credential of that number, for anyone who has it: a page, or JSON for a program."""
    found = verification_of(public_id)
    if found is None:
        return _unknown(request, str(public_id))
    if wants_json(request):
        return JsonResponse(found.as_json())
    return render(request, "certifications/verify.html", {"found": found, "number_form": NumberForm()})


@require_safe
@for_its_bearer
@counted("verify_credential", "GET", "HEAD")
def verify_misread(request: HttpRequest, number: str) -> HttpResponse:
    """An address copied by hand: the number it means, or what to look at again."""
    meant = number_in(number)
    return redirect("certifications:verify", meant) if meant else _unknown(request, number)


@require_http_methods(["GET", "HEAD", "POST"])
@for_its_bearer
@counted("verify_file", "POST")
@bounded
def verify_any(request: HttpRequest) -> HttpResponse:
    """A number leads to its page; a file is looked at, and forgotten."""
    if request.method == "POST":
        return _verify_file(request)
    form = NumberForm(request.GET if "numero" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("certifications:verify", form.cleaned_data["numero"])
    context = {"number_form": form, "file_form": FileForm()}
    return render(request, "certifications/verify_any.html", context, status=422 if form.is_bound else 200)


def _verify_file(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    context = {"number_form": NumberForm(), "file_form": form}
    if not form.is_valid():
        return render(request, "certifications/verify_any.html", context, status=422)
    inspection = inspected(form.cleaned_data["fichier"].read())
    return render(request, "certifications/verify_file.html", context | {"inspection": inspection})


def _unknown(request: HttpRequest, number: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": "Aucune attestation n'a ce numéro."}, status=404)
    context = {"number": number, "number_form": NumberForm()}
    return render(request, "certifications/unknown.html", context, status=404)
