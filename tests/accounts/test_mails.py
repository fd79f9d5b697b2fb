"""Every mail about accounts: in French, signed, plain text, and none left to allauth's English."""

from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings
from django.core import mail
from django.test import RequestFactory
from django.utils import timezone

from tests.accounts.test_journeys import ENGLISH

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# What would need a setting that is off: codes instead of links, security keys.
OFF = {"login_code", "password_reset_code", "webauthn_added", "webauthn_removed"}
PREFIXES = sorted(
    f"{path.parent.relative_to(Path(allauth.__file__).parent / 'templates')}/{path.name.removesuffix('_message.txt')}"
    for path in (Path(allauth.__file__).parent / "templates").glob("*/email/*_message.txt")
    if path.name.removesuffix("_message.txt") not in {*OFF, "base"}
)
KNOWN = {
    "timestamp": timezone.now(),
    "ip": "192.0.2.7",
    "user_agent": "Firefox",
    "activate_url": "https://socle.example/compte/confirm-email/abc/",
    "password_reset_url": "https://socle.example/compte/password/reset/key/abc/",
    "from_email": "avant@test.example",
    "to_email": "apres@test.example",
    "deleted_email": "avant@test.example",
    "provider": "ProConnect",
}


def test_there_are_mails_to_look_at() -> None:
    assert len(PREFIXES) >= 15


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_mail_is_ours_in_french_and_signed(db: None, settings: Any, prefix: str) -> None:
    assert (TEMPLATES / f"{prefix}_message.txt").exists()
    assert (TEMPLATES / f"{prefix}_subject.txt").exists()
    request = RequestFactory().get("/")
    with context.request_context(request):
        get_adapter(request).send_mail(prefix, "zoe@test.example", KNOWN)
    (sent,) = mail.outbox
    assert sent.body.startswith("Bonjour,\n\n")
    assert sent.body.endswith(f"\n\nSocle, {settings.SOCLE_SERVICE_NAME}\nUne question ? {settings.SOCLE_HELP_EMAIL}")
    assert not ENGLISH.search(sent.subject + sent.body)
    assert not getattr(sent, "alternatives", [])
    assert "⟦" not in sent.subject + sent.body
    assert "&" not in sent.body
    assert sent.subject == sent.subject.strip() != ""


def test_a_mail_that_leaves_outside_a_request_is_signed_too(db: None, settings: Any) -> None:
    settings.SOCLE_HELP_EMAIL = ""
    get_adapter().send_mail("account/email/password_reset_key", "zoe@test.example", KNOWN)
    (sent,) = mail.outbox
    assert sent.body.endswith(f"votre mot de passe ne change pas.\n\nSocle, {settings.SOCLE_SERVICE_NAME}")
