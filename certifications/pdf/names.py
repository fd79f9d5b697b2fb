"""What the file of an attestation is called, on any computer and in any archive."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from certifications.pdf.french import PARIS, instant

LONGEST, LONGEST_NAME = 120, 30
# Letters that are not an ASCII letter with an accent.
WRITTEN_OUT = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L",
     "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i"}
)  # fmt: skip


def attestation_file_name(snapshot: Mapping[str, Any]) -> str:
    """`attestation_MARTEL_Claire_socle-commun_2026-11.pdf`: ASCII, 120 characters at most, no part empty."""
    kind = "certificat" if snapshot["kind"] == "certificat_realisation" else "attestation"
    last = part(snapshot["holder"]["last_name"], LONGEST_NAME).upper() or "SANS-NOM"
    first = part(snapshot["holder"]["first_name"], LONGEST_NAME) or "sans-prenom"
    end = f"{instant(snapshot['issued_at']).astimezone(PARIS):%Y-%m}.pdf"
    room = LONGEST - len("_".join((kind, last, first, "", end)))
    course = part(snapshot["training"]["title"], room).lower() or "formation"
    return "_".join((kind, last, first, course, end))


def part(text: str, longest: int) -> str:
    bare = unicodedata.normalize("NFKD", text.translate(WRITTEN_OUT)).encode("ascii", "ignore").decode()
    # An apostrophe or a space separates; what cannot be written leaves nothing.
    return re.sub("[^A-Za-z0-9]+", "-", bare).strip("-")[:longest].strip("-")
