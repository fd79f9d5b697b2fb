"""What a file is, that somebody sends to know whether it is one of ours. Nothing of it is kept.

No parser of PDF is let near it: a PDF is ours when its fingerprint is that of one we gave. A badge is read by
`certifications.badges`, which bounds everything.
"""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from certifications.badges.baking import PNG, unbake
from certifications.badges.credential import snapshot_sha256
from certifications.badges.documents import LONGEST, decode
from certifications.badges.errors import BadgeRefused, NotReadable
from certifications.badges.reading import read_badge
from certifications.enums import Finding
from certifications.models import Credential, CredentialFile
from certifications.numbers import number_in, numbers_in
from certifications.queries.badges import keyring
from certifications.queries.verification import Verification, verified

PDF = b"%PDF-"


@dataclass(frozen=True)
class Inspection:
    """`verification`: of the credential it is, or whose number it bears. `reason`: why it is refused, if known."""

    finding: Finding
    verification: Verification | None = None
    reason: str = ""

    @property
    def is_ours(self) -> bool:
        return self.finding in (Finding.FILE, Finding.BADGE)


def inspected(content: bytes) -> Inspection:
    """Return what a file is. At most seven queries."""
    given = CredentialFile.objects.filter(sha256=hashlib.sha256(content).hexdigest()).first()
    if given is not None:
        return Inspection(Finding.FILE, verified(Credential.objects.with_facts().get(pk=given.credential_id)))
    if content.startswith(PDF):
        return _borrowed(numbers_in(content))
    try:
        badge = read_badge(content, keyring())
    except NotReadable as refusal:
        is_badge = _is_image(content) or content.lstrip().startswith((b"{", b"eyJ"))
        numbers = numbers_in(content) or ([] if _is_image(content) else numbers_in(_payload(content)))
        return _borrowed(numbers, reason=str(refusal) if is_badge else "")
    except BadgeRefused as refusal:
        token = unbake(content).encode() if _is_image(content) else content
        return _borrowed(numbers_in(token) or numbers_in(_payload(token)), reason=str(refusal))
    return _badge(badge)


def _badge(badge: dict[str, Any]) -> Inspection:
    number = number_in(badge["id"])
    credential = _first_of([number] if number else [])
    if credential is None:
        return Inspection(Finding.LOST)
    if snapshot_sha256(badge) != credential.sha256:
        reason = "Ce badge n'a pas été fait de ce que dit l'attestation de ce numéro."
        return Inspection(Finding.BORROWED, verified(credential), reason)
    return Inspection(Finding.BADGE, verified(credential))


def _borrowed(numbers: list[UUID], *, reason: str = "") -> Inspection:
    credential = _first_of(numbers)
    if credential is None:
        return Inspection(Finding.STRANGE, reason=reason)
    return Inspection(Finding.BORROWED, verified(credential), reason)


def _first_of(numbers: list[UUID]) -> Credential | None:
    found: dict[UUID, Credential] = {
        one.public_id: one for one in Credential.objects.with_facts().filter(public_id__in=numbers)
    }
    return next((found[number] for number in numbers if number in found), None)


def _is_image(content: bytes) -> bool:
    return content.startswith(PNG) or content.lstrip().startswith(b"<")


def _payload(token: bytes) -> bytes:
    """What a token encodes, nothing when it is none."""
    parts = token[:LONGEST].split(b".")
    try:
        return decode(parts[1].decode("ascii")) if len(parts) > 1 else b""
    except (NotReadable, UnicodeError):
        return b""
