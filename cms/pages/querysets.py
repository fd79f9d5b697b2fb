from typing import Any

from django.db import models
from django.db.models import TextField, Value
from django.db.models.functions import Concat
from wagtail.search.queryset import SearchableQuerySetMixin

from cms.core.functions import Fold
from cms.core.text import fold


class GlossaryQuerySet(SearchableQuerySetMixin, models.QuerySet[Any]):
    def matching(self, text: str) -> "GlossaryQuerySet":
        """Terms that hold this text anywhere, whatever the accents and the case."""
        whole = Concat("term", Value(" "), "expansion", Value(" "), "definition", output_field=TextField())
        return self.alias(folded=Fold(whole)).filter(folded__contains=fold(text))
