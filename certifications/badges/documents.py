"""JSON from anyone, read so that every program reads the same thing in it; and the base64url of JOSE."""

import base64
import binascii
import json
import math
from typing import Any, NoReturn

from certifications.badges.errors import NotReadable, TooLarge

LONGEST = 128 * 1024
"""Bytes of a credential, or characters of a token, at most; ours stay well below."""

DEEPEST = 16


def read_object(source: bytes | str) -> dict[str, Any]:
    """Return the object a JSON text holds (RFC 8259, with the limits of I-JSON, RFC 7493).

    A name twice in the same object is refused: two programs would not read the same badge in it.
    Raises NotReadable.
    """
    if len(source) > LONGEST:
        raise TooLarge
    try:
        text = source if isinstance(source, str) else source.decode()
        value = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotReadable from error
    if not isinstance(value, dict):
        raise NotReadable
    _look_through(value)
    return value


def encode(content: bytes) -> str:
    """Return base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return what base64url says, when it is its one writing. Raises NotReadable.

    The last character of a text often holds spare bits: decoders that ignore them take several texts for the same.
    """
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotReadable from error
    if encode(content) != text:
        raise NotReadable
    return content


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotReadable
    return members


def _refuse(constant: str) -> NoReturn:
    raise NotReadable


def _look_through(value: dict[str, Any]) -> None:
    level: list[Any] = [value]
    for _depth in range(DEEPEST):
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner += [*one, *one.values()]
            elif isinstance(one, list):
                inner += one
            elif isinstance(one, str):
                _check_text(one)
            elif isinstance(one, float) and not math.isfinite(one):
                raise NotReadable
        if not inner:
            return
        level = inner
    raise NotReadable


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:  # half a surrogate pair
        raise NotReadable from error
