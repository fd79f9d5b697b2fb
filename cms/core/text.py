"""French text without its accents, as the SQL function `fold()` sees it."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "’": "'"})


def fold(text: str) -> str:
    """Return `text` decomposed (NFD), without combining marks U+0300–U+036F, ligatures opened, lower case.

    Same rule as the SQL function `fold(text)` created by the first migration of this app.
    """
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f")
    return bare.translate(_LIGATURES).lower()


_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")


def slug_of(text: str, most: int = 255) -> str:
    """Return `text` as it stands in an address: "L'œuvre d'État" is `l-oeuvre-d-etat`; empty when nothing is left."""
    return _NOT_IN_A_SLUG.sub("-", fold(text)).strip("-")[:most].strip("-")


_WORD = re.compile(r"[^\W_]+")
_FEMININE = re.compile(r"(?<=[^\W_]{2})ees?(?![^\W_])")


def words(text: str) -> list[str]:
    """Return the words of `text`: letters and digits, so that « l'emploi » is two."""
    return _WORD.findall(text)


def searchable(text: str) -> str:
    """Return `text` folded, feminine participles brought to the masculine.

    The French stemmer knows « orientée » by its accent; folded, it would keep an « e » that « orienter » has lost.
    """
    return _FEMININE.sub("e", fold(text))
