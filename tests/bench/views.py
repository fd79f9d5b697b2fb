"""The ladder every page is compared with: what Django and our middleware cost before a page does anything."""

from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from certifications.pdf.attestation import render_attestation
from cms.core.models import OutboxMessage
from tests.certifications.pdf.samples import ASSETS, snapshot


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def signed_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.email, content_type="text/plain")


@require_POST
def insert(request: HttpRequest) -> HttpResponse:
    """One row of two indexes, in a transaction of its own, for someone signed in, with the CSRF check."""
    OutboxMessage.objects.create(kind=f"bench:{request.user.pk}", key=str(uuid4()), done_at=timezone.now())
    return HttpResponse("ok", content_type="text/plain")


def attestation(request: HttpRequest) -> HttpResponse:
    """A document set from a snapshot at hand: what typst costs, without the database."""
    content = render_attestation(snapshot(), assets=ASSETS, fonts=settings.SOCLE_PDF_FONTS)
    return HttpResponse(content, content_type="application/pdf")
