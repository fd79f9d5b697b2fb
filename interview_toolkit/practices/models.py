"""Practices: what a team does, told by those who do it, tried and adapted by others."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, PageChooserPanel
from wagtail.models import Page, WorkflowState
from wagtail.search import index

from cms.accounts.models import Organisation
from cms.core.models import BasePage
from cms.pages.models import PathwayStep
from cms.roadmap.models import ThemedPage
from interview_toolkit.practices.enums import Standing
from interview_toolkit.practices.querysets import TrialQuerySet
from interview_toolkit.techniques.models import TechniquePage

# The workflow that rereads what professionals propose; made by a migration.
WORKFLOW = "Relecture des fiches pratiques"


class PracticeIndexPage(BasePage):
    lead = models.TextField("chapô", blank=True)

    view = "interview_toolkit.practices.views.practices"
    max_count = 1
    parent_page_types = ["techniques.ToolkitIndexPage"]
    subpage_types = ["practices.PracticePage"]
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = "liste des fiches pratiques"

    @property
    def listing_note(self) -> str:
        return self.lead


class PracticePage(ThemedPage):
    """One practice. `owner` is who proposed it; `adapted_from` keeps its lineage."""

    context = models.TextField("le contexte", help_text="Ce qui n'allait pas, ou ce qu'on voulait changer.")
    what_we_did = models.TextField("ce que nous avons fait")
    what_changed = models.TextField("ce que cela a changé", help_text="Ce que vous avez vu, sans chiffre inventé.")
    watch_out = models.TextField("à surveiller", blank=True)
    techniques = ParentalManyToManyField(TechniquePage, blank=True, related_name="+", verbose_name="techniques")
    pathway_step = models.ForeignKey(
        PathwayStep,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="étape du parcours RSA",
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="structure"
    )
    adapted_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="adaptations", verbose_name="adaptée de"
    )
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    view = "interview_toolkit.practices.views.practice"
    search_kind = "Fiche pratique"
    search_fields = [
        *Page.search_fields,
        index.SearchField("context"),
        index.SearchField("what_we_did", boost=2),
        index.SearchField("what_changed"),
    ]
    exclude_fields_in_copy = ["form_key"]
    parent_page_types = ["practices.PracticeIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("context"),
        FieldPanel("what_we_did"),
        FieldPanel("what_changed"),
        FieldPanel("watch_out"),
        *ThemedPage.theme_panels,
        FieldPanel("techniques"),
        MultiFieldPanel(
            [
                FieldPanel("organisation"),
                FieldPanel("pathway_step"),
                PageChooserPanel("adapted_from", "practices.PracticePage"),
            ],
            heading="D'où elle vient",
        ),
    ]

    class Meta:
        verbose_name = "fiche pratique"
        verbose_name_plural = "fiches pratiques"

    @property
    def listing_note(self) -> str:
        return self.organisation.name if self.organisation else ""

    def standing_after(self, review: str | None) -> Standing:
        """Where it stands, `review` being the status of its last workflow, if any."""
        if self.live:
            return Standing.PUBLISHED
        if review == WorkflowState.STATUS_IN_PROGRESS:
            return Standing.IN_REVIEW
        if review == WorkflowState.STATUS_NEEDS_CHANGES:
            return Standing.TO_REWORK
        return Standing.UNPUBLISHED if self.first_published_at else Standing.WITHDRAWN


class Trial(models.Model):
    """ "Nous l'essayons aussi": someone says their organisation tries a practice."""

    practice = models.ForeignKey(PracticePage, on_delete=models.CASCADE, related_name="trials")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField("depuis le", default=timezone.now)

    objects = TrialQuerySet.as_manager()  # type: ignore[django-manager-missing]

    class Meta:
        verbose_name = "essai d'une pratique"
        ordering = ["since"]
        constraints = [models.UniqueConstraint(fields=["practice", "person"], name="practice_tried_once")]

    def __str__(self) -> str:
        return f"{self.practice_id} · {self.person_id}"


class Comment(models.Model):
    """Said to whoever proposed a practice, or answered by them `to` the one who wrote: read by the two of them."""

    practice = models.ForeignKey(PracticePage, on_delete=models.CASCADE, related_name="comments")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "mot à l'auteur"
        verbose_name_plural = "mots à l'auteur"
        ordering = ["said_at", "pk"]
        indexes = [models.Index(fields=["person", "-said_at"], name="comment_of_person")]

    def __str__(self) -> str:
        return f"{self.practice_id} · {self.person_id}"

    @property
    def reader(self) -> Any:
        """Who, with the author, reads it."""
        return self.to or self.person
