"""Sessions where people gather, in a room or online: what was planned, who was expected, who signed for which half-day.

A signature is append-only, in the database too: a wrong one is corrected by a row that says so.
"""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from cms.accounts.enums import TRAINERS
from courses.models import CoursePage, Enrolment, StepPage
from courses.sessions.enums import CorrectionKind, Mark, Mode, Part, SignedFrom
from courses.sessions.querysets import AttendanceQuerySet, PlaceQuerySet, TrainingSessionQuerySet

RULE = "attended"
# How long after a half-day one may still sign for it.
SIGNING_LASTS = timedelta(hours=24)


def clock(at: time) -> str:
    """9:00 → "9 h", 12:30 → "12 h 30"; none of their spaces breaks."""
    return f"{at.hour}\N{NO-BREAK SPACE}h" + (f"\N{NO-BREAK SPACE}{at.minute:02d}" if at.minute else "")


class SessionStepPage(StepPage):
    """To have signed every half-day of one of the sessions attached to it, each countersigned."""

    introduction = models.TextField("consigne", blank=True)

    view = "courses.sessions.views.step"
    step_kind = "session"
    content_panels = [*Page.content_panels, *StepPage.step_panels, FieldPanel("introduction")]

    class Meta:
        verbose_name = "étape en séance"
        verbose_name_plural = "étapes en séance"

    @property
    def completion_rule(self) -> dict[str, Any]:
        return {"rule": RULE}


class TrainingSession(ClusterableModel):
    """One gathering, of one half-day or several."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(
        CoursePage, on_delete=models.PROTECT, related_name="training_sessions", verbose_name="formation"
    )
    step = models.ForeignKey(
        SessionStepPage,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="training_sessions",
        verbose_name="étape validée",
        help_text="L'étape de la formation que valide cette séance, si elle en a une.",
    )
    title = models.CharField("titre", max_length=200)
    mode = models.CharField("modalité", max_length=20, choices=Mode, default=Mode.IN_PERSON)
    place = models.TextField(
        "lieu",
        blank=True,
        help_text="Sur la première ligne, l'adresse ; ensuite, l'étage, l'accès pour qui se déplace mal, le "
        "stationnement.",
    )
    link = models.URLField(
        "lien de la classe virtuelle", blank=True, help_text="Montré aux personnes inscrites, et à elles seules."
    )
    capacity = models.PositiveSmallIntegerField("places", null=True, blank=True, help_text="Vide : sans limite.")
    planned_minutes = models.PositiveSmallIntegerField(
        "durée prévue au programme (minutes)",
        help_text="Celle du programme de formation. Le dossier de preuve la compare aux demi-journées.",
    )
    trainers = ParentalManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="+",
        limit_choices_to={"groups__name": TRAINERS, "is_active": True},
        verbose_name="animation",
        help_text="Les personnes qui animent contresignent les présences.",
    )
    cancelled_at = models.DateTimeField("annulée le", null=True, editable=False)
    cancelling_reason = models.TextField("motif de l'annulation", blank=True, editable=False)
    created_at = models.DateTimeField("créée le", default=timezone.now, editable=False)

    objects = TrainingSessionQuerySet.as_manager()

    # Read by `with_dates()`.
    first_on: date | None
    last_on: date | None
    people: int
    # Read by `with_waiting()`.
    waiting: int

    class Meta:
        verbose_name = "séance"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gte=1),
                name="session_has_room",
                violation_error_message="Comptez au moins une place.",
            ),
            models.CheckConstraint(
                condition=Q(planned_minutes__gte=1),
                name="session_lasts",
                violation_error_message="Comptez au moins une minute.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("session", args=[self.public_id])

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def halves(self) -> "list[HalfDay]":
        """Its half-days, in their order."""
        return sorted(self.half_days.all(), key=lambda half: (half.on, half.starts_at))

    @property
    def minutes(self) -> int:
        return sum(half.minutes for half in self.half_days.all())

    @property
    def begins(self) -> datetime | None:
        return min((half.begins for half in self.half_days.all()), default=None)

    @property
    def ends(self) -> datetime | None:
        return max((half.ends for half in self.half_days.all()), default=None)

    @property
    def is_over(self) -> bool:
        return self.ends is not None and self.ends <= timezone.now()

    @property
    def has_begun(self) -> bool:
        return self.begins is not None and self.begins <= timezone.now()

    @property
    def where(self) -> str:
        """On one line: the first of the place, without how to get there."""
        if self.mode == Mode.VIRTUAL:
            return Mode.VIRTUAL.label
        return self.place.strip().partition("\n")[0].strip() or "Lieu à préciser"


class HalfDay(models.Model):
    """What one signs for. Once anybody has, its day and its hours change no more (a trigger says so too)."""

    session = ParentalKey(TrainingSession, on_delete=models.CASCADE, related_name="half_days", verbose_name="séance")
    on = models.DateField("jour")
    part = models.CharField("moment", max_length=10, choices=Part, default=Part.MORNING)
    starts_at = models.TimeField("début", default=time(9, 0))
    ends_at = models.TimeField("fin", default=time(12, 30))
    room = models.CharField("salle", max_length=100, blank=True)
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="animée par",
        help_text="Vide : toutes les personnes qui animent la séance.",
    )

    class Meta:
        verbose_name = "demi-journée"
        verbose_name_plural = "demi-journées"
        ordering = ["on", "starts_at"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["session", "on", "part"],
                name="half_day_once",
                violation_error_message="Cette demi-journée est déjà donnée.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="half_day_ends_after",
                violation_error_message="La fin vient après le début.",
            ),
        ]
        indexes = [models.Index(fields=["on", "session"], name="half_day_on")]

    def __str__(self) -> str:
        return f"{date_format(self.on, 'l j F Y')}, {self.label}"

    @property
    def label(self) -> str:
        return Part(self.part).label

    @property
    def named(self) -> str:
        return Part(self.part).named

    @property
    def of(self) -> str:
        return Part(self.part).of

    @property
    def hours(self) -> str:
        """ "9 h – 12 h 30", which stays on one line."""
        return f"{clock(self.starts_at)}\u00a0–\u00a0{clock(self.ends_at)}"

    @property
    def minutes(self) -> int:
        return int((datetime.combine(self.on, self.ends_at) - datetime.combine(self.on, self.starts_at)).seconds // 60)

    @property
    def begins(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.on, self.starts_at))

    @property
    def ends(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.on, self.ends_at))

    @property
    def signable_until(self) -> datetime:
        return self.ends + SIGNING_LASTS

    @property
    def has_begun(self) -> bool:
        return self.begins <= timezone.now()

    @property
    def is_over(self) -> bool:
        return self.ends <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Whether one may sign for it now."""
        return self.begins <= timezone.now() <= self.signable_until


