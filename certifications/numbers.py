"""The number of a credential, wherever it is written. Pure."""

import re
from uuid import UUID

PARTS = (8, 4, 4, 4, 12)
WRITTEN = "-?".join(rf"[0-9a-f]{{{length}}}" for length in PARTS)
NUMBER = re.compile(rf"(?<![0-9a-z]){WRITTEN}(?![0-9a-z])", re.IGNORECASE | re.ASCII)
IN_FILE = re.compile(rb"-".join(rb"[0-9a-f]{%d}" % length for length in PARTS), re.IGNORECASE)
BLANKS = re.compile(r"\s+")
MOST = 50
"""Numbers looked for in one file: those of ours hold two or three."""


def number_in(text: str) -> UUID | None:
    """Return the number a person typed or pasted: alone, in an address, with blanks or without hyphens."""
    found = NUMBER.search(text) or NUMBER.search(BLANKS.sub("", text))
    return UUID(found[0]) if found else None


def numbers_in(content: bytes) -> list[UUID]:
    """Return the first numbers written in clear in a file, each once, in order."""
    found: dict[UUID, None] = {}
    for match in IN_FILE.finditer(content):
        found[UUID(match[0].decode())] = None
        if len(found) == MOST:
            break
    return list(found)
