"""What people choose to show in their record, and the trace that somebody's data was erased."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from coordination.livret.enums import ErasureReason
from coordination.livret.querysets import ObservationChoiceQuerySet
from interview_toolkit.observations.models import Observation


class ObservationChoice(models.Model):
    """A signed observation shown in the record of the one observed, from a day until they take it back."""

    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="+")
    shown_at = models.DateTimeField("montrée le", default=timezone.now)
    withdrawn_at = models.DateTimeField("reprise le", null=True)

    objects = ObservationChoiceQuerySet.as_manager()

    class Meta:
        verbose_name = "observation montrée dans un livret"
        ordering = ["-shown_at"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["observation"], condition=Q(withdrawn_at=None), name="observation_shown_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("shown_at")), name="observation_shown_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.observation_id}"


class Erasure(models.Model):
    """Who erased whose data, when and why. It names the author; of the person it keeps a number nobody can read."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="erasure")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("raison", max_length=10, choices=ErasureReason)
    erased_at = models.DateTimeField("effacées le", default=timezone.now)

    class Meta:
        verbose_name = "effacement"
        verbose_name_plural = "effacements"
        ordering = ["-erased_at"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.person_id} · {self.get_reason_display()}"