class Registration(models.Model):
    """One person expected in a session. Leaving it is a date; coming back is another row."""

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="registrations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="session_registrations")
    enrolment = models.ForeignKey(
        Enrolment, null=True, on_delete=models.PROTECT, related_name="session_registrations", verbose_name="inscription"
    )
    registered_at = models.DateTimeField("inscrite le", default=timezone.now)
    withdrawn_at = models.DateTimeField("retirée le", null=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription à une séance"
        verbose_name_plural = "inscriptions à des séances"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["session", "person"], condition=Q(withdrawn_at=None), name="registration_one_open"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("registered_at")),
                name="registration_dates_in_order",
            ),
        ]
        indexes = [models.Index(fields=["person", "session"], name="registration_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.session_id}"


class Attendance(models.Model):
    """One person, one half-day: signed by the trainee, then countersigned by a trainer; or absent.

    Signed, it is never changed but to be countersigned, once, and never deleted: triggers of the database say so.
    """

    half_day = models.ForeignKey(HalfDay, on_delete=models.PROTECT, related_name="attendances")
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="attendances")
    signed_at = models.DateTimeField("signée le", null=True)
    signed_from = models.CharField("signée", max_length=10, choices=SignedFrom, blank=True)
    device_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="sur l'appareil de",
    )
    countersigned_at = models.DateTimeField("contresignée le", null=True)
    countersigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="contresignée par"
    )
    is_absent = models.BooleanField("absente", default=False)
    absent_reason = models.CharField("motif", max_length=200, blank=True)

    objects = AttendanceQuerySet.as_manager()

    # Read by `with_verdict()`.
    verdict: str | None

    class Meta:
        verbose_name = "présence"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["half_day", "registration"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_from="") | (Q(signed_at__isnull=False) & ~Q(signed_from="")),
                name="attendance_signed_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(countersigned_at=None, countersigned_by=None)
                | Q(countersigned_at__isnull=False, countersigned_by__isnull=False, signed_at__isnull=False),
                name="attendance_countersigned_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(countersigned_at=None) | Q(countersigned_at__gte=F("signed_at")),
                name="attendance_countersigned_after",
            ),
            models.CheckConstraint(
                condition=Q(is_absent=False) | Q(signed_at=None), name="attendance_absent_is_not_signed"
            ),
            models.CheckConstraint(
                condition=Q(device_of=None) | Q(signed_from=SignedFrom.TRAINER_DEVICE), name="attendance_device_said"
            ),
        ]
        indexes = [models.Index(fields=["registration"], name="attendance_of_registration")]

    def __str__(self) -> str:
        return f"{self.half_day_id} · {self.registration_id}"

    @property
    def is_void(self) -> bool:
        """After `with_verdict()`."""
        return self.verdict == CorrectionKind.VOIDED


def mark_of(half: HalfDay, attendance: Attendance | None) -> Mark:
    """Where someone stands in a half-day, from their row, read `with_verdict()`, or None without one."""
    if attendance is not None and attendance.signed_at is not None:
        if attendance.is_void:
            return Mark.VOID
        return Mark.SIGNED if attendance.countersigned_at is None else Mark.COUNTERSIGNED
    if attendance is not None and attendance.is_absent:
        return Mark.ABSENT
    if not half.has_begun:
        return Mark.TO_COME
    return Mark.OPEN if half.is_open else Mark.MISSED


class Correction(models.Model):
    """Says of a signature that it does not count, or counts again: why, by whom. The last one holds. Never changed."""

    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="corrections")
    kind = models.CharField("correction", max_length=10, choices=CorrectionKind)
    reason = models.CharField("motif", max_length=300)
    recorded_at = models.DateTimeField("notée le", default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par")

    class Meta:
        verbose_name = "correction d'une présence"
        ordering = ["recorded_at", "pk"]
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="correction_says_why")]
        indexes = [models.Index(fields=["attendance", "-recorded_at"], name="correction_last")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.reason}"
