"""One-model reads; `visible_to` is the only way to what someone played."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from cms.accounts.models import User


class PlayQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "PlayQuerySet":
        """One's own only: nobody else sees what someone chose."""
        return self.filter(person=user)

    def under_way(self) -> "PlayQuerySet":
        return self.filter(finished_at=None, left_at=None)

    def finished(self) -> "PlayQuerySet":
        return self.exclude(finished_at=None)

    def with_choices(self) -> "PlayQuerySet":
        """All but those left before anything was chosen in them; with `made`, how many turns."""
        return self.annotate(made=Count("turns")).filter(Q(left_at=None) | Q(made__gte=Coalesce("branched_at", 1)))

    def over_or_left(self) -> "PlayQuerySet":
        return self.exclude(finished_at=None, left_at=None)

    def with_story(self) -> "PlayQuerySet":
        """With what its screens need: its version, its simulation, its turns in order."""
        return self.select_related("version", "scenario").prefetch_related("turns")
