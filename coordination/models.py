"""What the figures of /pilotage/ need to follow the facts, and the work done for many credentials."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from coordination.attestations.enums import JobKind, JobState


class TransactionField(models.Field):
    """The number PostgreSQL gives a transaction."""

    def db_type(self, connection: object) -> str:
        return "xid8"


class StandingChange(models.Model):
    """What an enrolment counted for before a transaction changed it; written by triggers, read by `tallies`.

    `was_rank` is null when it did not count (see the SQL function `standing_rank`).
    """

    transaction = TransactionField(db_index=True)
    enrolment = models.BigIntegerField()
    person = models.BigIntegerField()
    was_rank = models.SmallIntegerField(null=True)
    recorded_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        verbose_name = "changement d'état"

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.was_rank}"


class CredentialJob(models.Model):
    """Something done for many credentials, a batch after the other (see `attestations.jobs`).

    `items` are their ids, those filtered when it was asked; `filters` what the address said then. `report` is what
    became of them: `{opened, already}` for enrolments, and `left_out`, a list of `[primary key, name, why]`.
    `file` is the name of an archive in the private storage; empty once deleted.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=JobKind)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    form_key = models.UUIDField(null=True)
    filters = models.JSONField(default=dict)
    items: Any = ArrayField(models.BigIntegerField())
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.RUNNING)
    report = models.JSONField(default=dict)
    file = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "travail sur des attestations"
        verbose_name_plural = "travaux sur des attestations"
        constraints = [
            models.UniqueConstraint(fields=["author", "form_key"], name="credential_job_asked_once"),
            models.CheckConstraint(condition=models.Q(done__lte=models.F("total")), name="credential_job_within"),
        ]
        indexes = [models.Index(fields=["created_at"], name="credential_job_by_age")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.public_id}"

    def get_absolute_url(self) -> str:
        return reverse("pilotage_credential_job", args=[self.public_id])

    @property
    def is_running(self) -> bool:
        return self.state == JobState.RUNNING

    @property
    def is_stuck(self) -> bool:
        """Nothing has moved for a while: it was cut short, and will be taken up again."""
        return self.is_running and (timezone.now() - self.moved_at).total_seconds() > SECONDS_BEFORE_STUCK

    @property
    def has_file(self) -> bool:
        return bool(self.file) and self.expires_at is not None and self.expires_at > timezone.now()


SECONDS_BEFORE_STUCK = 90
