"""The roadmap of the SPIE, and the evidence each person gathers along it."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Page

from cms.core.fields import LinesField
from cms.core.models import BasePage
from cms.roadmap.enums import EvidenceKind, Pictogram, Tint
from cms.roadmap.querysets import EvidenceQuerySet, ThemeQuerySet

CODE = RegexValidator(r"^[A-Za-z0-9-]+$", "Lettres, chiffres et tirets.")


class Roadmap(models.Model):
    """One version of the feuille de route; the site shows the one in force."""

    title = models.CharField("titre", max_length=200)
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu'au", null=True, blank=True)
    is_current = models.BooleanField("en vigueur", default=False)

    class Meta:
        verbose_name = "feuille de route"
        verbose_name_plural = "feuilles de route"
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"],
                condition=Q(is_current=True),
                name="roadmap_one_current",
                violation_error_message="Une autre feuille de route est déjà en vigueur.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="roadmap_dates_in_order",
                violation_error_message="La fin ne peut pas précéder le début.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("roadmap") if self.is_current else reverse("roadmap_version", args=[self.pk])

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.ends_on < timezone.localdate()


class Objective(models.Model):
    roadmap = models.ForeignKey(
        Roadmap, on_delete=models.PROTECT, related_name="objectives", verbose_name="feuille de route"
    )
    code = models.CharField("code", max_length=20, validators=[CODE])
    title = models.CharField("intitulé", max_length=200)
    description = models.TextField(
        "description", blank=True, help_text="Affichée sur l'accueil et la feuille de route."
    )
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "objectif"
        verbose_name_plural = "objectifs"
        ordering = ["roadmap", "order", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["roadmap", "code"],
                name="objective_code_unique",
                violation_error_message="Ce code existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Theme(models.Model):
    """One of the themes of action (18 in the first roadmap)."""

    roadmap = models.ForeignKey(
        Roadmap, on_delete=models.PROTECT, related_name="themes", verbose_name="feuille de route"
    )
    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="themes", verbose_name="objectif")
    code = models.CharField("code", max_length=20, validators=[CODE])
    title = models.CharField("intitulé", max_length=200)
    description = models.TextField("description", blank=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)
    is_example = models.BooleanField(
        "exemple",
        default=False,
        help_text="Affiché comme exemple, en attendant la feuille de route du Département.",
    )
    tint = models.CharField("teinte", max_length=20, choices=Tint, default=Tint.ACCUEIL)
    pictogram = models.CharField("pictogramme", max_length=20, choices=Pictogram, default=Pictogram.SIGNPOST)
    introduction = models.TextField("introduction", blank=True)
    good_practices = LinesField(verbose_name="ce qui aide", help_text="Une phrase par ligne.")
    questions = LinesField(verbose_name="questions à se poser", help_text="Une phrase par ligne.")

    objects = ThemeQuerySet.as_manager()

    class Meta:
        verbose_name = "thème"
        verbose_name_plural = "thèmes"
        constraints = [
            models.UniqueConstraint(
                fields=["roadmap", "code"],
                name="theme_code_unique",
                violation_error_message="Ce code existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        if self.objective_id and self.roadmap_id and self.objective.roadmap_id != self.roadmap_id:
            raise ValidationError({"objective": "Cet objectif appartient à une autre feuille de route."})

    def get_absolute_url(self) -> str:
        if self.roadmap.is_current:
            return reverse("theme", args=[self.code])
        return reverse("theme_version", args=[self.roadmap_id, self.code])

    @property
    def family(self) -> str:
        return Tint(self.tint).family


class ThemeLink(models.Model):
    """Links any page of the site to a theme: one table, so that a theme finds all that speaks of it."""

    page = ParentalKey(Page, on_delete=models.CASCADE, related_name="theme_links")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="page_links", verbose_name="thème")

    panels = [FieldPanel("theme")]

    class Meta:
        verbose_name = "thème"
        verbose_name_plural = "thèmes"
        constraints = [
            models.UniqueConstraint(
                fields=["page", "theme"],
                name="theme_link_unique",
                violation_error_message="Ce thème est déjà choisi.",
            )
        ]

    def __str__(self) -> str:
        return str(self.theme)


class ThemedPage(BasePage):
    """A page that may be linked to themes of the roadmap."""

    # The counter of the fil de preuve that this kind of page moves, if it moves one.
    evidence_kind: EvidenceKind | None = None

    class Meta:
        abstract = True

    theme_panels = [InlinePanel("theme_links", heading="Thèmes de la feuille de route", label="thème")]


class Evidence(models.Model):
    """One fact of the fil de preuve: a person was informed, was trained, tried, or was observed on a theme."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evidence", verbose_name="personne"
    )
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="evidence", verbose_name="thème")
    kind = models.CharField("nature", max_length=10, choices=EvidenceKind)
    source = models.CharField(
        "source", max_length=100, help_text="Le fait d'où vient la preuve, par exemple « enrolment:42 »."
    )
    recorded_at = models.DateTimeField("notée le", default=timezone.now)
    valid_until = models.DateField("valable jusqu'au", null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "preuve"
        verbose_name_plural = "preuves"
        constraints = [
            models.UniqueConstraint(fields=["person", "theme", "kind", "source"], name="evidence_once"),
            models.CheckConstraint(condition=Q(kind__in=EvidenceKind.values), name="evidence_kind_known"),
        ]
        indexes = [models.Index(fields=["theme", "kind", "person"], name="evidence_by_theme")]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_kind_display()} · {self.theme}"
