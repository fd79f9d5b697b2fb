"""Telling by mail whoever proposed a practice what became of it, and what was said of it."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from cms.accounts.models import User
from cms.core.mail import signature
from interview_toolkit.practices.models import Comment, PracticePage


def tell_of_publication(practice: PracticePage) -> None:
    _tell(practice, f"Merci : votre fiche est publiée : {practice.title}", "published")


def tell_of_return(practice: PracticePage, reason: str) -> None:
    _tell(practice, f"Votre fiche est à reprendre : {practice.title}", "returned", reason=reason)


def tell_of_comment(comment: Comment, author: User) -> None:
    practice = comment.practice
    _tell(practice, f"Un mot sur votre fiche : {practice.title}", "comment", comment=comment)


def _tell(practice: PracticePage, subject: str, name: str, **said: object) -> None:
    author = practice.owner
    if author is None or not author.is_active:
        return
    address = f"{settings.WAGTAILADMIN_BASE_URL}{practice.get_url() or '/'}"
    context = signature() | {"practice": practice, "person": author, "address": address} | said
    body = render_to_string(f"practices/mail/{name}.txt", context)
    send_mail(" ".join(subject.split()), body.strip(), None, [author.email])
