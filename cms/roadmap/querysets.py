from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from cms.accounts.models import User


class ThemeQuerySet(models.QuerySet[Any]):
    def current(self) -> "ThemeQuerySet":
        """Themes of the roadmap in force, objective by objective."""
        return self.filter(roadmap__is_current=True).select_related("roadmap", "objective").in_order()

    def with_code(self, code: str) -> "ThemeQuerySet":
        """By code, whatever the case."""
        return self.filter(code__iexact=code)

    def in_order(self) -> "ThemeQuerySet":
        return self.order_by("objective__order", "order", "code")


class EvidenceQuerySet(models.QuerySet[Any]):
    def of(self, person: "User") -> "EvidenceQuerySet":
        return self.filter(person=person)

    def valid(self, on: date | None = None) -> "EvidenceQuerySet":
        """Evidence that has not expired on a day (today by default)."""
        day = on or timezone.localdate()
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=day))
