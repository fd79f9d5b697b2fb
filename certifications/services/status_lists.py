"""The lists by which anyone knows that a badge was withdrawn, without asking about that one."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from certifications.badges.integrity import MEDIA_TYPE as DOCUMENT
from certifications.badges.integrity import add_proof
from certifications.badges.jwt import MEDIA_TYPE as TOKEN
from certifications.badges.jwt import sign_jwt
from certifications.badges.status_list import status_list_credential
from certifications.queries.badges import did, issuer, signing_key, status_list_url, withdrawn_places
from certifications.services.badges import use_signing_key

__all__ = ["DOCUMENT", "TOKEN", "StatusList", "status_list_of"]

# A list is dated from the hour it was made in, and is out of date a day later: it is signed once an hour at most,
# and again as soon as something is withdrawn.
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class StatusList:
    number: int
    places: tuple[int, ...]
    made_at: datetime

    def etag(self, media_type: str) -> str:
        what = (self.number, self.places, self.made_at, media_type, signing_key().public.thumbprint, did())
        return f'"{hashlib.sha256(repr(what).encode()).hexdigest()[:32]}"'

    def signed(self, media_type: str) -> bytes:
        """Return the list as a token or as a document with its proof. Raises NoBadgeKey, KeyRevoked."""
        address = f"status-list:{self.etag(media_type)}"
        body: bytes | None = cache.get(address)
        if body is None:
            body = self._sign(media_type)
            cache.set(address, body, KEPT.total_seconds())
        return body

    def _sign(self, media_type: str) -> bytes:
        key = use_signing_key()
        unsigned: dict[str, Any] = status_list_credential(
            status_list_url(self.number),
            self.places,
            issuer(settings.SOCLE_SERVICE_NAME),
            valid_from=self.made_at,
            valid_until=self.made_at + KEPT,
        )
        if media_type == TOKEN:
            return sign_jwt(unsigned, key, did()).encode()
        return json.dumps(add_proof(unsigned, key, did(), self.made_at), ensure_ascii=False).encode()


def status_list_of(*, number: int) -> StatusList:
    """Return a list as it is now. One query; a second once an hour, or when something was withdrawn."""
    now = timezone.now().astimezone(UTC)
    return StatusList(number, tuple(withdrawn_places(number)), now.replace(minute=0, second=0, microsecond=0))
