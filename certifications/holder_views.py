"""What holders read and renew, and the attendance proof of those who run sessions."""

from datetime import UTC
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from certifications.errors import CertificationError
from certifications.models import Credential
from certifications.pdf.proof import render_proof
from certifications.queries.mine import held_by
from certifications.services.renewal import open_renewal
from cms.accounts.door import sign_in_required
from courses.enums import EnrolmentSource
from courses.errors import CourseError
from courses.sessions.models import TrainingSession
from courses.sessions.queries.proof import proof_pack
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


@never_cache
@sign_in_required
@require_safe
def proof(request: SignedIn, public_id: UUID) -> HttpResponse:
    """The « dossier de preuve » of a session, for those who run it and the coordination."""
    sessions = TrainingSession.objects.in_charge(request.user).whole()
    pack = proof_pack(get_object_or_404(sessions, public_id=public_id))
    made_at = timezone.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    content = render_proof(pack | {"made_at": made_at}, fonts=settings.SOCLE_PDF_FONTS)
    name = f"dossier-de-preuve-{timezone.localdate().isoformat()}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
