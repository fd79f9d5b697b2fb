"""Mail goes through the outbox: stored with what caused it, delivered by the worker."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from email.mime.base import MIMEBase
from email.utils import make_msgid
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from cms.core import outbox


class OutboxBackend(BaseEmailBackend):
    """Django's `EMAIL_BACKEND`: sends nothing, stores one outbox row per message."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        stored = 0
        for message in email_messages:
            if message.recipients():
                outbox.enqueue(kind="mail", key=f"mail:{uuid4()}", payload=_to_payload(message))
                stored += 1
        return stored


def signature() -> dict[str, str]:
    """What the end of every mail says: whose service this is, and who answers questions."""
    return {"service_name": settings.SOCLE_SERVICE_NAME, "help_email": settings.SOCLE_HELP_EMAIL}


def deliver(payload: dict[str, Any]) -> None:
    """Send one stored message with `EMAIL_DELIVERY_BACKEND`."""
    message = EmailMultiAlternatives(
        **{name: payload[name] for name in ("subject", "body", "from_email", "to", "cc", "bcc", "reply_to", "headers")},
        alternatives=[tuple(alternative) for alternative in payload["alternatives"]],
        attachments=[(name, b64decode(content), mimetype) for name, content, mimetype in payload["attachments"]],
        connection=get_connection(settings.EMAIL_DELIVERY_BACKEND),
    )
    message.content_subtype = payload["content_subtype"]
    message.send()


def _to_payload(message: EmailMessage) -> dict[str, Any]:
    # The same identifier at each attempt: a mailbox which receives the message twice can tell.
    headers = {"Message-ID": make_msgid(domain=settings.EMAIL_MESSAGE_DOMAIN), **message.extra_headers}
    return {
        "subject": str(message.subject),
        "body": str(message.body),
        "from_email": message.from_email,
        "to": list(message.to),
        "cc": list(message.cc),
        "bcc": list(message.bcc),
        "reply_to": list(message.reply_to),
        "headers": {name: str(value) for name, value in headers.items()},
        "content_subtype": message.content_subtype,
        "alternatives": [[content, mimetype] for content, mimetype in getattr(message, "alternatives", [])],
        "attachments": [_attachment(attachment) for attachment in message.attachments],
    }


def _attachment(attachment: Any) -> list[str | None]:
    if isinstance(attachment, MIMEBase):
        content = attachment.get_payload(decode=True)
        name, mimetype = attachment.get_filename(), attachment.get_content_type()
    else:
        name, content, mimetype = attachment
    data = content.encode() if isinstance(content, str) else bytes(content)
    return [name, b64encode(data).decode(), mimetype]
