"""One-model reads of commitments; they are their person's only."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from cms.accounts.models import User


class CommitmentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "CommitmentQuerySet":
        return self.filter(person=user)

    def open(self) -> "CommitmentQuerySet":
        return self.filter(answered_at=None)

    def with_subject(self) -> "CommitmentQuerySet":
        return self.select_related("technique", "practice")

    def to_ask(self, *, now: datetime, after: timedelta, until: timedelta) -> "CommitmentQuerySet":
        """Those whose person was not asked yet, made between `until` and `after` ago, their day passed."""
        today = timezone.localdate(now)
        made = self.open().filter(asked_at=None, made_at__lte=now - after, made_at__gt=now - until)
        return made.filter(due_on__lte=today, person__is_active=True)


class PairQuerySet(models.QuerySet[Any]):
    def for_helper(self, user: "User") -> "PairQuerySet":
        return self.filter(helper=user)

    def waiting(self) -> "PairQuerySet":
        return self.filter(accepted_at=None, declined_at=None)

    def with_people(self) -> "PairQuerySet":
        return self.select_related("helper", "commitment__person", "commitment__technique", "commitment__practice")
