"""Telling by mail whoever proposed a practice what became of it, and what was said of it."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from cms.accounts.models import User
from cms.core.mail import signature
from interview_toolkit.practices.models import Comment, PracticePage


def tell_of_publication(practice: PracticePage) -> None:
    _tell(practice, f"Merci : votre fiche est publiée : {practice.title}", "published")


def tell_of_return(practice: PracticePage, reason: str) -> None:
    subject = f"Votre fiche est à reprendre : {practice.draft_title}"
    _tell(practice, subject, "returned", at=reverse("rework_practice", args=[practice.pk]), reason=reason)


def tell_of_comment(comment: Comment) -> None:
    practice = comment.practice
    if comment.to is None:
        _tell(practice, f"Un mot sur votre fiche : {practice.title}", "comment", comment=comment)
    else:
        _tell(practice, f"Une réponse à votre mot : {practice.title}", "answer", to=comment.to, comment=comment)


def _tell(
    practice: PracticePage, subject: str, name: str, *, to: User | None = None, at: str = "", **said: object
) -> None:
    """Write to someone, who proposed it unless told otherwise, with an address, its own unless told otherwise."""
    person = to or practice.owner
    if person is None or not person.is_active:
        return
    address = f"{settings.WAGTAILADMIN_BASE_URL}{at or practice.get_url() or '/'}"
    context = signature() | {"practice": practice, "person": person, "address": address} | said
    body = render_to_string(f"practices/mail/{name}.txt", context)
    send_mail(" ".join(subject.split()), body.strip(), None, [person.email])
