"""Who is where, and who may see whom."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.utils import timezone

from cms.accounts.enums import TRAINERS, Role
from cms.core.functions import Fold
from cms.core.querysets import holding_words

if TYPE_CHECKING:
    from cms.accounts.models import User


class MembershipQuerySet(models.QuerySet[Any]):
    def current(self, on: date | None = None) -> "MembershipQuerySet":
        """Memberships in force on a day (today by default): begun, and not yet ended."""
        day = on or timezone.localdate()
        return self.filter(Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gt=day)))

    def not_ended(self) -> "MembershipQuerySet":
        """Memberships in force today, or still to begin."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=timezone.localdate()))

    def led_by(self, user: "User") -> "MembershipQuerySet":
        return self.current().filter(person=user, role=Role.LEAD)


class OrganisationQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> "OrganisationQuerySet":
        """Organisations whose name, code or former names hold every word."""
        former = Func(F("former_names"), Value(" "), function="array_to_string", output_field=models.TextField())
        return holding_words(self, text, "name", "code", former)

    def visible_to(self, user: "User") -> "OrganisationQuerySet":
        """All for the coordination, those one leads for a lead, none for others."""
        if user.sees_everyone:
            return self
        return self.filter(pk__in=memberships_of(self).led_by(user).values("organisation"))


class UserQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> "UserQuerySet":
        """People whose names or address hold every word."""
        return holding_words(self, text, "first_name", "last_name", "email")

    def by_name(self) -> "UserQuerySet":
        return self.order_by(Fold("last_name"), Fold("first_name"), "id")

    def trainers(self) -> "UserQuerySet":
        """Those who train and publish now."""
        return self.filter(is_active=True, groups__name=TRAINERS)

    def in_post(self, on: date | None = None) -> "UserQuerySet":
        """People with at least one organisation on a day (today by default)."""
        return self.filter(Exists(memberships_of(self).current(on).filter(person=OuterRef("pk"))), is_active=True)

    def visible_to(self, user: "User") -> "UserQuerySet":
        """Everyone for the coordination; for a lead, people now in their organisations; otherwise oneself."""
        if user.sees_everyone:
            return self
        if user.is_lead:
            memberships = memberships_of(self)
            led = memberships.led_by(user).values("organisation")
            return self.filter(Exists(memberships.current().filter(person=OuterRef("pk"), organisation__in=led)))
        return self.filter(pk=user.pk)


def memberships_of(queryset: models.QuerySet[Any]) -> MembershipQuerySet:
    """The memberships on the other side of a queryset of people or of organisations."""
    related: Any = queryset.model._meta.get_field("memberships").related_model
    return related.objects.all()
