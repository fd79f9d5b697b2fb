"""One-model reads; a triad is seen by the three who sit in it, and by nobody else."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

if TYPE_CHECKING:
    from cms.accounts.models import User


class TriadQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "TriadQuerySet":
        seats: Any = self.model._meta.get_field("seats").related_model
        return self.filter(Exists(seats.objects.filter(triad=OuterRef("pk"), person=user)))

    def open_with(self, code: str) -> "TriadQuerySet":
        """The triad that still waits for someone under a code."""
        return self.filter(code=code, code_until__gt=timezone.now())

    def whole(self) -> "TriadQuerySet":
        return self.select_related("version__grid").prefetch_related("seats__person")
