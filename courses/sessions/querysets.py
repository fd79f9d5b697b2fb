"""One-model reads; a session is seen by those who run it, those who are or may be in it, and those who lead them."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from courses.sessions.enums import CorrectionKind

if TYPE_CHECKING:
    from cms.accounts.models import User


class TrainingSessionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "TrainingSessionQuerySet":
        """Those one runs, is registered in, may register in, or has people in; all for the coordination."""
        if user.sees_everyone:
            return self
        registered = self._registrations().filter(session=OuterRef("pk"), person=user)
        mine: Any = Q(Exists(registered)) | Q(pk__in=self.run_by(user).values("pk")) | self._offered_to([user.pk])
        if user.is_lead:
            people = user.__class__._default_manager.all().visible_to(user).values("pk")
            theirs = self._registrations().filter(session=OuterRef("pk"), person__in=people)
            mine |= Q(Exists(theirs)) | self._offered_to(people)
        return self.filter(mine)

    def run_by(self, user: "User") -> "TrainingSessionQuerySet":
        """Those this person trains in, whole or for a half-day."""
        through: Any = self.model._meta.get_field("trainers").remote_field.through
        halves: Any = self.model._meta.get_field("half_days").related_model
        of_session = through.objects.filter(trainingsession=OuterRef("pk"), user=user)
        of_half_day = halves.objects.filter(session=OuterRef("pk"), trainer=user)
        return self.filter(Exists(of_session) | Exists(of_half_day))

    def in_charge(self, user: "User") -> "TrainingSessionQuerySet":
        """Those this person keeps the list of: all for the coordination, those they run for a trainer."""
        return self if user.sees_everyone else self.run_by(user)

    def offered_to(self, user: "User") -> "TrainingSessionQuerySet":
        """Those to come, in courses one follows, where one is not yet registered."""
        there = self._registrations().open().filter(session=OuterRef("pk"), person=user)
        return self.filter(self._offered_to([user.pk])).exclude(Exists(there))

    def attended_by(self, user: "User") -> "TrainingSessionQuerySet":
        """Those where this person is on the list, or signed before leaving it."""
        there = self._registrations().filter(session=OuterRef("pk"), person=user)
        signed = Q(withdrawn_at=None) | Q(attendances__signed_at__isnull=False)
        return self.filter(Exists(there.filter(signed)))

    def held(self) -> "TrainingSessionQuerySet":
        return self.filter(cancelled_at=None)

    def with_dates(self) -> "TrainingSessionQuerySet":
        """With `first_on` and `last_on`, None before a date is given, and `people`, those on the list."""
        halves: Any = self.model._meta.get_field("half_days").related_model
        dates = halves.objects.filter(session=OuterRef("pk")).order_by().values("session")
        there = self._registrations().open().filter(session=OuterRef("pk")).order_by().values("session")
        return self.annotate(
            first_on=Subquery(dates.annotate(on_=Min("on")).values("on_")),
            last_on=Subquery(dates.annotate(on_=Max("on")).values("on_")),
            people=Coalesce(Subquery(there.annotate(n=Count("pk")).values("n")), 0),
        )

    def with_waiting(self) -> "TrainingSessionQuerySet":
        """With `waiting`: how many signatures are to be countersigned."""
        signed: Any = self.model._meta.get_field("half_days").related_model._meta.get_field("attendances").related_model
        rows = signed.objects.waiting().filter(half_day__session=OuterRef("pk")).order_by().values("half_day__session")
        return self.annotate(waiting=Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0))

    def to_come(self) -> "TrainingSessionQuerySet":
        """After `with_dates()`: not over, or without a date yet."""
        return self.filter(Q(last_on=None) | Q(last_on__gte=timezone.localdate()))

    def past(self) -> "TrainingSessionQuerySet":
        """After `with_dates()`."""
        return self.filter(last_on__lt=timezone.localdate())

    def whole(self) -> "TrainingSessionQuerySet":
        return self.select_related("course").prefetch_related("half_days__trainer", "trainers")

    def _registrations(self) -> Any:
        model: Any = self.model._meta.get_field("registrations").related_model
        return model.objects.all()

    def _offered_to(self, people: Any) -> Exists:
        """Whether a session is to come in a course one of these people follows."""
        return Exists(
            self.model._default_manager.filter(
                pk=OuterRef("pk"),
                cancelled_at=None,
                course__enrolments__person__in=people,
                course__enrolments__closed_at=None,
                half_days__on__gte=timezone.localdate(),
            )
        )


class PlaceQuerySet(models.QuerySet[Any]):
    def open(self) -> "PlaceQuerySet":
        return self.filter(withdrawn_at=None)

    def counted(self) -> "PlaceQuerySet":
        """On the list, or gone from it after signing: what one signed stays."""
        attendances: Any = self.model._meta.get_field("attendances").related_model
        signed = attendances.objects.filter(registration=OuterRef("pk"), signed_at__isnull=False)
        return self.filter(Q(withdrawn_at=None) | Exists(signed))

    def visible_to(self, user: "User") -> "PlaceQuerySet":
        """All for the coordination; those of the sessions one runs, of the people one leads, and one's own."""
        if user.sees_everyone:
            return self
        sessions: Any = self.model._meta.get_field("session").related_model
        people = user.__class__._default_manager.all().visible_to(user)
        run = sessions.objects.run_by(user).values("pk")
        return self.filter(Q(person=user) | Q(person__in=people.values("pk")) | Q(session__in=run))


class AttendanceQuerySet(models.QuerySet[Any]):
    def signed(self) -> "AttendanceQuerySet":
        return self.filter(signed_at__isnull=False)

    def waiting(self) -> "AttendanceQuerySet":
        """Signed, not yet countersigned, and not voided."""
        return self.signed().filter(countersigned_at=None).not_void()

    def valid(self) -> "AttendanceQuerySet":
        """Signed, countersigned, not voided since: what counts."""
        return self.signed().filter(countersigned_at__isnull=False).not_void()

    def with_verdict(self) -> "AttendanceQuerySet":
        """With `verdict`: the kind of its last correction, None without any."""
        corrections: Any = self.model._meta.get_field("corrections").related_model
        last = corrections.objects.filter(attendance=OuterRef("pk")).order_by("-recorded_at", "-pk")
        return self.annotate(verdict=Subquery(last.values("kind")[:1]))

    def not_void(self) -> "AttendanceQuerySet":
        return self.with_verdict().filter(Q(verdict=None) | Q(verdict=CorrectionKind.RESTORED))
