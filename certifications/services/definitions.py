"""From a definition as published to the words credentials are made with."""

import hashlib
from typing import Any

from django.db import transaction
from django.utils import timezone

from certifications.canonical import fingerprint
from certifications.models import CredentialAsset, CredentialDefinition, DefinitionVersion, Provider
from certifications.queries.definitions import content_of
from cms.core.models import Image

# Enough for print at 300 points an inch, in the place they have.
SIZE = "max-900x450|format-png"


@transaction.atomic
def publish_definition(*, definition: CredentialDefinition) -> DefinitionVersion:
    """Return the latest version of a live definition, made anew when its words or its pictures have changed."""
    definition = CredentialDefinition.objects.select_for_update(of=("self",), no_key=True).get(pk=definition.pk)
    signature, logo = keep_picture(definition.signature), keep_picture(definition.logo)
    content = content_of(definition, Provider.load(), signature=signature, logo=logo)
    digest = fingerprint(content)
    latest = definition.versions.order_by("-number").first()
    if definition.withdrawn_at is not None:
        definition.withdrawn_at = None
        CredentialDefinition.objects.filter(pk=definition.pk).update(withdrawn_at=None)
    if latest is not None and latest.content_hash == digest:
        return latest
    return DefinitionVersion.objects.create(
        definition=definition, number=latest.number + 1 if latest else 1, content=content, content_hash=digest
    )


@transaction.atomic
def publish_again() -> None:
    """Make the versions of live definitions anew after the provider has changed; what was issued stays as it is."""
    for definition in CredentialDefinition.objects.filter(live=True):
        publish_definition(definition=definition)


def withdraw_definition(*, definition: CredentialDefinition) -> None:
    """Award it no more; whoever had completed before this instant still gets theirs."""
    CredentialDefinition.objects.filter(pk=definition.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())


def keep_picture(image: Image | None) -> dict[str, Any] | None:
    """Keep a picture as it will be printed, and return how a snapshot names it."""
    if image is None:
        return None
    with image.get_rendition(SIZE).file.open("rb") as file:
        content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    CredentialAsset.objects.get_or_create(sha256=digest, defaults={"media_type": "image/png", "content": content})
    return {"sha256": digest, "media_type": "image/png"}
