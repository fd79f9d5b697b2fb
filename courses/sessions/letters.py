"""The mails of sessions. They leave with the transaction that causes them (`docs/outbox.md`)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from cms.accounts.models import User
from cms.core.mail import signature
from courses.sessions.calendar import calendar_of
from courses.sessions.models import TrainingSession

FILE_NAME = "seance.ics"


def calendar_file(session: TrainingSession) -> str:
    """The session for a calendar, with its address on this site."""
    base = settings.WAGTAILADMIN_BASE_URL
    return calendar_of(
        session,
        address=f"{base}{session.get_absolute_url()}",
        host=urlsplit(base).hostname or "socle",
        stamp=timezone.now(),
    )


def write(*, to: User, session: TrainingSession, subject: str, name: str) -> None:
    """Send one of the letters of `templates/sessions/mail/`, with the file for calendars when there is a date."""
    context = signature() | {
        "person": to,
        "session": session,
        "halves": session.halves,
        "address": f"{settings.WAGTAILADMIN_BASE_URL}{session.get_absolute_url()}",
    }
    body = render_to_string(f"sessions/mail/{name}.txt", context).strip()
    message = EmailMessage(" ".join(subject.split()), body, None, [to.email])
    if session.halves:
        message.attach(FILE_NAME, calendar_file(session), "text/calendar")
    message.send()
