"""Reads that any room may need."""

from typing import Any, TypeVar

from django.db import models
from django.db.models import Value
from django.db.models.functions import Coalesce, Concat

from cms.core.functions import Fold
from cms.core.text import fold, words

MAX_WORDS = 8
Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def searched(text: str) -> list[str]:
    """The words one looks for, folded."""
    return words(fold(text[:200]))[:MAX_WORDS]


def holding_words(rows: Rows, text: str, *expressions: Any) -> Rows:
    """Rows whose `expressions`, taken together, hold every word of `text`, whatever the accents; in the middle too."""
    parts: list[Any] = [Value("")]
    for expression in expressions:
        parts += [Value(" "), Coalesce(expression, Value(""), output_field=models.TextField())]
    rows = rows.alias(_held=Fold(Concat(*parts, output_field=models.TextField())))
    for word in searched(text):
        rows = rows.filter(_held__contains=word)
    return rows
