from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe

from certifications.errors import CertificationError
from certifications.models import Credential
from certifications.queries.badges import has_status_list, keyring
from certifications.services import badge_choice_of, badge_of, choose_badge
from certifications.services.status_lists import DOCUMENT, TOKEN, status_list_of
from certifications.verify_forms import BadgeForm
from cms.accounts.door import sign_in_required
from courses.views import SignedIn

FORMS = {"svg": "image/svg+xml", "png": "image/png", "json": DOCUMENT, "jwt": TOKEN}
FIVE_MINUTES = "public, max-age=300"


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_badge(request: SignedIn, public_id: UUID) -> HttpResponse:
    """The badge of one's own credential: what it looks like, what is in it, and how to take it elsewhere."""
    credential = _mine(request, public_id)
    if request.method == "POST":
        return _choose(request, credential)
    try:
        badge_of(credential=credential)
    except CertificationError as refusal:
        return _no_badge(request, credential, refusal)
    choice = badge_choice_of(credential=credential)
    form = BadgeForm(initial={"shows_name": choice.shows_name})
    return render(request, "certifications/my_badge.html", {"credential": credential, "choice": choice, "form": form})


def _choose(request: SignedIn, credential: Credential) -> HttpResponse:
    form = BadgeForm(request.POST)
    try:
        choose_badge(credential=credential, shows_name=form.is_valid() and form.cleaned_data["shows_name"])
    except CertificationError as refusal:
        return _no_badge(request, credential, refusal)
    messages.success(request, "C'est noté : les badges que vous téléchargez à partir de maintenant suivent ce choix.")
    return redirect("certifications:my_badge", credential.public_id)


@sign_in_required
@require_safe
def badge(request: SignedIn, public_id: UUID, form: str) -> HttpResponse:
    """One of the four forms of one's own badge, with a name that says nothing of its holder."""
    if form not in FORMS:
        raise Http404
    credential = _mine(request, public_id)
    try:
        content = getattr(badge_of(credential=credential), form)
    except CertificationError as refusal:
        return _no_badge(request, credential, refusal)
    name = f"badge_{credential.issued_at:%Y-%m}_{str(credential.public_id)[:8]}.{form}"
    kind = "inline" if "apercu" in request.GET else "attachment"
    headers = {"Content-Disposition": f'{kind}; filename="{name}"'}
    return HttpResponse(content, content_type=FORMS[form], headers=headers)


@require_safe
def did_document(request: HttpRequest) -> HttpResponse:
    """The did:web of the site, with every key whose signatures are accepted."""
    return _published(JsonResponse(keyring().did_document(), content_type="application/did+json"))


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    return _published(JsonResponse(keyring().jwks(), content_type="application/jwk-set+json"))


@require_safe
def status_list(request: HttpRequest, number: int) -> HttpResponse:
    """What was withdrawn among badges, as a document with its proof or as a token."""
    if not has_status_list(number):
        raise Http404
    found = status_list_of(number=number)
    wanted = request.get_preferred_type([DOCUMENT, "application/json", TOKEN, "application/jwt"])
    media_type = TOKEN if wanted in (TOKEN, "application/jwt") else DOCUMENT
    etag = found.etag(media_type)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(found.signed(media_type), content_type=media_type)
        response["ETag"] = etag
    patch_vary_headers(response, ["Accept"])
    return _published(response)


def _mine(request: SignedIn, public_id: UUID) -> Credential:
    held = Credential.objects.of(request.user).with_facts().select_related("person")
    credential: Credential = get_object_or_404(held, public_id=public_id)
    return credential


def _no_badge(request: HttpRequest, credential: Credential, refusal: CertificationError) -> HttpResponse:
    context = {"credential": credential, "refusal": refusal}
    return render(request, "certifications/no_badge.html", context, status=409)


def _published(response: HttpResponse) -> HttpResponse:
    """For verifiers anywhere, those that run in a browser included."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = FIVE_MINUTES
    return response
