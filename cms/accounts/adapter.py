"""allauth, told the rules of the house: an account opens by invitation only."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from cms.core.mail import signature


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """People have no user name."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sign with the name of the site, not with the host of the request: some mails leave after it."""
        site = SimpleNamespace(name=settings.WAGTAIL_SITE_NAME, domain=urlsplit(settings.WAGTAILADMIN_BASE_URL).netloc)
        known = signature() | {"request": self.request, "email": email, "current_site": site}
        self.render_mail(template_prefix, email, known | context).send()
