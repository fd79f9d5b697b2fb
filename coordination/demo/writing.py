"""Writing pages and rows so that writing them again changes nothing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model
from wagtail.blocks import StreamValue
from wagtail.models import Page

PageType = TypeVar("PageType", bound=Page)
RowType = TypeVar("RowType", bound=Model)


def keep_row(model: type[RowType], identity: Mapping[str, Any], values: Mapping[str, Any]) -> RowType:
    """Get or create a row, then write only what differs."""
    row, created = model._default_manager.get_or_create(**identity, defaults=values)
    if not created:
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        if changed:
            for name in changed:
                setattr(row, name, values[name])
            row.save(update_fields=changed)
    return row


def keep_page(parent: Page, model: type[PageType], slug: str, title: str, **values: Any) -> PageType:
    """Get the page at this place, or create it as a draft: `publish` gives it its content."""
    page = model._default_manager.child_of(parent).filter(slug=slug).first()
    if page is None:
        page = model(slug=slug, title=title, live=False, **values)
        parent.add_child(instance=page)
    return page


def publish(page: Page, values: Mapping[str, Any], children: Mapping[str, Sequence[Model]] | None = None) -> bool:
    """Write `values` and the rows of `children` on a page and publish it, unless it already says exactly this."""
    changed = {name: value for name, value in values.items() if _differs(page, name, value)}
    moved = {name: rows for name, rows in (children or {}).items() if _told(getattr(page, name).all()) != _told(rows)}
    if page.live and not page.has_unpublished_changes and not changed and not moved:
        return False
    for name, value in changed.items():
        setattr(page, name, json.dumps(value) if _is_stream(page, name) else value)
    for name, rows in moved.items():
        setattr(page, name, rows)
    page.save_revision(clean=False).publish()
    return True


def _is_stream(page: Page, name: str) -> bool:
    return isinstance(getattr(page, name), StreamValue)


def _differs(page: Page, name: str, value: Any) -> bool:
    current = getattr(page, name)
    if isinstance(current, StreamValue):
        wanted = page._meta.get_field(name).to_python(json.dumps(value))
        return bool(current.get_prep_value() != wanted.get_prep_value())
    if hasattr(current, "all"):
        return {row.pk for row in current.all()} != {row.pk for row in value}
    return bool(current != value)


def _told(rows: Iterable[Model]) -> list[dict[str, Any]]:
    """What child rows say, apart from which page they are on and in which place."""
    silent = ("id", "page_id", "sort_order")
    return [
        {
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if field.attname not in silent
        }
        for row in rows
    ]
