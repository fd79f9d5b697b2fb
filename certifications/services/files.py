"""The PDF of a credential: drawn from its snapshot and from nothing else, the same bytes each time."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from certifications.errors import HolderErased
from certifications.models import Credential, CredentialAsset, CredentialDefinition, CredentialFile
from certifications.pdf.attestation import TEMPLATE_VERSION, draw_specimen, render_attestation
from certifications.pdf.names import attestation_file_name
from certifications.samples import sample_snapshot
from certifications.services.definitions import keep_picture


def pdf_of(credential: Credential) -> tuple[str, bytes]:
    """Return the file name and the bytes; the fingerprint of the file is kept, to recognise it later.

    Raises HolderErased when what the credential said was erased.
    """
    if credential.snapshot is None:
        raise HolderErased
    content = render_attestation(
        credential.snapshot, assets=assets_of(credential.snapshot), fonts=settings.SOCLE_PDF_FONTS
    )
    CredentialFile.objects.bulk_create(
        [
            CredentialFile(
                credential=credential,
                sha256=hashlib.sha256(content).hexdigest(),
                template_version=str(TEMPLATE_VERSION),
            )
        ],
        ignore_conflicts=True,
    )
    return attestation_file_name(credential.snapshot), content


def assets_of(snapshot: dict[str, Any]) -> dict[str, bytes]:
    """The pictures a snapshot names, by fingerprint."""
    named = [snapshot["logo"], snapshot["signatory"]["signature"]]
    keys = [one["sha256"] for one in named if one]
    rows = CredentialAsset.objects.filter(sha256__in=keys).values_list("sha256", "content") if keys else []
    return {key: bytes(content) for key, content in rows}


@dataclass(frozen=True)
class Specimen:
    """What a definition would give: the snapshot of nobody, and its pages as addresses an image can show."""

    snapshot: dict[str, Any]
    pages: list[str]


def specimen_of(definition: CredentialDefinition) -> Specimen:
    """Draw a definition as it stands, published or not."""
    signature, logo = keep_picture(definition.signature), keep_picture(definition.logo)
    snapshot = sample_snapshot(definition, signature=signature, logo=logo)
    pages = draw_specimen(snapshot, assets=assets_of(snapshot), fonts=settings.SOCLE_PDF_FONTS)
    return Specimen(snapshot, [f"data:image/png;base64,{b64encode(page).decode()}" for page in pages])
