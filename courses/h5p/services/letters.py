"""Telling by mail whoever sent a package what was decided of it."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from cms.core.mail import signature
from courses.h5p.models import Upload


def tell_sender(upload: Upload) -> None:
    """Write, in the caller's transaction, what became of a package; not to who decided of it, nor who has left."""
    person = upload.sent_by
    if person is None or not person.is_active or person == upload.approved_by:
        return
    address = settings.WAGTAILADMIN_BASE_URL + reverse("h5p_uploads:status", args=[upload.public_id])
    context = signature() | {"upload": upload, "person": person, "address": address}
    subject = render_to_string("h5p/mail/upload_subject.txt", context)
    body = render_to_string("h5p/mail/upload_body.txt", context)
    send_mail(" ".join(subject.split()), body.strip(), None, [person.email])
