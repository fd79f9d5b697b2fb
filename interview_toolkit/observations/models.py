"""Grids are Wagtail pages; what is observed with them is rows, pinned to what the grid said then, signed once.

So are reference interviews, with which observers learn to see the same things before they sign.
"""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, PageChooserPanel
from wagtail.models import Orderable, Page
from wagtail.search import index

from cms.core.fields import LinesField
from cms.core.models import BasePage, Document
from courses.models import StepPage
from interview_toolkit.observations.enums import Level, Setting
from interview_toolkit.observations.querysets import ObservationQuerySet, ObserverQuerySet, ShareQuerySet
from interview_toolkit.techniques.models import TechniquePage

RULE = "observation"


class GridIndexPage(BasePage):
    lead = models.TextField("chapô", blank=True)

    view = "interview_toolkit.observations.views.grids"
    max_count = 1
    parent_page_types = ["techniques.ToolkitIndexPage"]
    subpage_types = ["observations.GridPage"]
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = "liste des grilles d'observation"

    @property
    def listing_note(self) -> str:
        return self.lead


class GridPage(BasePage):
    """What to look at in an interview. Observations are made with its latest version (`GridVersion`)."""

    instructions = models.TextField("consigne")
    debrief_questions = LinesField(verbose_name="questions pour en parler", help_text="Une par ligne.")

    view = "interview_toolkit.observations.views.grid"
    search_kind = "Grille d'observation"
    search_fields = [*Page.search_fields, index.SearchField("instructions")]
    parent_page_types = ["observations.GridIndexPage"]
    subpage_types = ["observations.ReferencePage"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("instructions"),
        InlinePanel("criteria", heading="Critères, dans l'ordre de l'entretien", label="critère", min_num=1),
        FieldPanel("debrief_questions"),
    ]

    class Meta:
        verbose_name = "grille d'observation"
        verbose_name_plural = "grilles d'observation"

    @property
    def listing_note(self) -> str:
        return self.instructions


class Criterion(Orderable):
    """One behaviour to look for, told as a fact."""

    page = ParentalKey(GridPage, on_delete=models.CASCADE, related_name="criteria")
    code = models.CharField("code", max_length=12, help_text="Court et stable : C1, C2…")
    phase = models.CharField("moment", max_length=60, help_text="Ouvrir, Explorer, Choisir…")
    label = models.CharField("ce qu'on regarde", max_length=300)
    technique = models.ForeignKey(
        TechniquePage, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="technique"
    )

    panels = [
        FieldPanel("code"),
        FieldPanel("phase"),
        FieldPanel("label"),
        PageChooserPanel("technique", "techniques.TechniquePage"),
    ]

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["page", "code"],
                name="criterion_code_once",
                violation_error_message="Ce code est déjà celui d'un autre critère.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class GridVersion(models.Model):  # type: ignore[django-manager-missing]
    """A grid as it was published one day. Never changed.

    `content`: `{instructions, criteria: [{code, phase, label, technique}], debrief: [question]}`, `technique` being the
    key of its page, or null.
    """

    grid = models.ForeignKey(GridPage, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("numéro")
    content = models.JSONField()
    published_at = models.DateTimeField("publiée le", default=timezone.now)

    class Meta:
        verbose_name = "version d'une grille"
        ordering = ["grid", "-number"]
        constraints = [models.UniqueConstraint(fields=["grid", "number"], name="grid_version_number")]

    def __str__(self) -> str:
        return f"{self.grid}, version {self.number}"

    @property
    def criteria(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.content["criteria"]
        return found


class ReferencePage(BasePage):
    """An interview everyone reads or hears, with what its authors saw of each criterion of the grid above it."""

    introduction = models.TextField("présentation", help_text="Qui, où, à quel moment. Tout est fiction.")
    audio = models.ForeignKey(
        Document,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="enregistrement",
        help_text="Facultatif, en MP3 : ce qui est écrit dessous, dit à voix haute.",
    )
    transcript = LinesField(
        verbose_name="l'entretien, par écrit",
        blank=False,
        help_text="Une réplique par ligne : « Référent : Qu'attendez-vous ? ». Sans deux-points, c'est un geste.",
    )

    view = "interview_toolkit.observations.views.reference"
    parent_page_types = ["observations.GridPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("audio"),
        FieldPanel("transcript"),
        InlinePanel(
            "readings",
            heading="Lecture de référence",
            label="critère",
            help_text="Ce que vous avez vu, à plusieurs, de chaque critère de la grille, et le passage qui le montre. "
            "Les observateurs le lisent une fois leur étalonnage fait.",
        ),
    ]

    class Meta:
        verbose_name = "entretien de référence"
        verbose_name_plural = "entretiens de référence"

    @property
    def listing_note(self) -> str:
        return self.introduction

    @property
    def expected(self) -> "dict[str, int | None]":
        """The level of each criterion, by code; null when it had no object."""
        return {one.code: one.level for one in self.readings.all()}


class Reading(Orderable):
    """What the authors of a reference interview saw of a criterion, and where."""

    page = ParentalKey(ReferencePage, on_delete=models.CASCADE, related_name="readings")
    code = models.CharField("code du critère", max_length=12)
    level = models.PositiveSmallIntegerField(
        "ce qui se voit", null=True, blank=True, choices=Level, help_text="Vide : sans objet dans cet entretien."
    )
    reason = models.TextField("à quoi on le voit", help_text="Citez la réplique.")

    panels = [FieldPanel("code"), FieldPanel("level"), FieldPanel("reason")]

    class Meta(Orderable.Meta):
        verbose_name = "lecture d'un critère"

    def __str__(self) -> str:
        return self.code


class Rating(models.Model):
    """One reading of a reference interview by an observer. Never changed.

    `kappa` is the agreement with the reference as it was then (`agreement.weighted_kappa`), null when none can be
    computed; `pairs` is its n, the criteria both gave a level.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reference = models.ForeignKey(ReferencePage, on_delete=models.PROTECT, related_name="ratings")
    version = models.ForeignKey(GridVersion, on_delete=models.PROTECT, related_name="+")
    levels = models.JSONField()
    expected = models.JSONField()
    kappa = models.FloatField(null=True)
    pairs = models.PositiveSmallIntegerField()
    is_agreed = models.BooleanField()
    rated_at = models.DateTimeField(default=timezone.now)
    rated_on = models.DateField()

    class Meta:
        verbose_name = "lecture d'un entretien de référence"
        ordering = ["-rated_at", "-pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "reference", "rated_on"], name="rating_once_a_day")]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.reference_id}"


class Observer(models.Model):
    """Whoever agreed with the reference on a grid: a trainer may sign with it, and so may a peer who accepts to."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    grid = models.ForeignKey(GridPage, on_delete=models.CASCADE, related_name="observers")
    rating = models.OneToOneField(Rating, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    is_available = models.BooleanField("accepte d'être demandé", default=False)

    objects = ObserverQuerySet.as_manager()  # type: ignore[django-manager-missing]

    class Meta:
        verbose_name = "observateur étalonné"
        verbose_name_plural = "observateurs étalonnés"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "grid"], name="observer_once")]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.grid_id}"


