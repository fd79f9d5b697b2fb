"""What interviews are made of: techniques, and phrases to begin with."""

from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.models import Orderable, Page
from wagtail.search import index

from cms.core.fields import ChoicesField, LinesField
from cms.core.models import BasePage
from cms.roadmap.models import ThemedPage
from courses.models import CoursePage
from interview_toolkit.techniques.enums import Axis, Family, PhraseKind
from interview_toolkit.techniques.querysets import PhraseQuerySet

CODE = RegexValidator(r"^[A-Z0-9-]+$", "Capitales, chiffres et tirets.")


class ToolkitIndexPage(BasePage):
    """/entretien/: learn, rehearse, try, have it seen."""

    lead = models.TextField("chapô", blank=True)

    view = "interview_toolkit.techniques.views.toolkit"
    max_count = 1
    parent_page_types = ["pages.HomePage"]
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = "boîte à outils d'entretien"


class TechniqueIndexPage(BasePage):
    lead = models.TextField("chapô", blank=True)

    view = "interview_toolkit.techniques.views.techniques"
    max_count = 1
    parent_page_types = ["techniques.ToolkitIndexPage"]
    subpage_types = ["techniques.TechniquePage"]
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = "liste des techniques"

    @property
    def listing_note(self) -> str:
        return self.lead


class TechniquePage(ThemedPage):
    """One thing to do in an interview, told so that it can be seen by someone else."""

    code = models.CharField(
        "code",
        max_length=40,
        unique=True,
        validators=[CODE],
        help_text="Court et stable : les simulations, les grilles et les fichiers la désignent ainsi.",
    )
    family = models.CharField("famille", max_length=20, choices=Family)
    axes = ChoicesField(
        models.PositiveSmallIntegerField(choices=Axis), verbose_name="axes du pouvoir d'agir", blank=True
    )
    definition = models.TextField("définition")
    purpose = models.TextField("à quoi elle sert")
    observable_behaviours = LinesField(
        verbose_name="ce qu'on peut observer", blank=False, help_text="Un comportement par ligne."
    )
    typical_mistakes = LinesField(verbose_name="écueils", help_text="Un par ligne.")
    exercise = models.TextField("pour s'exercer", blank=True)

    view = "interview_toolkit.home.views.technique"
    exclude_fields_in_copy = ["code"]
    search_kind = "Technique d'entretien"
    search_fields = [
        *Page.search_fields,
        index.SearchField("definition", boost=2),
        index.SearchField("purpose"),
        index.SearchField("exercise"),
    ]
    parent_page_types = ["techniques.TechniqueIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("family"), FieldPanel("axes"), FieldPanel("code")], heading="Place"),
        FieldPanel("definition"),
        FieldPanel("purpose"),
        FieldPanel("observable_behaviours", required_on_save=False),
        FieldPanel("typical_mistakes"),
        InlinePanel("utterances", heading="À éviter, à essayer", label="réplique"),
        FieldPanel("exercise"),
        InlinePanel("course_links", heading="Formations où elle s'apprend", label="formation"),
        *ThemedPage.theme_panels,
    ]

    class Meta:
        verbose_name = "technique d'entretien"
        verbose_name_plural = "techniques d'entretien"

    @property
    def listing_note(self) -> str:
        return self.definition

    @property
    def axis_names(self) -> list[str]:
        return [f"{axis}. {Axis(axis).label}" for axis in sorted(self.axes)]

    @property
    def card_url(self) -> str:
        return reverse("technique_card", args=[self.code])


class Utterance(Orderable):
    """What one is tempted to say, and what one may try instead."""

    page = ParentalKey(TechniquePage, on_delete=models.CASCADE, related_name="utterances")
    avoid = models.CharField("à éviter", max_length=500, blank=True)
    instead = models.CharField("à essayer", max_length=500)

    panels = [FieldPanel("avoid"), FieldPanel("instead")]

    def __str__(self) -> str:
        return self.instead


class TechniqueCourse(Orderable):
    page = ParentalKey(TechniquePage, on_delete=models.CASCADE, related_name="course_links")
    course = models.ForeignKey(CoursePage, on_delete=models.CASCADE, related_name="+", verbose_name="formation")

    panels = [PageChooserPanel("course", "courses.CoursePage")]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["page", "course"], name="technique_course_once")]

    def __str__(self) -> str:
        return self.course.title


class PhraseBookPage(BasePage):
    """/entretien/phrases/: what to say, by situation."""

    lead = models.TextField("chapô", blank=True)

    view = "interview_toolkit.techniques.views.phrase_book"
    max_count = 1
    parent_page_types = ["techniques.ToolkitIndexPage"]
    subpage_types: list[str] = []
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = "boîte à phrases"

    @property
    def listing_note(self) -> str:
        return self.lead


class Situation(models.Model):  # type: ignore[django-manager-missing]
    """A moment of an interview for which one looks for words."""

    title = models.CharField("situation", max_length=150, unique=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "situation"
        ordering = ["order", "title"]

    def __str__(self) -> str:
        return self.title


class Phrase(models.Model):
    """Words to open a subject, or to give back what was said."""

    text = models.CharField("phrase", max_length=500)
    kind = models.CharField("nature", max_length=20, choices=PhraseKind)
    situation = models.ForeignKey(Situation, on_delete=models.PROTECT, related_name="phrases", verbose_name="situation")
    technique = models.ForeignKey(
        TechniquePage,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="phrases",
        verbose_name="technique",
    )

    objects = PhraseQuerySet.as_manager()  # type: ignore[django-manager-missing]

    class Meta:
        verbose_name = "phrase"
        ordering = ["situation", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["situation", "text"],
                name="phrase_once",
                violation_error_message="Cette phrase est déjà là.",
            )
        ]

    def __str__(self) -> str:
        return self.text


class PhraseUse(models.Model):
    """Someone says a phrase served them. Only how many is ever shown."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    phrase = models.ForeignKey(Phrase, on_delete=models.CASCADE, related_name="uses")
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "phrase qui a servi"
        constraints = [models.UniqueConstraint(fields=["phrase", "person"], name="phrase_use_once")]

    def __str__(self) -> str:
        return f"{self.phrase_id}"


def techniques_by_code() -> dict[str, Any]:
    """The live techniques, for who knows their code; one query."""
    return {page.code: page for page in TechniquePage.objects.live().order_by("path")}
