from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from certifications.errors import HolderErased
from certifications.models import Credential
from certifications.services.files import pdf_of


def verify(request: HttpRequest, public_id: UUID) -> HttpResponse:
    credential = get_object_or_404(Credential.objects.with_facts(), public_id=public_id)
    return render(request, "certifications/verify.html", {"credential": credential})


@login_required
def pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The document, for its holder, the leads of its holder, and the coordination."""
    user: Any = request.user
    credential = get_object_or_404(Credential.objects.visible_to(user), public_id=public_id)
    try:
        name, content = pdf_of(credential)
    except HolderErased as refusal:
        raise Http404(str(refusal)) from refusal
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
