"""Rich text limited to what the design styles, whose internal links are resolved together.

Wagtail looks up the pages linked from each rich text, one query per text. A body has dozens of them: while
`together()` is in force a text renders as stored, and the links of the whole body are resolved at once.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.utils.encoding import force_str
from django.utils.safestring import SafeString, mark_safe
from wagtail import blocks
from wagtail.rich_text import RichText, expand_db_html

TEXT_FEATURES = ["bold", "italic", "ul", "ol", "link", "document-link"]
LINE_FEATURES = ["bold", "italic", "link", "document-link"]

EDITOR_MARKS = re.compile(r' data-block-key="[^"]*"')
BETWEEN_PARAGRAPHS = re.compile(r"\s*</p>\s*<p[^>]*>\s*")
PARAGRAPH = re.compile(r"</?p\b[^>]*>")

_together: ContextVar[bool] = ContextVar("together", default=False)


@contextmanager
def together() -> Iterator[None]:
    """Rich texts rendered inside keep their links as stored: pass the whole to `resolve_links()`."""
    token = _together.set(True)
    try:
        yield
    finally:
        _together.reset(token)


def resolve_links(html: str) -> SafeString:
    return mark_safe(expand_db_html(EDITOR_MARKS.sub("", html)))  # noqa: S308 - each part is escaped or filtered


class BodyText(RichText):
    """A rich text of one or several paragraphs."""

    def stored_html(self) -> str:
        return self.source

    def __html__(self) -> str:
        return self.stored_html() if _together.get() else resolve_links(self.stored_html())


class BodyLine(BodyText):
    """A rich text of one line: no paragraph around it."""

    def stored_html(self) -> str:
        return PARAGRAPH.sub("", BETWEEN_PARAGRAPHS.sub("<br>", self.source))


class RichTextBlock(blocks.RichTextBlock):
    """Paragraphs and lists."""

    value_class: type[BodyText] = BodyText

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("features", TEXT_FEATURES)
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> BodyText:
        return self.value_class(value.source if isinstance(value, RichText) else value)

    def normalize(self, value: Any) -> BodyText:
        if isinstance(value, self.value_class):
            return value
        if isinstance(value, RichText):
            return self.value_class(value.source)
        return self.value_class(value and force_str(value))

    def value_from_form(self, value: Any) -> BodyText:
        return self.value_class(value)


class RichLineBlock(RichTextBlock):
    """One line: bold, italic, links."""

    value_class = BodyLine

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("features", LINE_FEATURES)
        super().__init__(*args, **kwargs)
