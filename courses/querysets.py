"""One-model reads; `visible_to` is the only way to someone's trace."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from cms.accounts.models import User


class EnrolmentQuerySet(models.QuerySet[Any]):
    def of(self, person: "User") -> "EnrolmentQuerySet":
        return self.filter(person=person)

    def open(self) -> "EnrolmentQuerySet":
        """Not closed: the cycle under way, or completed and not retaken."""
        return self.filter(closed_at=None)

    def visible_to(self, user: "User") -> "EnrolmentQuerySet":
        """One's own, those of the people one leads, all for the coordination."""
        if user.sees_everyone:
            return self
        people = type(user)._default_manager.all().visible_to(user)
        return self.filter(models.Q(person=user) | models.Q(person__in=people.values("pk")))

    def with_state(self) -> "EnrolmentQuerySet":
        return self.select_related("state", "version", "course")
