"""From an address to a page in one query.

Wagtail walks the tree, one query for each part of the address. The address of a page is stored whole in
`url_path`, so it is looked up whole; which class answers is remembered in this process, and
checked by the query itself, so a page moved, renamed or unpublished is never served from memory.
"""

import functools
import time
from typing import Any

from django.http import HttpRequest
from wagtail.models import Page, Site

from cms.core.rows import columns, edition, from_row, prepared_cursor, tables

SECONDS = 60
MOST = 5000

# What Django's cache would copy at each read: these are never changed.
_sites: dict[str, tuple[float, Site]] = {}
_pages: dict[str, tuple[Any, int]] = {}


def forget() -> None:
    """Look everything up again, as after a restart."""
    _sites.clear()
    _pages.clear()


def current_site(request: HttpRequest) -> Site | None:
    """The Wagtail site of this request, remembered for a minute by host."""
    if not hasattr(request, "_wagtail_site"):
        host, now = request._get_raw_host(), time.monotonic()  # type: ignore[attr-defined]
        until, site = _sites.get(host, (0.0, None))
        if now >= until:
            site = Site.find_for_request(request)
            if site is not None:
                Site.root_page.get_object(site)
                _keep(_sites, host, (now + SECONDS, site))
        request._wagtail_site = site  # type: ignore[attr-defined]
    return request._wagtail_site  # type: ignore[attr-defined]


def _keep(known: dict[str, Any], key: str, value: Any) -> None:
    if len(known) >= MOST:
        known.clear()
    known[key] = value


def kept_apart(model: type[Page]) -> tuple[str, ...]:
    return getattr(model, "rendered_fields", ())


@functools.cache
def statement(model: type[Page]) -> str:
    return (
        f"SELECT {columns(model, without=kept_apart(model))}, {edition(model._meta.db_table)}"  # noqa: S608 - names
        f" FROM {tables(model)}"
        " WHERE wagtailcore_page.id = %s AND wagtailcore_page.url_path = %s AND wagtailcore_page.live"
    )


def find_page(request: HttpRequest, path: str) -> Page | None:
    """Return the live page at `path` (no leading slash), specific class, or None."""
    site = current_site(request)
    if site is None:
        return None
    url_path = f"{site.root_page.url_path}{path}"
    if known := _pages.get(url_path):
        model, pk = known
        with prepared_cursor() as cursor:
            cursor.execute(statement(model), [pk, url_path])
            row = cursor.fetchone()
        if row is not None:
            page = from_row(model, row[:-1], without=kept_apart(model))
            page.edition = row[-1]
            return page
    page = Page.objects.filter(url_path=url_path, live=True).first()
    if page is None:
        return None
    specific = page.specific
    _keep(_pages, url_path, (type(specific), specific.pk))
    return specific