class Observation(models.Model):  # type: ignore[django-manager-missing]
    """One interview seen by a trainer or a trained peer, asked for by the one observed.

    `levels` maps the code of each criterion to 0–3, or null when it had no object; `remarks` are the words on the
    questions of the grid, in their order. Signed, it changes no more (a trigger of the database says so too), but for
    `reply`, written once by the one observed.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(GridVersion, on_delete=models.PROTECT, related_name="observations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    observer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    setting = models.CharField("cadre", max_length=20, choices=Setting)
    asked_at = models.DateTimeField("demandée le", default=timezone.now)
    held_on = models.DateField("entretien du", null=True)
    levels = models.JSONField(default=dict)
    remarks = models.JSONField(default=list)
    saved_at = models.DateTimeField("enregistrée le", null=True)
    signed_at = models.DateTimeField("signée le", null=True)
    reply = models.TextField("réponse", blank=True)
    replied_at = models.DateTimeField("répondu le", null=True)

    objects = ObservationQuerySet.as_manager()  # type: ignore[django-manager-missing]

    class Meta:
        verbose_name = "observation"
        ordering = ["-asked_at", "-pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(person=F("observer")), name="observation_by_another"),
            models.CheckConstraint(
                condition=Q(signed_at=None) | Q(held_on__isnull=False), name="observation_signed_has_day"
            ),
            models.UniqueConstraint(
                fields=["person", "observer", "version"], condition=Q(signed_at=None), name="observation_asked_once"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-asked_at"], name="observation_of_person"),
            models.Index(fields=["observer", "-asked_at"], name="observation_by_observer"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.version_id}"

    def get_absolute_url(self) -> str:
        return reverse("observation", args=[self.public_id])

    @property
    def source(self) -> str:
        """What evidence drawn from it gives as its source."""
        return f"observation:{self.pk}"


class Share(models.Model):
    """A signed observation shown to a trainer by the one observed, from a day until they take it back."""

    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="shares")
    trainer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    shared_at = models.DateTimeField("montrée le", default=timezone.now)
    revoked_at = models.DateTimeField("reprise le", null=True)

    objects = ShareQuerySet.as_manager()  # type: ignore[django-manager-missing]

    class Meta:
        verbose_name = "observation montrée"
        ordering = ["-shared_at"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["observation", "trainer"], condition=Q(revoked_at=None), name="observation_share_open_once"
            )
        ]
        indexes = [models.Index(fields=["trainer"], name="observation_share_trainer")]

    def __str__(self) -> str:
        return f"{self.observation_id} → {self.trainer_id}"


class Seen(models.Model):
    """A technique seen in a signed observation, at the highest level its criteria had there."""

    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="seen")
    technique = models.ForeignKey(TechniquePage, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "technique vue"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["observation", "technique"], name="seen_once")]
        indexes = [models.Index(fields=["technique", "level"], name="seen_technique")]

    def __str__(self) -> str:
        return f"{self.observation_id} · {self.technique_id} : {self.level}"


class ObservationStepPage(StepPage):
    """To have been observed on a grid, once, since one enrolled."""

    introduction = models.TextField("consigne", blank=True)
    grid = models.ForeignKey(GridPage, on_delete=models.PROTECT, related_name="steps", verbose_name="grille")

    view = "interview_toolkit.observations.views.step"
    step_kind = RULE
    content_panels = [
        *Page.content_panels,
        *StepPage.step_panels,
        PageChooserPanel("grid", "observations.GridPage"),
        FieldPanel("introduction"),
    ]

    class Meta:
        verbose_name = "étape d'observation"
        verbose_name_plural = "étapes d'observation"

    @property
    def completion_rule(self) -> dict[str, Any]:
        return {"rule": RULE, "grid": self.grid_id}
