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

    A page found by its address is known by the edition of its row; a draft under preview, by its content.
    """
    edition = getattr(page, "edition", None)
    if edition is None:
        stored = json.dumps(getattr(page, field).get_prep_value(), ensure_ascii=False, separators=(",", ":"))
        edition = hashlib.blake2b(stored.encode(), digest_size=16).hexdigest()
    key = f"body:{page.pk}:{field}:{edition}"
    html = cache.get(key)
    if html is None:
        value = getattr(page, field)
        html = str(value.stream_block.render(value, context={"page": page})) if value else ""
        cache.set(key, html, BODY_SECONDS)
    return mark_safe(html)  # noqa: S308 - rendered by the blocks
