from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from cms.accounts.models import User


class ObservationChoiceQuerySet(models.QuerySet[Any]):
    def of(self, person: "User") -> "ObservationChoiceQuerySet":
        """Those of the one observed: nobody else chooses."""
        return self.filter(observation__person=person)

    def open(self) -> "ObservationChoiceQuerySet":
        return self.filter(withdrawn_at=None)
