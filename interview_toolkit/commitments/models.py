"""What someone means to try at work, before a day, and what became of it."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from interview_toolkit.commitments.enums import Answer, Interview
from interview_toolkit.commitments.querysets import CommitmentQuerySet, PairQuerySet
from interview_toolkit.practices.models import PracticePage
from interview_toolkit.techniques.models import TechniquePage

AFTER = timedelta(days=10)


class Commitment(models.Model):  # type: ignore[django-manager-missing]
    """One technique or one practice, to try in one kind of interview before `due_on`.

    `asked_at` is when its person was asked by mail how it went; `answer` is given once, with a line of their own.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    technique = models.ForeignKey(TechniquePage, null=True, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(PracticePage, null=True, on_delete=models.PROTECT, related_name="+")
    form_key = models.UUIDField(null=True, editable=False)
    interview = models.CharField("dans quel entretien", max_length=10, choices=Interview)
    due_on = models.DateField("avant le")
    made_at = models.DateTimeField("pris le", default=timezone.now)
    asked_at = models.DateTimeField("demandé le", null=True)
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    line = models.CharField("un mot", max_length=300, blank=True)
    answered_at = models.DateTimeField("répondu le", null=True)

    objects = CommitmentQuerySet.as_manager()  # type: ignore[django-manager-missing]

    class Meta:
        verbose_name = "engagement d'essai"
        verbose_name_plural = "engagements d'essai"
        ordering = ["-made_at", "-pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(technique=None, practice__isnull=False) | Q(technique__isnull=False, practice=None),
                name="commitment_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="commitment_answered_once",
            ),
            models.UniqueConstraint(fields=["person", "form_key"], name="commitment_sent_once"),
            models.UniqueConstraint(
                fields=["person", "technique"], condition=Q(answered_at=None), name="commitment_one_technique"
            ),
            models.UniqueConstraint(
                fields=["person", "practice"], condition=Q(answered_at=None), name="commitment_one_practice"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-made_at"], name="commitment_of_person"),
            models.Index(fields=["made_at"], condition=Q(asked_at=None, answered_at=None), name="commitment_to_ask"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("commitment", args=[self.public_id])

    @property
    def subject(self) -> Any:
        """The page of what is to be tried."""
        return self.technique or self.practice

    @property
    def ask_on(self) -> date:
        """The day one is asked: the one they chose, or ten days after committing when that is later."""
        return max((timezone.localtime(self.made_at) + AFTER).date(), self.due_on)

    @property
    def source(self) -> str:
        """What evidence drawn from it gives as its source."""
        return f"commitment:{self.pk}"


class Pair(models.Model):
    """Someone who does not dare, and a colleague of another organisation seen at ease: both say yes, or nobody knows.

    The one who asks is the person of the commitment. Neither has the name of the other before `accepted_at`. A request
    nobody answered is closed: by the one who asked, or after a while.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="pairs")
    helper = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("demandé le", default=timezone.now)
    accepted_at = models.DateTimeField("accepté le", null=True)
    declined_at = models.DateTimeField("décliné le", null=True)
    closed_at = models.DateTimeField("close sans réponse le", null=True)

    objects = PairQuerySet.as_manager()  # type: ignore[django-manager-missing]

    class Meta:
        verbose_name = "binôme"
        ordering = ["-asked_at", "-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["commitment", "helper"], name="pair_asked_once"),
            models.UniqueConstraint(
                fields=["commitment"], condition=Q(declined_at=None, closed_at=None), name="pair_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, declined_at=None)
                | Q(accepted_at=None, closed_at=None)
                | Q(declined_at=None, closed_at=None),
                name="pair_one_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} · {self.helper_id}"

    def get_absolute_url(self) -> str:
        return reverse("pair", args=[self.public_id])

    @property
    def is_waiting(self) -> bool:
        return self.accepted_at is None and self.declined_at is None and self.closed_at is None
