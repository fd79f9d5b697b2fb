"""One-model reads of the phrase book."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Exists, OuterRef

from cms.core.querysets import holding_words, searched

if TYPE_CHECKING:
    from cms.accounts.models import User


class PhraseQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> "PhraseQuerySet":
        """Those that hold each word of `text` at the beginning of one of theirs."""
        rows = holding_words(self, text, "text", "situation__title", "technique__title")
        for word in searched(text):
            rows = rows.filter(_held__regex=rf"\m{word}")  # letters and digits only
        return rows

    def with_uses(self, person: "User") -> "PhraseQuerySet":
        """With `served`: to how many people; `served_me`: to this one. Those that served most come first."""
        mine: Any = self.model._meta.get_field("uses").related_model
        return (
            self.annotate(served=Count("uses"))
            .annotate(served_me=Exists(mine.objects.filter(phrase=OuterRef("pk"), person=person)))
            .select_related("situation", "technique")
            .order_by("situation__order", "situation__title", "-served", "pk")
        )
