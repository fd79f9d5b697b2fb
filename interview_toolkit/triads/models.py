"""Three people, one interview played, the same grid seen from three places."""

import uuid
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from cms.core.models import BasePage
from interview_toolkit.observations.models import GridVersion
from interview_toolkit.triads.enums import Phase, Role
from interview_toolkit.triads.querysets import TriadQuerySet


class TriadIndexPage(BasePage):
    lead = models.TextField("chapô", blank=True)

    view = "interview_toolkit.triads.views.triads"
    max_count = 1
    parent_page_types = ["techniques.ToolkitIndexPage"]
    subpage_types: list[str] = []
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = "page des triades"

    @property
    def listing_note(self) -> str:
        return self.lead


class Triad(models.Model):  # type: ignore[django-manager-missing]
    """One interview played by three people. Its `code` lets in whoever has it, until three are there or it is late.

    `turned_from`: the triad of the same three people whose roles this one turns.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(GridVersion, on_delete=models.PROTECT, related_name="+")
    situation = models.CharField("situation", max_length=300, blank=True)
    minutes = models.PositiveSmallIntegerField(
        "durée (minutes)", default=10, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    opened_at = models.DateTimeField(default=timezone.now)
    code = models.CharField(max_length=4, null=True, unique=True)  # noqa: DJ001 - unique among those that wait
    code_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    turned_from = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="turned_into")

    objects = TriadQuerySet.as_manager()  # type: ignore[django-manager-missing]

    class Meta:
        verbose_name = "triade"
        ordering = ["-opened_at", "-pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(code=None) | Q(code_until__isnull=False), name="triad_code_expires"),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(started_at__isnull=False), name="triad_begins_first"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}"

    def get_absolute_url(self) -> str:
        return reverse("triad", args=[self.public_id])

    @cached_property
    def places(self) -> dict[str, "Seat"]:
        """Who sits where, by role."""
        return {seat.role: seat for seat in self.seats.all()}

    @property
    def free_roles(self) -> list[Role]:
        return [role for role in Role if role not in self.places]

    @property
    def ends_at(self) -> datetime | None:
        """When the interview is over: ended before its time, or at its time; None before it began."""
        if self.started_at is None:
            return None
        return self.ended_at or self.started_at + timedelta(minutes=self.minutes)

    @property
    def phase(self) -> Phase:
        if self.ends_at is None:
            return Phase.GATHERING if self.free_roles else Phase.READY
        return Phase.GOING if timezone.now() < self.ends_at else Phase.OVER

    @property
    def is_code_open(self) -> bool:
        return self.code is not None and self.code_until is not None and self.code_until > timezone.now()


class Seat(models.Model):
    """Someone's place in a triad, and what they saw from there: levels and remarks as in an Observation."""

    triad = models.ForeignKey(Triad, on_delete=models.CASCADE, related_name="seats")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField("place", max_length=20, choices=Role)
    joined_at = models.DateTimeField(default=timezone.now)
    levels = models.JSONField(default=dict)
    remarks = models.JSONField(default=list)
    saved_at = models.DateTimeField(null=True)
    handed_in_at = models.DateTimeField("remise le", null=True)

    class Meta:
        verbose_name = "place d'une triade"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["triad", "role"], name="seat_role_once"),
            models.UniqueConstraint(fields=["triad", "person"], name="seat_person_once"),
        ]
        indexes = [models.Index(fields=["person", "-joined_at"], name="seat_of_person")]

    def __str__(self) -> str:
        return f"{self.triad_id} · {self.role}"

    @property
    def with_whom(self) -> str:
        """ "avec Anne Le Bris et Paul Duval"; nothing as long as one is alone."""
        others = [str(seat.person) for seat in self.triad.seats.all() if seat.pk != self.pk]
        return f"avec {' et '.join(others)}" if others else ""

    @property
    def place(self) -> Role:
        return Role(self.role)


class Note(models.Model):
    """Something someone noted during the interview, `at` so many seconds after it began.

    `key` comes from the device that wrote it: a note sent again after a lost network is the same note.
    """

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="notes")
    key = models.UUIDField(default=uuid.uuid4)
    at = models.PositiveIntegerField()
    text = models.CharField(max_length=500)

    class Meta:
        verbose_name = "note d'une triade"
        ordering = ["at", "pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["seat", "key"], name="note_once")]

    def __str__(self) -> str:
        return f"{self.clock} {self.text}"

    @property
    def clock(self) -> str:
        """ "3:05"."""
        minutes, seconds = divmod(self.at, 60)
        return f"{minutes}:{seconds:02d}"

    def as_json(self) -> dict[str, Any]:
        return {"key": str(self.key), "clock": self.clock, "text": self.text}


class WrongTry(models.Model):
    """A code someone gave that opened nothing; so many in a while and no code is looked at."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    tried_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "code essayé"
        default_permissions = ()
        indexes = [models.Index(fields=["person", "tried_at"], name="wrong_try_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id}"
