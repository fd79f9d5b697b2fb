"""The body of a page: every block of the site, rendered together."""

from typing import Any

from django.utils.safestring import SafeString
from wagtail import blocks

from cms.core.blocks.highlight import AccordionBlock, CalloutBlock, LinkCardBlock
from cms.core.blocks.media import DocumentBlock, ImageBlock, VideoBlock
from cms.core.blocks.practice import ActivityBlock, DialogueBlock
from cms.core.blocks.rich_text import resolve_links, together
from cms.core.blocks.text import (
    BulletsBlock,
    HeadingBlock,
    HeadingValue,
    ParagraphBlock,
    QuoteBlock,
    StepsBlock,
    TableBlock,
)


class BodyBlock(blocks.StreamBlock):
    """The body of a lesson, an information page, a legal page."""

    paragraph = ParagraphBlock()
    heading = HeadingBlock()
    list = BulletsBlock()
    steps = StepsBlock()
    quote = QuoteBlock()
    table = TableBlock()
    callout = CalloutBlock()
    accordion = AccordionBlock()
    link_card = LinkCardBlock()
    image = ImageBlock()
    video = VideoBlock()
    document = DocumentBlock()
    dialogue = DialogueBlock()
    activity = ActivityBlock()

    def render_basic(self, value: blocks.StreamValue, context: Any = None) -> SafeString:
        """Blocks one after the other, no wrapper, each with an `html_id` unique in the page."""
        parent = dict(context or {})
        seen: dict[str, int] = {}
        with together():
            parts = [
                child.render(context=parent | {"html_id": _unique(_html_id(child), seen), "block_id": child.id})
                for child in value
            ]
        return resolve_links("\n".join(str(part) for part in parts))


def _html_id(child: blocks.StreamValue.StreamChild) -> str:
    return child.value.anchor if isinstance(child.value, HeadingValue) else f"bloc-{child.block_type}"


def _unique(name: str, seen: dict[str, int]) -> str:
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else _unique(f"{name}-{seen[name]}", seen)
