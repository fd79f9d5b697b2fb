"""The number of a credential, wherever it is written. Pure."""

import re
from uuid import UUID

PARTS = (8, 4, 4, 4, 12)
WRITTEN = "-?".join(rf"[0-9a-f]{{{length}}}" for length in PARTS)
NUMBER = re.compile(rf"(?<![0-9a-z]){WRITTEN}(?![0-9a-z])", re.IGNORECASE | re.ASCII)
IN_FILE = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
LANDMARK, BEFORE, AFTER = b"-4", 13, 23
"""Every random UUID has it: looking for it alone is a hundred times faster in the megabytes of a stranger."""

MOST_LANDMARKS = 20_000
BLANKS = re.compile(r"[\s\u200b-\u200d\u2060\ufeff\u00ad]+")
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
"""What word processors and phones put for a hyphen."""
MOST = 50
"""Numbers looked for in one file: those of ours hold two or three."""


def number_in(text: str) -> UUID | None:
    """Return the number a person typed or pasted: alone, in an address, with blanks, with other dashes or none."""
    text = text.translate(DASHES)
    found = NUMBER.search(text) or NUMBER.search(BLANKS.sub("", text))
    return UUID(found[0]) if found else None


def numbers_in(content: bytes) -> list[UUID]:
    """Return the first numbers written in clear in a file, each once, in order."""
    found: dict[UUID, None] = {}
    place = -1
    for _landmark in range(MOST_LANDMARKS):
        place = content.find(LANDMARK, place + 1)
        if place < 0 or len(found) == MOST:
            break
        if place >= BEFORE and (match := IN_FILE.fullmatch(content, place - BEFORE, place + AFTER)):
            found[UUID(match[0].decode())] = None
    return list(found)
