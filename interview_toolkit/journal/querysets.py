"""One-model reads; `visible_to` is the only way to an entry of somebody else, and it has to have been shared."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q

if TYPE_CHECKING:
    from cms.accounts.models import User


class EntryQuerySet(models.QuerySet[Any]):
    def of(self, person: "User") -> "EntryQuerySet":
        return self.filter(person=person)

    def shared_with(self, trainer: "User") -> "EntryQuerySet":
        """Those their author shares with this person, as long as they do."""
        shares: Any = self.model._meta.get_field("shares").related_model
        return self.filter(Exists(shares.objects.open().filter(entry=OuterRef("pk"), trainer=trainer)))

    def visible_to(self, user: "User") -> "EntryQuerySet":
        shares: Any = self.model._meta.get_field("shares").related_model
        shared = Exists(shares.objects.open().filter(entry=OuterRef("pk"), trainer=user))
        return self.filter(Q(person=user) | Q(shared))

    def with_readers(self) -> "EntryQuerySet":
        """With the open shares of each, as `open_shares`."""
        shares: Any = self.model._meta.get_field("shares").related_model
        with_trainers = shares.objects.open().select_related("trainer")
        return self.prefetch_related(Prefetch("shares", with_trainers, to_attr="open_shares"))

    def whole(self) -> "EntryQuerySet":
        return self.select_related("person").prefetch_related("techniques", "themes")


class ShareQuerySet(models.QuerySet[Any]):
    def open(self) -> "ShareQuerySet":
        return self.filter(revoked_at=None)
