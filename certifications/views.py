from typing import Any
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from certifications.errors import HolderErased
from certifications.models import Credential, CredentialDefinition
from certifications.services.files import pdf_of, specimen_of
from cms.accounts.door import sign_in_required


@sign_in_required
def pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The document, for its holder, the coordination, and the leads of its holder when it reports no result."""
    user: Any = request.user
    credential = get_object_or_404(Credential.objects.documents_for(user), public_id=public_id)
    try:
        name, content = pdf_of(credential)
    except HolderErased as refusal:
        raise Http404(str(refusal)) from refusal
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


# Its pictures come with it: a draft has no address of its own.
@csp_update({"img-src": [SELF, "data:"]})  # type: ignore[arg-type]  # typed for views of a request alone
def preview(request: HttpRequest, definition: CredentialDefinition) -> HttpResponse:
    """A definition as the document it would give to somebody invented, crossed by « SPÉCIMEN »."""
    return render(request, "certifications/admin/preview.html", {"specimen": specimen_of(definition)})
