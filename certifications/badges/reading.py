"""A badge from anyone, whatever its form: a token, a document, a PNG or an SVG."""

from typing import Any

from certifications.badges.baking import LARGEST, PNG, unbake
from certifications.badges.documents import read_object
from certifications.badges.errors import NotOurs, NotReadable, TooLarge
from certifications.badges.integrity import verify_proof
from certifications.badges.jwt import verify_jwt
from certifications.badges.keys import Keyring

BADGE = {"VerifiableCredential", "AchievementCredential"}


def read_badge(content: bytes, keyring: Keyring) -> dict[str, Any]:
    """Return the credential, without its proof, that we signed exactly so (Open Badges 3.0 §5). Raises BadgeRefused.

    Nothing is said of the day, nor of what was withdrawn since: that is the state of the attestation it names.
    """
    if len(content) > LARGEST:
        raise TooLarge
    text = _text_of(content)
    credential = verify_proof(read_object(text), keyring) if text.startswith("{") else verify_jwt(text, keyring)
    if set(credential.get("type", ())) != BADGE:
        raise NotOurs("Ce document est signé par cette plateforme, mais ce n'est pas un badge.")
    return credential


def _text_of(content: bytes) -> str:
    content = content.removeprefix(b"\xef\xbb\xbf")
    if content.startswith(PNG) or content.lstrip().startswith(b"<"):
        return unbake(content)
    try:
        return content.decode().strip()
    except UnicodeDecodeError as error:
        raise NotReadable from error
