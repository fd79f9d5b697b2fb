"""The screens of who holds attestations: theirs, and renewing one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from certifications.errors import CertificationError
from certifications.models import Credential
from certifications.queries.mine import held_by
from certifications.services.renewal import open_renewal
from cms.accounts.door import sign_in_required
from courses.enums import EnrolmentSource
from courses.errors import CourseError
from courses.views import SignedIn


@sign_in_required
@require_safe
def mine(request: SignedIn) -> HttpResponse:
    return render(request, "certifications/mine.html", {"mine": held_by(request.user)})


@sign_in_required
@require_POST
def renew(request: SignedIn, public_id: UUID) -> HttpResponse:
    """Open what renews one's own attestation, and go there."""
    credential = get_object_or_404(Credential.objects.of(request.user), public_id=public_id)
    try:
        enrolment = open_renewal(credential=credential, source=EnrolmentSource.SELF)
    except (CertificationError, CourseError) as refusal:
        messages.error(request, str(refusal))
        return redirect("certifications:mine")
    messages.success(request, "Le renouvellement est ouvert : voici la formation à suivre.")
    return redirect(enrolment.course.get_url() or "certifications:mine")
