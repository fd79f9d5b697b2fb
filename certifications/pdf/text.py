"""Any text a person can type, as one that can be printed, reads in its order and stays in its column."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from certifications.pdf.fonts import Coverage

ZWJ, ZWNJ, ZERO_WIDTH_SPACE = "\u200d", "\u200c", "\u200b"
RIGHT_TO_LEFT_ISOLATE, POP_ISOLATE = "\u2067", "\u2069"
# Format characters are taken away (those that turn a line round are among them), but these: they are drawn, or join.
KEPT_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u08e2" + ZWJ + ZWNJ)
SPACES = frozenset("\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85")
SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))
# A letter under a pile of accents writes over the lines around it.
MOST_ACCENTS = 4
# Drawn by some font, and wider than a column.
TOO_WIDE = frozenset("\ufdfd\u2e3a\u2e3b")
LONGEST_CLUSTER = 16
# No French word has more than 25 letters: beyond, a word may be cut, every six characters.
LONGEST_WORD, CUT = 25, 6
# What French is written with, in words of an ordinary length: most texts need nothing more, and are let through.
ORDINARY = re.compile(r"(?:[!-~À-ÖØ-öø-ÿŒœŸ’«»–—…€\u00a0]{1,25} )*[!-~À-ÖØ-öø-ÿŒœŸ’«»–—…€\u00a0]{1,25}")


def plain(text: str) -> str:
    """`text` on one line, for the properties of a document: what XML cannot hold becomes U+FFFD."""
    return "".join(
        "\ufffd" if unicodedata.category(character) == "Cs" or is_never_a_character(character) else character
        for character in one_line(text)
    )


def printable(text: str, coverage: Coverage, *, longest_word: int = LONGEST_WORD) -> str:
    """`text` on one line, each of its characters drawn by a font of `coverage`.

    A character no font draws is written as its code point: « ‹U+4E2D› ». A passage written from right to left is
    isolated from the rest of its line. A word longer than `longest_word` can be cut.
    """
    if ORDINARY.fullmatch(text):
        return text
    return isolated("".join(breakable(list(drawn(clusters(one_line(text)), coverage)), longest_word)))


def one_line(text: str) -> str:
    """Composed (NFC), without controls, its spaces brought together: the unbreakable ones are kept."""
    kept = "".join(" " if is_space(character) else character for character in text if is_seen(character))
    return unicodedata.normalize("NFC", re.sub(" +", " ", kept)).strip(" ")


def is_space(character: str) -> bool:
    if character in "\u00a0\u202f":
        return False
    return character in SPACES or unicodedata.category(character) in ("Zs", "Zl", "Zp")


def is_seen(character: str) -> bool:
    return is_space(character) or character in KEPT_FORMATS or unicodedata.category(character) not in ("Cc", "Cf")


def is_never_a_character(character: str) -> bool:
    return ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef"


def is_accent(character: str) -> bool:
    return character not in SELECTORS and unicodedata.category(character).startswith("M")


def clusters(text: str) -> Iterator[str]:
    """What is drawn as one: a letter and its accents, the emoji of a family."""
    cluster = ""
    for character in text:
        follows = is_accent(character) or character in SELECTORS | SKIN_TONES or character in (ZWJ, ZWNJ)
        is_joined = cluster.endswith(ZWJ) and unicodedata.category(character) == "So"
        if cluster and (follows or is_joined) and (is_accent(character) or len(cluster) < LONGEST_CLUSTER):
            cluster += character
        else:
            if cluster:
                yield cluster
            cluster = character
    if cluster:
        yield cluster


def drawn(parts: Iterable[str], coverage: Coverage) -> Iterator[str]:
    """The same clusters; code points, character by character, in the place of what no font draws."""
    codes: list[str] = []

    def written_codes() -> Iterator[str]:
        if codes:
            yield from f"‹{' '.join(codes)}›"
            codes.clear()

    for cluster in parts:
        if is_drawn(cluster, coverage):
            yield from written_codes()
            yield cluster
            continue
        for character in cluster:
            if not is_accent(character) and is_drawn(character, coverage):
                yield from written_codes()
                yield character
            elif character not in SELECTORS and character not in (ZWJ, ZWNJ):
                codes.append(f"U+{ord(character):04X}")
    yield from written_codes()


def is_drawn(cluster: str, coverage: Coverage) -> bool:
    if sum(map(is_accent, cluster)) > MOST_ACCENTS or not TOO_WIDE.isdisjoint(cluster):
        return False
    needed = frozenset(cluster) - SELECTORS - {ZWJ, ZWNJ}
    return bool(needed) and any(needed <= font for font in coverage)


def breakable(parts: Sequence[str], longest_word: int) -> Iterator[str]:
    start = 0
    for end in range(1, len(parts) + 1):
        if end == len(parts) or may_break(parts[end - 1], parts[end]):
            word = parts[start:end]
            for at, cluster in enumerate(word):
                if at and at % CUT == 0 and len(word) > longest_word:
                    yield ZERO_WIDTH_SPACE
                yield cluster
            start = end


def may_break(before: str, after: str) -> bool:
    """Where a line may end without our help; there are other places, fewer than words are long."""
    return before == " " or (before in "-/" and after[0].isalpha())


def isolated(text: str) -> str:
    """A digit or a comma that follows a name in Arabic stays after it, and is not drawn among its letters."""
    kinds = "".join(direction(character) for character in text)
    parts: list[str] = []
    at = 0
    for passage in re.finditer("R(?:[^L]*R)?M*", kinds):
        start, end = passage.span()
        parts += text[at:start], RIGHT_TO_LEFT_ISOLATE, text[start:end], POP_ISOLATE
        at = end
    return "".join((*parts, text[at:]))


def direction(character: str) -> str:
    match unicodedata.bidirectional(character):
        case "R" | "AL":
            return "R"
        case "L":
            return "L"
        case "NSM":
            return "M"
        case _:
            return "-"
