"""What, in a free text, looks like data about somebody one works with. The site holds none, ever (product, rule 8).

It warns, and the person decides: a rule that knows names from words does not exist. Initials ("Mme L.") are fine.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

CAPITAL = "A-ZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒ"
MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
YEAR = r"(?:19[2-9]\d|20[01]\d)"
PATTERNS = {
    "à une adresse électronique": re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
    # INSEE: sex, year and month of birth, commune, order, key.
    "à un numéro de sécurité sociale": re.compile(
        r"(?<!\d)[12][ .]?\d{2}[ .]?(?:0[1-9]|1[0-2]|[2-9]\d)[ .]?(?:\d{2}|2[AB])"
        r"[ .]?\d{3}[ .]?\d{3}(?:[ .]?\d{2})?(?!\d)"
    ),
    "à un numéro de téléphone": re.compile(
        r"(?<![\d+])(?:(?:\+|00)33[ .]?(?:\(0\))?|0)[ .]?[1-9](?:[ .-]?\d{2}){4}(?!\d)"
    ),
    "à une date de naissance": re.compile(
        rf"(?<!\d)\d{{1,2}}(?:[/.-]\d{{1,2}}[/.-]|(?:er)? (?:{MONTHS}) ){YEAR}(?!\d)", re.IGNORECASE
    ),
    "au nom de quelqu'un": re.compile(
        rf"\b(?:M\.|Mr\.?|Mme|Mlle|Monsieur|Madame|Mademoiselle)[ \u00a0]+(?:[dD][eu]s? |[dD]')?[{CAPITAL}][\w'’-]+"
    ),
}
MOST_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind` is what it looks like, with its preposition; `passage` is what was written, as it was."""

    kind: str
    passage: str

    def __str__(self) -> str:
        return f"« {self.passage} » ressemble {self.kind}."


def identifying(*texts: str) -> list[Finding]:
    """Return what looks like somebody's in these texts, each once, in the order of the kinds."""
    return list(dict.fromkeys(_found(texts)))[:MOST_FINDINGS]


def _found(texts: Iterable[str]) -> Iterable[Finding]:
    for text in texts:
        for kind, pattern in PATTERNS.items():
            for match in pattern.finditer(text):
                yield Finding(kind, match[0].strip())
