from typing import Any

from django.db import models
from wagtail.search.queryset import SearchableQuerySetMixin

from cms.core.querysets import holding_words


class GlossaryQuerySet(SearchableQuerySetMixin, models.QuerySet[Any]):
    def matching(self, text: str) -> "GlossaryQuerySet":
        """Terms that hold every word of this text, whatever the accents and the case; all of them when it is empty."""
        return holding_words(self, text, "term", "expansion", "definition")
