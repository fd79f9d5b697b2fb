"""Extracts of what was found: the original text, accents kept, the words that answered marked."""

import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from django.db import connection, models
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from modelsearch.utils import get_descendants_content_types_pks
from wagtail.search.models import IndexEntry

from cms.core.search import MAX_LENGTH, MAX_WORDS
from cms.core.text import searchable, words

WORD = re.compile(r"[^\W_]+")
LEAD_IN = 60

# Which of these words have a stem in common with the words searched.
SAME_STEM = """
SELECT word FROM unnest(%s::text[]) AS word
WHERE ts_lexize('french_stem', word) && (
    SELECT array_agg(stem) FROM unnest(%s::text[]) AS searched, unnest(ts_lexize('french_stem', searched)) AS stem
)
"""

Key = TypeVar("Key", bound=Hashable)


class Hit(NamedTuple):
    """A word that answers, where it stands in its text, and what it was reduced to."""

    start: int
    end: int
    root: str


def indexed_texts(objects: Iterable[models.Model]) -> dict[object, str]:
    """Return what the search index holds of these objects (titles left out), by primary key; one query a base model."""
    texts: dict[object, str] = {}
    by_model: dict[type[models.Model], dict[str, object]] = {}
    for item in objects:
        root = next(iter(item._meta.get_parent_list()), type(item)) if item._meta.parents else type(item)
        by_model.setdefault(root, {})[str(item.pk)] = item.pk
    for model, pks in by_model.items():
        entries = IndexEntry.objects.filter(
            content_type__in=get_descendants_content_types_pks(model), object_id__in=list(pks)
        )
        texts |= {pks[object_id]: text for object_id, text in entries.values_list("object_id", "body_text")}
    return texts


def extracts(texts: Mapping[Key, str], query: str, *, length: int = 260) -> dict[Key, SafeString]:
    """Return, for each text, its part that answers `query` best, matched words in <mark>; one query for all.

    A text shorter than `length` comes whole; one without a match, from its beginning.
    """
    clean = {key: " ".join(unicodedata.normalize("NFC", text).split()) for key, text in texts.items()}
    distinct = sorted(set().union(*(WORD.findall(text) for text in clean.values())))
    # Folded in one go: a page of results has thousands of words.
    roots = dict(zip(distinct, searchable("\n".join(distinct)).split("\n"), strict=True)) if distinct else {}
    matching = _same_stem(set(roots.values()), words(searchable(query[:MAX_LENGTH]))[:MAX_WORDS])
    found = {word: root for word, root in roots.items() if root in matching}
    return {
        key: _extract(text, [Hit(*hit.span(), found[hit[0]]) for hit in WORD.finditer(text) if hit[0] in found], length)
        for key, text in clean.items()
    }


def _same_stem(candidates: set[str], searched: list[str]) -> set[str]:
    if not candidates or not searched:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(SAME_STEM, [list(candidates), searched])
        return {word for (word,) in cursor.fetchall()}


def _extract(text: str, hits: list[Hit], length: int) -> SafeString:
    start = 0
    if len(text) > length and hits:
        best = max(hits, key=lambda hit: (_distinct(hits, hit.start, length), -hit.start))
        start = max(0, min(best.start - LEAD_IN, len(text) - length))
        start = text.rfind(" ", 0, start) + 1
    end = len(text) if len(text) - start <= length else max(text.rfind(" ", start, start + length), start + length // 2)
    parts, position = [], start
    for hit in hits:
        if hit.start >= start and hit.end <= end:
            parts += [escape(text[position : hit.start]), f"<mark>{escape(text[hit.start : hit.end])}</mark>"]
            position = hit.end
    parts.append(escape(text[position:end]))
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return mark_safe(before + "".join(parts).rstrip() + after)  # noqa: S308 - each piece is escaped


def _distinct(hits: list[Hit], start: int, length: int) -> int:
    """How many different words are found from `start` on, within one extract."""
    return len({hit.root for hit in hits if start <= hit.start <= start + length - LEAD_IN})
