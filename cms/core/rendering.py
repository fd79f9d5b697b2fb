"""The body of a page as HTML, rendered once per content."""

import hashlib
import json

from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

# A link to a page renamed meanwhile follows Wagtail's redirection; a picture replaced is seen after this time.
BODY_SECONDS = 600


def render_body(page: Page, field: str = "body") -> SafeString:
    """Return the HTML of a StreamField of `page`; costs no query when this very content was rendered lately.

    The key is the content itself, so a draft under preview and a page saved by a script are always right: for a page
    found by its address, the very text the database holds.
    """
    value = getattr(page, field)
    if not value:
        return mark_safe("")
    stored = getattr(page, "as_stored", {}).get(field)
    if not isinstance(stored, str):
        stored = json.dumps(value.get_prep_value(), ensure_ascii=False, separators=(",", ":"))
    key = f"body:{hashlib.blake2b(stored.encode(), digest_size=16).hexdigest()}"
    html = cache.get(key)
    if html is None:
        html = str(value.stream_block.render(value))
        cache.set(key, html, BODY_SECONDS)
    return mark_safe(html)  # noqa: S308 - rendered by the blocks
