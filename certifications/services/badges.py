"""From a credential to a badge somebody else can verify, as its holder wants it."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from certifications.badges.baking import bake_png, bake_svg
from certifications.badges.credential import open_badge
from certifications.badges.image import badge_png, badge_svg
from certifications.badges.integrity import add_proof
from certifications.badges.jwt import sign_jwt
from certifications.badges.keys import SigningKey
from certifications.badges.status_list import place_of
from certifications.errors import HolderErased, KeyRevoked, NoBadge, UnknownKey
from certifications.models import BadgeChoice, BadgeKey, Credential
from certifications.queries.badges import did, issuer, signing_key, status_list_url


@dataclass(frozen=True)
class Badge:
    """The four forms of a badge; the same credential, choice and key always give the same bytes."""

    snapshot: dict[str, Any]
    document: dict[str, Any]
    token: str

    @property
    def jwt(self) -> bytes:
        return self.token.encode()

    @property
    def json(self) -> bytes:
        return json.dumps(self.document, ensure_ascii=False, indent=2).encode()

    @cached_property
    def svg(self) -> bytes:
        return bake_svg(self._image, self.token)

    @cached_property
    def png(self) -> bytes:
        return bake_png(badge_png(self._image, fonts=settings.SOCLE_PDF_FONTS), self.token)

    @cached_property
    def _image(self) -> bytes:
        return badge_svg(
            title=self.snapshot["title"],
            kind_label=self.snapshot["kind_label"],
            issuer=self.snapshot["provider"]["name"],
            issued_on=timezone.localdate(_issued_at(self.snapshot)),
        )


def badge_of(*, credential: Credential) -> Badge:
    """Return the badge of a credential read `with_facts()`, as its holder chose it last.

    Raises NoBadge, HolderErased, NoBadgeKey, KeyRevoked.
    """
    refuse_badge(credential)
    snapshot: dict[str, Any] = credential.snapshot or {}
    choice, key = badge_choice_of(credential=credential), use_signing_key()
    number, index = place_of(credential.pk)
    unsigned = open_badge(
        snapshot,
        issuer=issuer(snapshot["provider"]["name"]),
        status_list=status_list_url(number),
        status_index=index,
        disclose=choice.shows_name,
        salt=choice.salt,
        email=choice.email,
        achievement_url=f"urn:uuid:{snapshot['wording']['definition']}",
        extended_until=credential.extended_until and credential.ends_on,
    )
    return Badge(
        snapshot=snapshot,
        document=add_proof(unsigned, key, did(), _issued_at(snapshot)),
        token=sign_jwt(unsigned, key, did()),
    )


def _issued_at(snapshot: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(snapshot["issued_at"])


def refuse_badge(credential: Credential) -> None:
    """Raises NoBadge, HolderErased."""
    if credential.snapshot is None:
        raise HolderErased
    if credential.is_revoked or credential.is_superseded:
        raise NoBadge


@transaction.atomic
def badge_choice_of(*, credential: Credential) -> BadgeChoice:
    """Return what the holder wants in their badge: until they say so, their name is not in it."""
    choice = credential.badge_choices.first()
    if choice is not None:
        return choice
    Credential.objects.select_for_update(no_key=True).get(pk=credential.pk)
    return credential.badge_choices.first() or _choose(credential, salt=secrets.token_urlsafe(16), shows_name=False)


@transaction.atomic
def choose_badge(*, credential: Credential, shows_name: bool) -> BadgeChoice:
    """Keep what the holder wants in the badges they download from now on. Raises NoBadge, HolderErased."""
    refuse_badge(credential)
    before = badge_choice_of(credential=credential)
    if before.shows_name == shows_name and before.email == credential.person.email:
        return before
    return _choose(credential, salt=before.salt, shows_name=shows_name)


def _choose(credential: Credential, *, salt: str, shows_name: bool) -> BadgeChoice:
    return BadgeChoice.objects.create(
        credential=credential, salt=salt, shows_name=shows_name, email=credential.person.email
    )


@transaction.atomic
def use_signing_key() -> SigningKey:
    """Return the key to sign with, its public half kept: it verifies long after another has replaced it.

    Raises NoBadgeKey, KeyRevoked.
    """
    key = signing_key()
    kid, now = key.public.thumbprint, timezone.now()
    row, _is_new = BadgeKey.objects.get_or_create(kid=kid, defaults={"jwk": key.public.jwk, "first_used_at": now})
    if row.revoked_at:
        raise KeyRevoked
    if _is_new or row.retired_at:
        BadgeKey.objects.filter(retired_at=None).exclude(pk=row.pk).update(retired_at=now)
        BadgeKey.objects.filter(pk=row.pk).update(retired_at=None)
    return key


def revoke_badge_key(*, kid: str) -> None:
    """Believe no more what this key signed: somebody else has it. It cannot be undone. Raises UnknownKey."""
    if not BadgeKey.objects.filter(kid=kid).update(revoked_at=timezone.now()):
        raise UnknownKey
