"""What the holder of a credential is told by mail. In the transaction of what it tells; nothing to a closed account."""

from datetime import date

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from certifications.models import Credential
from cms.accounts.models import User
from cms.core.mail import signature
from courses.models import Enrolment

MOST_NAMED = 50


def tell_revoked(credential: Credential, *, reason: str) -> None:
    _write(credential, "Votre attestation est retirée", "revoked", reason=reason)


def tell_extended(credential: Credential, *, until: date, reason: str) -> None:
    _write(credential, "Votre attestation est prolongée", "extended", until=until, reason=reason)


def tell_corrected(credential: Credential, *, reason: str) -> None:
    """`credential` is the one that replaces."""
    _write(credential, "Votre attestation est corrigée", "corrected", reason=reason)


def tell_renewal_opened(credential: Credential, enrolment: Enrolment) -> None:
    _write(
        credential,
        "Votre inscription pour renouveler votre attestation",
        "renewal",
        course=enrolment.course.title,
        today=timezone.localdate(),
        course_address=settings.WAGTAILADMIN_BASE_URL + reverse("my_courses"),
    )


def tell_ending(credential: Credential, *, is_lapsed: bool, day: date) -> None:
    subject = "Votre attestation a expiré" if is_lapsed else "Votre attestation se termine bientôt"
    days = (credential.ends_on - day).days if credential.ends_on else 0
    mine = f"{settings.WAGTAILADMIN_BASE_URL}/mon-parcours/attestations/"
    _write(credential, subject, "ending", is_lapsed=is_lapsed, days=days, mine=mine)


def tell_lead(lead: User, rows: list[Credential], *, day: date) -> None:
    """The credentials of one's people that end soon or have just lapsed, in one mail."""
    context = signature() | {
        "person": lead,
        "rows": rows[:MOST_NAMED],
        "more": max(0, len(rows) - MOST_NAMED),
        "day": day,
        "address": f"{settings.WAGTAILADMIN_BASE_URL}/pilotage/attestations/a-renouveler/",
    }
    body = render_to_string("certifications/mail/digest.txt", context)
    send_mail("Attestations à renouveler dans votre structure", body.strip(), None, [lead.email])


def _write(credential: Credential, subject: str, name: str, **said: object) -> None:
    person = credential.person
    if not person.is_active or credential.snapshot is None:
        return
    context = signature() | {
        "person": person,
        "credential": credential,
        "title": credential.snapshot["title"],
        "address": settings.WAGTAILADMIN_BASE_URL + credential.get_absolute_url(),
    }
    body = render_to_string(f"certifications/mail/{name}.txt", context | said)
    send_mail(f"{subject} : {credential.snapshot['title']}"[:200], body.strip(), None, [person.email])
