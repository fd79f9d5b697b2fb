"""One-model reads of commitments; they are their person's only."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from cms.accounts.models import User


class CommitmentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "CommitmentQuerySet":
        return self.filter(person=user)

    def open(self) -> "CommitmentQuerySet":
        return self.filter(answered_at=None)

    def with_subject(self) -> "CommitmentQuerySet":
        return self.select_related("technique", "practice")

    def to_ask(self, *, day: date, after: timedelta, until: timedelta) -> "CommitmentQuerySet":
        """Those whose person was not asked yet, and whose `ask_on` is that day or less than `until` before."""
        come = self.open().filter(asked_at=None, made_at__date__lte=day - after, due_on__lte=day)
        recent = Q(made_at__date__gt=day - after - until) | Q(due_on__gt=day - until)
        return come.filter(recent, person__is_active=True)


class PairQuerySet(models.QuerySet[Any]):
    def for_helper(self, user: "User") -> "PairQuerySet":
        return self.filter(helper=user)

    def standing(self) -> "PairQuerySet":
        """Waiting, or accepted."""
        return self.filter(declined_at=None, closed_at=None)

    def waiting(self) -> "PairQuerySet":
        return self.standing().filter(accepted_at=None)

    def with_people(self) -> "PairQuerySet":
        return self.select_related("helper", "commitment__person", "commitment__technique", "commitment__practice")
