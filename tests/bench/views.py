"""The ladder every page is compared with: what Django and our middleware cost before a page does anything."""

from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from cms.core.models import OutboxMessage


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def signed_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.email, content_type="text/plain")


@require_POST
def insert(request: HttpRequest) -> HttpResponse:
    """One row of two indexes, in a transaction of its own, for someone signed in, with the CSRF check."""
    OutboxMessage.objects.create(kind=f"bench:{request.user.pk}", key=str(uuid4()), done_at=timezone.now())
    return HttpResponse("ok", content_type="text/plain")
