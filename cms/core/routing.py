"""From an address to a page in one query.

Wagtail walks the tree, one query for each part of the address. The address of a page is stored whole in
`url_path`, so it is looked up whole; which class answers is remembered for a minute in this process, and
checked by the query itself, so a page moved, renamed or unpublished is never served from memory.
"""

import functools
import hashlib

from django.core.cache import cache
from django.http import HttpRequest
from wagtail.models import Page, Site

from cms.core.rows import columns, from_row, prepared_cursor, tables

SITE_SECONDS = 60


def current_site(request: HttpRequest) -> Site | None:
    """The Wagtail site of this request, remembered for a minute by host."""
    if not hasattr(request, "_wagtail_site"):
        key = f"site:{request._get_raw_host()}"  # type: ignore[attr-defined]
        site = cache.get(key)
        if site is None:
            site = Site.find_for_request(request)
            if site is not None:
                Site.root_page.get_object(site)
                cache.set(key, site, SITE_SECONDS)
        request._wagtail_site = site  # type: ignore[attr-defined]
    return request._wagtail_site  # type: ignore[attr-defined]


@functools.cache
def statement(model: type[Page]) -> str:
    return (
        f"SELECT {columns(model)} FROM {tables(model)}"  # noqa: S608 - names of columns and tables
        " WHERE wagtailcore_page.id = %s AND wagtailcore_page.url_path = %s AND wagtailcore_page.live"
    )


def find_page(request: HttpRequest, path: str) -> Page | None:
    """Return the live page at `path` (no leading slash), specific class, or None."""
    site = current_site(request)
    if site is None:
        return None
    url_path = f"{site.root_page.url_path}{path}"
    key = f"page:{hashlib.blake2b(url_path.encode(), digest_size=16).hexdigest()}"
    if known := cache.get(key):
        model, pk = known
        with prepared_cursor() as cursor:
            cursor.execute(statement(model), [pk, url_path])
            row = cursor.fetchone()
        if row is not None:
            page = from_row(model, row)
            page.as_stored = dict(zip((field.attname for field in model._meta.concrete_fields), row, strict=True))
            return page
    page = Page.objects.filter(url_path=url_path, live=True).first()
    if page is None:
        return None
    specific = page.specific
    cache.set(key, (type(specific), specific.pk))
    return specific
