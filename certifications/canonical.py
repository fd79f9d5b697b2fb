"""The one way a snapshot is written as bytes, and its fingerprint.

JSON Canonicalization Scheme (RFC 8785): members in the order of their UTF-16 code units, no white space, one way
to write each string and number. Whoever holds the snapshot computes the same fingerprint, with any other library.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785


def canonical(snapshot: Mapping[str, Any]) -> bytes:
    """Return the canonical JSON of a snapshot, UTF-8."""
    return rfc8785.dumps(dict(snapshot))


def fingerprint(snapshot: Mapping[str, Any]) -> str:
    """Return the SHA-256 of its canonical JSON: 64 hexadecimal digits."""
    return hashlib.sha256(canonical(snapshot)).hexdigest()
