"""French text without its accents, as the SQL function `fold()` sees it."""

import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "’": "'"})


def fold(text: str) -> str:
    """Return `text` decomposed (NFD), without combining marks U+0300–U+036F, ligatures opened, lower case.

    Same rule as the SQL function `fold(text)` created by the first migration of this app.
    """
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f")
    return bare.translate(_LIGATURES).lower()
