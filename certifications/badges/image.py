"""The image of a badge: the fil of the house, its last station reached. The same words always give the same bytes."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import typst

PAPER, INK, SOFT_INK, TEAL, TINT, MARIGOLD = "#FBFAF7", "#1B2430", "#4A5565", "#0B5D5E", "#E4F0EE", "#F2B84B"
FAMILIES = "Atkinson Hyperlegible Next, Verdana, sans-serif"
OTHERS = {
    "Noto Sans Hebrew": "[\u0590-\u05ff\ufb1d-\ufb4f]",
    "Noto Sans Arabic": "[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc]",
    "Noto Emoji": "[\u2190-\u2bff\u200d\ufe0f\U0001f000-\U0001faff]",
}
"""Families for the letters the house lacks: what draws the PNG looks in the first family named, and no further."""

SCRIPTS = re.compile("|".join(f"({one}+)" for one in OTHERS.values()))
LEFT, WIDTH = 188, 386
"""Where words begin, and how far they go, in an image of 600."""

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NARROW, SLIM, BROAD = frozenset("iljI.,:;'’|!()[]- "), frozenset("tfr"), frozenset("mwMW@%&—…œŒæÆ")


@dataclass(frozen=True, slots=True)
class Setting:
    """A size of letters, in units of the image, and the lines there is room for."""

    size: int
    lines: int


TITLE = (Setting(46, 4), Setting(38, 5), Setting(31, 6), Setting(25, 8), Setting(21, 10))
LABEL = (Setting(22, 2),)
FOOT = (Setting(21, 2), Setting(17, 3))


def badge_svg(*, title: str, kind_label: str, issuer: str, issued_on: date) -> bytes:
    """Return an SVG of 600 by 600. Words stay words; long titles are written smaller, and cut as a last resort."""
    label_size, label = _set(kind_label.upper(), LABEL)
    title_size, lines = _set(title, TITLE)
    foot_size, foot = _set(issuer, FOOT)
    day = f"{'1er' if issued_on.day == 1 else issued_on.day} {MONTHS[issued_on.month - 1]} {issued_on.year}"
    top = 126 + round(len(label) * label_size * 1.3)
    description = escape(_clean(f"{kind_label} : {title}. {issuer}, {day}."))
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600" width="600" height="600" role="img"'
        f' xml:lang="fr" font-family="{FAMILIES}">',
        f"<title>{description}</title>",
        f'<rect x="6" y="6" width="588" height="588" rx="40" fill="{PAPER}" stroke="{TEAL}" stroke-width="12"/>',
        f'<path d="M12 466H588V548A40 40 0 0 1 548 588H52A40 40 0 0 1 12 548Z" fill="{TINT}"/>',
        f'<path d="M494 12H538V84L516 66L494 84Z" fill="{MARIGOLD}"/>',
        f'<path d="M104 12V466" stroke="{TEAL}" stroke-width="10"/>',
        *(_station(y) for y in (108, 208, 308)),
        f'<circle cx="104" cy="466" r="58" fill="{MARIGOLD}" stroke="{TEAL}" stroke-width="10"/>',
        f'<path d="M76 467L97 488L134 446" fill="none" stroke="{INK}" stroke-width="13" stroke-linecap="round"'
        ' stroke-linejoin="round"/>',
        _text(label, size=label_size, top=126, colour=TEAL, weight=700, spacing=' letter-spacing="1.2"'),
        _text(lines, size=title_size, top=top + round(title_size * 0.6), colour=INK, weight=700),
        _text(foot, size=foot_size, top=506, colour=INK, weight=400),
        _text([day], size=20, top=506 + round(len(foot) * foot_size * 1.25) + 4, colour=SOFT_INK, weight=400),
        "</svg>\n",
    ]
    return "\n".join(parts).encode()


def badge_png(svg: bytes, *, fonts: Path) -> bytes:
    """Return the image as a PNG of 800 by 800, its words set in the fonts of that folder alone."""
    source = (
        "#set page(width: 600pt, height: 600pt, margin: 0pt, fill: none)\n"
        f'#image(bytes(({",".join(map(str, svg))})), format: "svg", width: 100%)'
    )
    return typst.compile(source.encode(), font_paths=_fonts(fonts), format="png", ppi=96)


@cache
def _fonts(folder: Path) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _station(y: int) -> str:
    return (
        f'<circle cx="104" cy="{y}" r="21" fill="{TEAL}" stroke="{PAPER}" stroke-width="6"/>'
        f'<path d="M95 {y}L102 {y + 7}L114 {y - 7}" fill="none" stroke="{PAPER}" stroke-width="4.5"'
        ' stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _text(lines: list[str], *, size: int, top: int, colour: str, weight: int, spacing: str = "") -> str:
    rows = "".join(
        f'<tspan x="{LEFT}" y="{top + round(row * size * 1.2)}">{_runs(line)}</tspan>' for row, line in enumerate(lines)
    )
    return f'<text font-size="{size}" font-weight="{weight}" fill="{colour}"{spacing}>{rows}</text>'


def _runs(line: str) -> str:
    """The words of a line, each in a family that has its letters."""

    def in_its_family(run: re.Match[str]) -> str:
        family = list(OTHERS)[(run.lastindex or 1) - 1]
        return f'<tspan font-family="{family}, sans-serif">{run[0]}</tspan>'

    return SCRIPTS.sub(in_its_family, escape(line))


def _set(text: str, settings: tuple[Setting, ...]) -> tuple[int, list[str]]:
    """Return the largest size in which the text has room with no word broken, and its lines.

    The smallest breaks words, and cuts what is too much.
    """
    text = _clean(text)
    longest = max(map(_ems, text.split()), default=0)
    for setting in settings:
        room = WIDTH / setting.size
        lines = _wrapped(text, room)
        if len(lines) <= setting.lines and (longest <= room or setting is settings[-1]):
            return setting.size, lines
    return setting.size, [*lines[: setting.lines - 1], f"{lines[setting.lines - 1][:-1].rstrip()}…"]


def _wrapped(text: str, room: float) -> list[str]:
    """Lines of at most `room` em; a word with no room on a line is broken."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if _ems(joined) <= room:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if _ems(lines[-1] + character) > room:
                lines.append("")
            lines[-1] += character
    return lines


def _ems(text: str) -> float:
    """How wide a text is, about, in bold letters of the widest fonts.

    Shown as an image, an SVG has only the fonts of the machine: not those of the house, as a rule.
    """
    return sum(map(_em, text))


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0
    if character in NARROW:
        return 0.4
    if character in SLIM:
        return 0.49
    if character in BROAD or unicodedata.east_asian_width(character) in "WF":
        return 1.08
    return 0.82 if character.isupper() else 0.7


def _clean(text: str) -> str:
    """A text on one line, without what XML does not carry."""
    return NOT_XML.sub("", " ".join(text.split()))
