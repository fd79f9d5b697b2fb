"""StreamField blocks of the site."""

from wagtail import blocks

RICH_TEXT_FEATURES = ["bold", "italic", "ul", "ol", "link", "document-link"]


class BodyBlock(blocks.StreamBlock):
    """The body of a lesson, an information page, a legal page."""

    paragraph = blocks.RichTextBlock(label="Texte", icon="pilcrow", features=RICH_TEXT_FEATURES)
