"""The light markup of the demo texts, turned into the rich text Wagtail stores."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

LINK = re.compile(r"\[([^\]]+)\]\(((?:page|theme|technique):[A-Za-z0-9-]+|https?://[^\s)]+)\)")
BOLD = re.compile(r"\*\*(.+?)\*\*")
ITALIC = re.compile(r"\*(.+?)\*")


class UnknownTarget(Exception):
    """A text links to a page, a theme or a technique that does not exist."""


@dataclass(frozen=True)
class Links:
    """What the texts point to: page ids by slug, addresses of themes by code, ids of files by their name."""

    pages: Mapping[str, int] = field(default_factory=dict)
    themes: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, int] = field(default_factory=dict)
    documents: Mapping[str, int] = field(default_factory=dict)
    techniques: Mapping[str, int] = field(default_factory=dict)

    def opening(self, target: str) -> str:
        """The opening tag of a link. Raises UnknownTarget."""
        kind, _, name = target.partition(":")
        try:
            if kind == "page":
                return f'<a linktype="page" id="{self.pages[name]}">'
            if kind == "technique":
                return f'<a linktype="page" id="{self.techniques[name]}">'
            if kind == "theme":
                return f'<a href="{escape(self.themes[name])}">'
        except KeyError as error:
            raise UnknownTarget(target) from error
        return f'<a href="{escape(target)}">'


def line(text: str, links: Links) -> str:
    """`**gras**`, `*italique*` and `[texte](cible)` as HTML; everything else is escaped."""

    def anchor(match: re.Match[str]) -> str:
        return f"{links.opening(match[2].replace('&amp;', '&'))}{match[1]}</a>"

    html = LINK.sub(anchor, escape(text, quote=False))
    return ITALIC.sub(r"<i>\1</i>", BOLD.sub(r"<b>\1</b>", html))


def paragraph(text: str, links: Links) -> str:
    return f"<p>{line(text, links)}</p>"
