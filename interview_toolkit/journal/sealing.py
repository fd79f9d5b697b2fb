"""What is written in a journal, encrypted at rest (Fernet: AES-128-CBC and HMAC-SHA-256).

The first key of `SOCLE_JOURNAL_KEYS` seals, all of them open: a new key goes first, `manage.py journal rotate` seals
everything again with it, then the old one may go. Someone who reads the database, or a backup, reads nothing.
"""

import json
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from interview_toolkit.journal.errors import KeyLost, NoKey


def seal(texts: dict[str, str], *, entry: UUID) -> bytes:
    """Raises NoKey. What is sealed names its entry: moved to another row, it does not open there."""
    return _keys().encrypt(json.dumps({"entry": str(entry), "texts": texts}).encode())


def unseal(sealed: bytes, *, entry: UUID) -> dict[str, str]:
    """Raises NoKey, KeyLost."""
    try:
        said: dict[str, Any] = json.loads(_keys().decrypt(sealed))
    except InvalidToken:
        raise KeyLost from None
    if said["entry"] != str(entry):
        raise KeyLost
    texts: dict[str, str] = said["texts"]
    return texts


def seal_again(sealed: bytes) -> bytes:
    """The same, sealed with the first key. Raises NoKey, KeyLost."""
    try:
        return _keys().rotate(sealed)
    except InvalidToken:
        raise KeyLost from None


def _keys() -> MultiFernet:
    if not settings.SOCLE_JOURNAL_KEYS:
        raise NoKey
    return MultiFernet([Fernet(key) for key in settings.SOCLE_JOURNAL_KEYS])
