"""French search on PostgreSQL, whatever the accents: folded at index and at query time, then stemmed."""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import cached_property
from modelsearch.backends.database.postgres import postgres
from modelsearch.index import Indexed, SearchField
from modelsearch.query import MATCH_NONE, And, Boost, Not, Or, Phrase, PlainText, SearchQuery
from modelsearch.utils import get_content_type_pk

from cms.core.text import fold, searchable, words

MAX_WORDS = 20
MAX_LENGTH = 200
SEPARATOR = " · "
ENDINGS = (".", "!", "?", "…", ":", ";")


def folded_query(query: SearchQuery, *, is_prefix: bool = False) -> SearchQuery:
    """Return the same query made of folded words only: no operator, quote or control character goes through."""
    if isinstance(query, PlainText | Phrase):
        text = query.query_string[:MAX_LENGTH]
        kept = " ".join(words(fold(text) if is_prefix else searchable(text))[:MAX_WORDS])
        if not kept:
            return MATCH_NONE
        return Phrase(kept) if isinstance(query, Phrase) else PlainText(kept, operator=query.operator)
    if isinstance(query, And | Or):
        parts = [folded_query(part, is_prefix=is_prefix) for part in query.subqueries]
        kept_parts = [part for part in parts if part is not MATCH_NONE]
        if not kept_parts:
            return MATCH_NONE
        return type(query)(kept_parts) if len(kept_parts) > 1 else kept_parts[0]
    if isinstance(query, Boost):
        inner = folded_query(query.subquery, is_prefix=is_prefix)
        return inner if inner is MATCH_NONE else Boost(inner, query.boost)
    if isinstance(query, Not):
        inner = folded_query(query.subquery, is_prefix=is_prefix)
        return inner if inner is MATCH_NONE else Not(inner)
    return query


def one_after_the_other(pieces: Iterable[str]) -> str:
    """Put blocks, cells and fields in one text that reads well: a point between those that do not end a sentence."""
    text = ""
    for piece in filter(None, (piece.strip() for piece in pieces)):
        text += (" " if text.endswith(ENDINGS) else SEPARATOR) + piece if text else piece
    return text


class FrenchIndexer(postgres.ObjectIndexer):
    """Vectors are made of folded text; the plain texts beside them keep their accents, for extracts."""

    def as_vector(self, texts: Iterable[tuple[str, str]], for_autocomplete: bool = False) -> Any:
        reduced = fold if for_autocomplete else searchable
        return super().as_vector([(" ".join(words(reduced(text))), weight) for text, weight in texts], for_autocomplete)

    def prepare_value(self, value: Any) -> str:
        if isinstance(value, list):
            return one_after_the_other(self.prepare_value(item) for item in value)
        return super().prepare_value(value)

    @cached_property
    def body_text(self) -> str:
        return one_after_the_other(
            value
            for field in self.search_fields
            for current, _boost, value in self.prepare_field(self.obj, field)
            if isinstance(current, SearchField) and current.field_name != "title"
        )


class FrenchIndex(postgres.PostgresIndex):
    VECTORS = ("title", "autocomplete", "body", "title_text", "body_text")

    def add_items(self, model: type[Indexed], objs: Iterable[Any]) -> None:
        if not model.get_search_fields():
            return
        indexers = [FrenchIndexer(item, self.backend) for item in objs]
        entry_model = postgres.IndexEntry
        entry_model._default_manager.bulk_create(
            [
                entry_model(
                    content_type_id=get_content_type_pk(model),
                    object_id=indexer.id,
                    **{name: getattr(indexer, name) for name in self.VECTORS},
                )
                for indexer in indexers
            ],
            update_conflicts=True,
            unique_fields=["content_type", "object_id"],
            update_fields=[*self.VECTORS, "title_norm"],
        )
        if indexers:
            self._refresh_title_norms()


class FrenchSearchCompiler(postgres.PostgresSearchQueryCompiler):
    query: SearchQuery

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query = folded_query(self.query, is_prefix=self.LAST_TERM_IS_PREFIX)


class FrenchAutocompleteCompiler(FrenchSearchCompiler, postgres.PostgresAutocompleteQueryCompiler):
    pass


class SearchBackend(postgres.PostgresSearchBackend):
    query_compiler_class = FrenchSearchCompiler
    autocomplete_query_compiler_class = FrenchAutocompleteCompiler
    index_class = FrenchIndex
