"""One-model reads; an observation is seen by the two concerned, and by nobody else."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from cms.accounts.models import User


class ObservationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "ObservationQuerySet":
        """What was asked for or signed, to the one observed; what one observes."""
        return self.filter(Q(person=user) | Q(observer=user))

    def signed(self) -> "ObservationQuerySet":
        return self.exclude(signed_at=None)

    def waiting(self) -> "ObservationQuerySet":
        return self.filter(signed_at=None)

    def with_people(self) -> "ObservationQuerySet":
        return self.select_related("person", "observer", "version__grid")
