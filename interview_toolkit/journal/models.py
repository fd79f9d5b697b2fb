"""The journal of practice: private, encrypted, shared entry by entry with whom its author says."""

import uuid
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from cms.roadmap.models import Theme
from courses.models import StepPage
from interview_toolkit.journal.querysets import EntryQuerySet, ShareQuerySet
from interview_toolkit.journal.sealing import seal, unseal
from interview_toolkit.techniques.models import TechniquePage

RULE = "journal"
# What an entry is written in, in order: (name, label, is required). Techniques and themes stand beside.
FIELDS = (
    ("situation", "La situation, sans aucun élément qui permettrait d'identifier une personne", True),
    ("effect", "Ce que j'ai observé", True),
    ("next", "Ce que je ferai différemment", False),
)


class Entry(models.Model):  # type: ignore[django-manager-missing]
    """What someone noted of an interview. `sealed` holds its texts (`journal.sealing`): the tables say nothing."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    techniques = models.ManyToManyField(TechniquePage, blank=True, related_name="+")
    themes = models.ManyToManyField(Theme, blank=True, related_name="+")
    written_at = models.DateTimeField("écrite le", default=timezone.now)
    changed_at = models.DateTimeField("modifiée le", null=True)
    form_key = models.UUIDField(null=True, editable=False)

    objects = EntryQuerySet.as_manager()  # type: ignore[django-manager-missing]

    class Meta:
        verbose_name = "entrée du journal"
        verbose_name_plural = "entrées du journal"
        ordering = ["-written_at", "-pk"]
        indexes = [models.Index(fields=["person", "-written_at"], name="entry_of_person")]
        constraints = [models.UniqueConstraint(fields=["person", "form_key"], name="entry_sent_once")]
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.public_id)

    def get_absolute_url(self) -> str:
        return reverse("journal_entry", args=[self.public_id])

    @property
    def texts(self) -> dict[str, str]:
        """What was written, by the name of its field. Raises KeyLost, NoKey."""
        return unseal(bytes(self.sealed), entry=self.public_id)

    def write(self, texts: dict[str, str]) -> None:
        """Raises NoKey."""
        self.sealed = seal(texts, entry=self.public_id)


class Share(models.Model):
    """An entry shown to a trainer, from a day until its author takes it back."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="shares")
    trainer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    shared_at = models.DateTimeField("partagée le", default=timezone.now)
    revoked_at = models.DateTimeField("reprise le", null=True)

    objects = ShareQuerySet.as_manager()  # type: ignore[django-manager-missing]

    class Meta:
        verbose_name = "partage"
        ordering = ["-shared_at"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["entry", "trainer"], condition=Q(revoked_at=None), name="share_open_once")
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} → {self.trainer_id}"


class JournalStepPage(StepPage):
    """So many entries written since one enrolled: counted, and read by nobody."""

    introduction = models.TextField("consigne", blank=True)
    entries = models.PositiveSmallIntegerField(
        "nombre d'entrées",
        default=1,
        validators=[MinValueValidator(1, "Une entrée au moins."), MaxValueValidator(20, "Vingt entrées au plus.")],
        help_text="Écrites après l'inscription. Elles sont comptées ; personne ne les lit.",
    )

    view = "interview_toolkit.journal.views.step"
    step_kind = RULE
    content_panels = [
        *Page.content_panels,
        *StepPage.step_panels,
        FieldPanel("entries"),
        FieldPanel("introduction"),
    ]

    class Meta:
        verbose_name = "étape de journal"
        verbose_name_plural = "étapes de journal"

    @property
    def completion_rule(self) -> dict[str, Any]:
        return {"rule": RULE, "entries": self.entries}
