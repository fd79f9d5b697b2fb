"""One-model reads; `visible_to` is the only way to somebody's credentials."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, Max, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from certifications.enums import EventKind, Path, Purpose, State, Threshold
from certifications.reminders import EARLIEST, TOO_LATE
from certifications.states import Dates

if TYPE_CHECKING:
    from cms.accounts.models import User


class DefinitionQuerySet(models.QuerySet[Any]):
    def awarded_for(self, course: int, *, completed_at: datetime) -> "DefinitionQuerySet":
        """Those this course leads to, or renews, for who completed it at that instant; sessions apart."""
        return (
            self.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=completed_at), course_links__course=course)
            .filter(applies_from__lte=timezone.localdate(completed_at), versions__isnull=False)
            .exclude(path=Path.SESSION)
            .distinct()
            .order_by("pk")
        )

    def awarded_for_session(self, course: int, *, ended_at: datetime) -> "DefinitionQuerySet":
        """Those the sessions of this course lead to, for one that ended at that instant."""
        return (
            self.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=ended_at), path=Path.SESSION)
            .filter(course_links__course=course, course_links__purpose=Purpose.AWARD)
            .filter(applies_from__lte=timezone.localdate(ended_at), versions__isnull=False)
            .distinct()
            .order_by("pk")
        )

    def with_courses(self) -> "DefinitionQuerySet":
        return self.prefetch_related("course_links__course")

    def renewed_by(self, course: int) -> "DefinitionQuerySet":
        return self.filter(course_links__course=course, course_links__purpose=Purpose.RENEWAL)


class CredentialQuerySet(models.QuerySet[Any]):
    def of(self, person: "User") -> "CredentialQuerySet":
        return self.filter(person=person)

    def visible_to(self, user: "User") -> "CredentialQuerySet":
        """One's own, those of the people one leads, all for the coordination."""
        if user.sees_everyone:
            return self
        people = user.__class__._default_manager.all().visible_to(user)
        return self.filter(Q(person=user) | Q(person__in=people.values("pk")))

    def documents_for(self, user: "User") -> "CredentialQuerySet":
        """Those whose document one may read: what is visible, but a lead does not learn scores from it.

        A lead is the employer, who sees states; a document that reports results is its holder's to show.
        """
        visible = self.visible_to(user)
        return visible if user.sees_everyone else visible.filter(Q(person=user) | REPORTS_NOTHING)

    def heads(self) -> "CredentialQuerySet":
        """Those no correction has replaced."""
        return self.filter(superseded_by=None)

    def with_facts(self) -> "CredentialQuerySet":
        """With what a state is derived from (see `dates_of`): `extended_until`, `is_revoked`, `is_superseded`,
        `is_renewed`, and `ends_on`, the last day it is valid.
        """
        events: Any = self.model._meta.get_field("events").related_model
        revoked = events.objects.filter(credential=OuterRef("pk"), kind=EventKind.REVOKED)
        stands = ~Q(events__kind=EventKind.REVOKED)
        renewals = self.model._default_manager.filter(stands, renews=OuterRef("pk"))
        corrections = self.model._default_manager.filter(supersedes=OuterRef("pk"))
        extensions = events.objects.filter(credential=OuterRef("pk"), kind=EventKind.EXTENDED)
        latest = extensions.order_by().values("credential").values_list(Max("until"))
        # Few are extended: whether one is, is read for all of them at once.
        extended_until = Case(When(Exists(extensions), then=models.Subquery(latest)), output_field=models.DateField())
        return self.annotate(
            extended_until=extended_until,
            is_revoked=Exists(revoked),
            is_superseded=Exists(corrections),
            is_renewed=Exists(renewals),
        ).annotate(ends_on=Greatest("valid_until", Coalesce("extended_until", "valid_until")))

    def ending_between(self, first: date, last: date) -> "CredentialQuerySet":
        """Heads, neither revoked nor renewed, whose last day of validity falls between two days, both included."""
        reach = first - timedelta(days=LONGEST_EXTENSION)
        return (
            self.heads()
            .filter(valid_until__gte=reach, valid_until__lte=last)
            .with_facts()
            .filter(is_revoked=False, is_renewed=False, ends_on__gte=first, ends_on__lte=last)
            .order_by("ends_on", "pk")
        )

    def in_state(self, state: State, day: date) -> "CredentialQuerySet":
        """Those of which `states.state_of` says so, found by their dates and events."""
        rows = self.with_facts()
        if state == State.REVOKED:
            return rows.filter(is_revoked=True)
        rows = rows.filter(is_revoked=False)
        if state == State.SUPERSEDED:
            return rows.filter(is_superseded=True)
        rows = rows.filter(is_superseded=False)
        if state == State.NOT_YET:
            return rows.filter(valid_from__gt=day)
        rows = rows.filter(valid_from__lte=day)
        # An end that has passed only counts when no extension does: few rows need `ends_on`.
        has_ended = Q(valid_until__lt=day) & Q(ends_on__lt=day)
        if state == State.EXPIRED:
            return rows.filter(has_ended)
        is_expiring = Q(valid_until__isnull=False) & Q(opens_on__lte=day) & Q(is_renewed=False)
        rows = rows.exclude(has_ended).alias(opens_on=OPENS_ON)
        return rows.filter(is_expiring) if state == State.EXPIRING else rows.exclude(is_expiring)

    def to_renew(self, day: date) -> "CredentialQuerySet":
        """Those of people still here that lapsed and were not renewed, can be renewed, or end within `EARLIEST`."""
        rows = self.ending_between(EVER, day + timedelta(days=LONGEST_WINDOW + LONGEST_EXTENSION))
        is_near = Q(ends_on__lte=day + EARLIEST) | Q(opens_on__lte=day)
        return rows.of_people_here().alias(opens_on=OPENS_ON).filter(is_near)

    def of_people_here(self) -> "CredentialQuerySet":
        """Those of people whose account is open. Asked of the few who left: joined, everyone would be read for each."""
        users: Any = self.model._meta.get_field("person").related_model
        gone = users.objects.filter(Q(is_active=False) | Q(erased_at__isnull=False)).order_by()
        return self.filter(~Q(person__in=gone.values("pk")), snapshot__isnull=False)

    def untold(self, reader: Any, day: date) -> "CredentialQuerySet":
        """Those whose most urgent threshold has come and was not decided for `reader` (an id, or an expression)."""
        notices: Any = self.model._meta.get_field("notices").related_model
        reached = [one for one in Threshold if one != Threshold.LAPSED]
        urgent = Case(
            When(ends_on__lt=day, then=Value(Threshold.LAPSED)),
            *(When(ends_on__lte=day + timedelta(days=one), then=Value(one)) for one in sorted(reached)),
            output_field=models.SmallIntegerField(),
        )
        rows = self.ending_between(day - TOO_LATE, day + EARLIEST).of_people_here()
        rows = rows.alias(urgent=urgent, opens_on=OPENS_ON).filter(opens_on__lte=day)
        decided = notices.objects.filter(
            credential=OuterRef("pk"), reader=reader, ends_on=OuterRef("ends_on"), threshold=OuterRef("urgent")
        )
        return rows.filter(~Exists(decided))


class ExternalTrainingQuerySet(models.QuerySet[Any]):
    def of(self, person: "User") -> "ExternalTrainingQuerySet":
        """One's own: nobody else reads or writes them."""
        return self.filter(person=person)


LONGEST_EXTENSION = 366
REPORTS_NOTHING = Q(snapshot__results=None)  # no score, so nothing to keep from a lead
LONGEST_WINDOW = 366  # as a definition may ask
EVER = date(2000, 1, 1)
# The first day of the renewal window; an extension does not move it.
OPENS_ON = ExpressionWrapper(F("valid_until") - F("window_days"), output_field=models.DateField())


def dates_of(credential: Any) -> Dates:
    """What the state of a credential read `with_facts()` is derived from."""
    return Dates(
        valid_from=credential.valid_from,
        valid_until=credential.valid_until,
        extended_until=credential.extended_until,
        window_days=credential.window_days,
        is_revoked=credential.is_revoked,
        is_superseded=credential.is_superseded,
        is_renewed=credential.is_renewed,
    )
