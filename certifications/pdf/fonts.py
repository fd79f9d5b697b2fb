"""The fonts a document may use, and which characters each of them draws.

PDF/A refuses a document where one character has no glyph: what no font draws must be known before typesetting.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typst

from certifications.pdf.errors import CannotTypeset

# The files of each family, the family first used first; `.ci/environment.py` puts them in `build/fonts/`.
FAMILIES = {
    "Atkinson Hyperlegible Next": (
        "AtkinsonHyperlegibleNext_400Regular.ttf",
        "AtkinsonHyperlegibleNext_700Bold.ttf",
        "AtkinsonHyperlegibleNext_400Regular_Italic.ttf",
    ),
    "Noto Sans Arabic": ("NotoSansArabic_400Regular.ttf", "NotoSansArabic_700Bold.ttf"),
    "Noto Sans Hebrew": ("NotoSansHebrew_400Regular.ttf", "NotoSansHebrew_700Bold.ttf"),
    "Noto Emoji": ("NotoEmoji_400Regular.ttf",),
}
# Fonts that typst carries, and what we ask of them: their files are not at hand, so a test draws each of these.
CARRIED = {
    "Libertinus Serif": (
        (0x20, 0x7E), (0xA1, 0xAC), (0xAE, 0x2AF), (0x300, 0x36F), (0x384, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1),
        (0x3A3, 0x3CE), (0x400, 0x477), (0x48C, 0x4C4), (0x4D0, 0x4F9), (0x1E00, 0x1EFF), (0x1F00, 0x1F15),
        (0x1F18, 0x1F1D), (0x1F20, 0x1F45), (0x1F48, 0x1F4D), (0x1F50, 0x1F57), (0x1F5F, 0x1F7D), (0x1F80, 0x1FB4),
        (0x1FB6, 0x1FC4), (0x1FC6, 0x1FD3), (0x1FD6, 0x1FDB), (0x1FDD, 0x1FEF), (0x1FF2, 0x1FF4), (0x1FF6, 0x1FFE),
    ),
    "DejaVu Sans Mono": (
(0x1E00, 0x1E99), (0x1EA0, 0x1EF9), (0x531, 0x556), (0x559, 0x55F), (0x561, 0x587), (0x10D0, 0x10FC), (0x2190, 0x21FF)),
}  # fmt: skip
Coverage = tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Library:
    """The fonts of a folder, loaded once."""

    loaded: typst.Fonts
    coverage: Coverage
    piled: frozenset[str]
    """Letters of Vietnamese, mostly, that the first font makes of a letter and two accents: typst names each of these
    pieces after the whole, and the letter is read twice. They are taken from DejaVu, which has them whole."""


@cache
def library(folder: Path) -> Library:
    """Raises CannotTypeset when a font is missing: another in its place would draw another document."""
    drawn: list[frozenset[str]] = []
    for files in FAMILIES.values():
        for file in files:
            if not (folder / file).is_file():
                raise CannotTypeset(f"Il manque la police {file} dans {folder} : lancez « make assets ».")
        drawn.append(frozenset.intersection(*(frozenset(characters((folder / file).read_bytes())) for file in files)))
    drawn.extend(frozenset(spread(ranges)) for ranges in CARRIED.values())
    loaded = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])
    piled = frozenset(spread(((0x1E00, 0x1EF9),))) & drawn[-1] - drawn[0]
    return Library(loaded, tuple(drawn), piled)


def spread(ranges: Iterable[tuple[int, int]]) -> Iterator[str]:
    return (chr(code) for first, last in ranges for code in range(first, last + 1))


def characters(font: bytes) -> Iterator[str]:
    """The characters an OpenType font has a glyph for (table `cmap`, formats 4 and 12)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    directory = (struct.unpack_from(">4s4xII", font, 12 + 16 * at) for at in range(tables))
    cmap = next(offset for tag, offset, _length in directory if tag == b"cmap")
    for at in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        platform, offset = struct.unpack_from(">H2xI", font, cmap + 4 + 8 * at)
        if platform in (0, 3):  # Unicode, Windows
            subtable = cmap + offset
            match struct.unpack_from(">H", font, subtable)[0]:
                case 4:
                    yield from segments(font, subtable)
                case 12:
                    yield from groups(font, subtable)


def segments(font: bytes, at: int) -> Iterator[str]:
    count = struct.unpack_from(">H", font, at + 6)[0] // 2

    def column(number: int, kind: str) -> tuple[int, ...]:
        return struct.unpack_from(f">{count}{kind}", font, at + 14 + number * 2 * count + (2 if number else 0))

    columns = zip(column(0, "H"), column(1, "H"), column(2, "h"), column(3, "H"), strict=True)
    for segment, (last, first, delta, offset) in enumerate(columns):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                place = at + 16 + 6 * count + 2 * segment + offset + 2 * (code - first)
                glyph = struct.unpack_from(">H", font, place)[0]
                if not glyph:
                    continue
            if (glyph + delta) & 0xFFFF:
                yield chr(code)


def groups(font: bytes, at: int) -> Iterator[str]:
    for number in range(struct.unpack_from(">I", font, at + 12)[0]):
        first, last, glyph = struct.unpack_from(">III", font, at + 16 + 12 * number)
        yield from (chr(code) for code in range(first if glyph else first + 1, last + 1))
