from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from certifications.models import Credential


def verify(request: HttpRequest, public_id: UUID) -> HttpResponse:
    credential = get_object_or_404(Credential.objects.with_facts(), public_id=public_id)
    return render(request, "certifications/verify.html", {"credential": credential})
