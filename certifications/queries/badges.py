"""The keys whose signatures are accepted, who issues, and what was withdrawn."""

from django.conf import settings
from django.urls import reverse

from certifications.badges.issuer import Issuer
from certifications.badges.keys import Keyring, PublicKey, SigningKey, did_web
from certifications.badges.status_list import BITS
from certifications.enums import EventKind
from certifications.errors import NoBadgeKey
from certifications.models import BadgeKey, Credential, CredentialEvent

WITHDRAWN = (EventKind.REVOKED, EventKind.ERASED)


def did() -> str:
    return did_web(settings.WAGTAILADMIN_BASE_URL)


def signing_key() -> SigningKey:
    """The key badges are signed with now. Raises NoBadgeKey."""
    if not settings.SOCLE_BADGE_KEYS:
        raise NoBadgeKey
    return SigningKey.from_seed(settings.SOCLE_BADGE_KEYS[0])


def keyring() -> Keyring:
    """Every key that signs or has signed, but those that leaked; the one that signs comes first. One query."""
    rows = list(BadgeKey.objects.all())
    leaked = {row.kid for row in rows if row.revoked_at}
    current = [signing_key().public] if settings.SOCLE_BADGE_KEYS else []
    keys = [*current, *(PublicKey.from_jwk(row.jwk) for row in rows)]
    return Keyring(did(), tuple(dict.fromkeys(key for key in keys if key.thumbprint not in leaked)))


def issuer(name: str) -> Issuer:
    return Issuer(did=did(), name=name, url=f"{settings.WAGTAILADMIN_BASE_URL}/")


def status_list_url(number: int) -> str:
    return settings.WAGTAILADMIN_BASE_URL + reverse("certifications:status_list", args=[number])


def has_status_list(number: int) -> bool:
    """Whether a credential has its place in that list; the first is there from the start."""
    return number == 0 or Credential.objects.filter(pk__gte=number * BITS).exists()


def withdrawn_places(number: int) -> list[int]:
    """The places, in that list, of what is revoked, replaced or erased, in order. One query."""
    first, last = number * BITS, (number + 1) * BITS - 1
    ended = CredentialEvent.objects.filter(kind__in=WITHDRAWN, credential__gte=first, credential__lte=last)
    replaced = Credential.objects.filter(supersedes__gte=first, supersedes__lte=last)
    rows = ended.order_by().values_list("credential_id").union(replaced.values_list("supersedes_id"))
    return sorted(pk - first for (pk,) in rows)
