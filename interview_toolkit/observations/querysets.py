"""One-model reads; an observation is seen by the two concerned, and by the trainers the one observed named."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

if TYPE_CHECKING:
    from cms.accounts.models import User


class ObservationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "ObservationQuerySet":
        """What was asked for or signed, to the one observed; what one observes; what one was shown."""
        shares: Any = self.model._meta.get_field("shares").related_model
        shown = Exists(shares.objects.open().filter(observation=OuterRef("pk"), trainer=user))
        return self.filter(Q(person=user) | Q(observer=user) | Q(shown))

    def of_either(self, person: "User") -> "ObservationQuerySet":
        """Those of someone, on one side or the other: each side has its index."""
        return self.filter(Q(person=person) | Q(observer=person))

    def shown_to(self, trainer: "User") -> "ObservationQuerySet":
        """Those the one observed shows this trainer, as long as they do."""
        return self.filter(shares__trainer=trainer, shares__revoked_at=None)

    def signed(self) -> "ObservationQuerySet":
        return self.exclude(signed_at=None)

    def waiting(self) -> "ObservationQuerySet":
        return self.filter(signed_at=None)

    def with_people(self) -> "ObservationQuerySet":
        return self.select_related("person", "observer", "version__grid")


class ShareQuerySet(models.QuerySet[Any]):
    def open(self) -> "ShareQuerySet":
        return self.filter(revoked_at=None)


class ObserverQuerySet(models.QuerySet[Any]):
    def of(self, person: "User") -> "ObserverQuerySet":
        return self.filter(person=person)

    def available(self) -> "ObserverQuerySet":
        """The peers who accept to be asked."""
        return self.filter(is_available=True, person__is_active=True)
