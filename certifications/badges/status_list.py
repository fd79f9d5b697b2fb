"""What was withdrawn since it was signed: Bitstring Status List 1.0.

A bit for each badge, in lists of 131 072: whoever fetches a list does not tell which badge they look at.
"""

import gzip
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from certifications.badges.documents import encode
from certifications.badges.issuer import VC_CONTEXT, Issuer

BITS = 131_072
"""Entries of a list, the least the recommendation allows (§2.2)."""

TTL = 5 * 60 * 1000
"""Milliseconds a verifier may keep a list (§2.2)."""


class Place(NamedTuple):
    """`list_number`: from 0. `position`: in that list, from 0."""

    list_number: int
    position: int


def place_of(status_index: int) -> Place:
    """Return where the badge of that rank has its bit."""
    return Place(*divmod(status_index, BITS))


def entry(status_list: str, position: int) -> dict[str, str]:
    """Return the `credentialStatus` of a badge (§2.1)."""
    return {
        "id": f"{status_list}#{position}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(position),
        "statusListCredential": status_list,
    }


def status_list_credential(
    url: str, set_indexes: Iterable[int], issuer: Issuer, *, valid_from: datetime, valid_until: datetime
) -> dict[str, Any]:
    """Return a list, to be signed (§2.2). `set_indexes`: the places, in that list, of what is withdrawn.

    It ends: an old copy, shown again to hide a withdrawal, is out of date before long.
    """
    return {
        "@context": [VC_CONTEXT],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": {"id": issuer.did, "name": issuer.name},
        "validFrom": valid_from.isoformat(timespec="seconds"),
        "validUntil": valid_until.isoformat(timespec="seconds"),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "ttl": TTL,
            "encodedList": _encoded(set_indexes),
        },
    }


def _encoded(set_indexes: Iterable[int]) -> str:
    """Bitstring generation (§3.3): the first index is the left-most bit; GZIP without a date; multibase base64url."""
    bits = bytearray(BITS // 8)
    for index in set_indexes:
        if not 0 <= index < BITS:
            raise ValueError(f"There is no place {index} in a list of {BITS}.")
        bits[index // 8] |= 0x80 >> index % 8
    return "u" + encode(gzip.compress(bytes(bits), mtime=0))
