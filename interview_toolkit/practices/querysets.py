"""One-model reads of practices."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from cms.accounts.models import User


class TrialQuerySet(models.QuerySet[Any]):
    def of(self, person: "User") -> "TrialQuerySet":
        return self.filter(person=person)
