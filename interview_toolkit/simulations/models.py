"""Simulations are Wagtail pages; what people play of them is rows, pinned to what was published then."""

import uuid
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, PageChooserPanel
from wagtail.models import GroupApprovalTask, Page, TaskState
from wagtail.search import index

from cms.core.fields import StreamField
from cms.core.models import BasePage
from cms.pages.models import PathwayStep
from cms.roadmap.models import ThemedPage
from courses.models import StepPage
from interview_toolkit.simulations.blocks import MomentsBlock, graph_from
from interview_toolkit.simulations.checks import problems_of
from interview_toolkit.simulations.enums import FeedbackTime, Outcome
from interview_toolkit.simulations.graph import Graph, read
from interview_toolkit.simulations.panels import MapPanel, ProblemsPanel
from interview_toolkit.simulations.querysets import PlayQuerySet
from interview_toolkit.techniques.models import CODE, techniques_by_code

RULE = "scenario"
WORKFLOW = "Relecture des simulations"
FICTION = (
    "Tout est fiction : ni nom, ni situation d'une personne réelle. Les boucles sont permises : une maladresse se "
    "répare. Il n'y a ni note ni bonne réponse."
)


class ScenarioIndexPage(BasePage):
    lead = models.TextField("chapô", blank=True)

    view = "interview_toolkit.simulations.views.scenarios"
    max_count = 1
    parent_page_types = ["techniques.ToolkitIndexPage"]
    subpage_types = ["simulations.ScenarioPage"]
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = "liste des simulations"

    @property
    def listing_note(self) -> str:
        return self.lead


class ScenarioPage(ThemedPage):
    """An interview one can replay. What is played is its latest version (`ScenarioVersion`), made when published."""

    code = models.CharField(
        "code",
        max_length=40,
        unique=True,
        null=True,
        blank=True,
        validators=[CODE],
        help_text="Court et stable : il sert aux fichiers. Laissez vide si vous n'en avez pas l'usage.",
    )
    summary = models.TextField("présentation", help_text="Deux phrases : qui, où, à quel moment de son parcours.")
    person_name = models.CharField(
        "nom de la personne", max_length=60, default="La personne", help_text="Fictif : « Mme L. »."
    )
    learner_role = models.CharField("rôle joué", max_length=120, default="Référent de parcours")
    pathway_step = models.ForeignKey(
        PathwayStep,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="étape du parcours RSA",
    )
    est_minutes = models.PositiveSmallIntegerField(
        "durée moyenne (minutes)",
        default=20,
        validators=[MinValueValidator(1, "Comptez au moins une minute."), MaxValueValidator(240)],
    )
    feedback_time = models.CharField("effets montrés", max_length=10, choices=FeedbackTime, default=FeedbackTime.END)
    start = models.CharField("commence par", max_length=40, blank=True, help_text="Le repère du premier moment.")
    nodes = StreamField(MomentsBlock(), verbose_name="moments", blank=True)

    view = "interview_toolkit.simulations.views.scenario"
    exclude_fields_in_copy = ["code"]
    search_kind = "Simulation d'entretien"
    search_fields = [*Page.search_fields, index.SearchField("summary", boost=2)]
    parent_page_types = ["simulations.ScenarioIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        ProblemsPanel(heading="À corriger avant de publier"),
        *Page.content_panels,
        HelpPanel(content=f"<p>{FICTION}</p>"),
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldPanel("person_name"),
                FieldPanel("learner_role"),
                FieldPanel("est_minutes"),
                FieldPanel("feedback_time"),
            ],
            heading="Cadre",
        ),
        FieldPanel("start"),
        FieldPanel("nodes"),
        MapPanel(heading="Carte"),
        *ThemedPage.theme_panels,
        FieldPanel("pathway_step"),
        FieldPanel("code"),
    ]

    class Meta:
        verbose_name = "simulation d'entretien"
        verbose_name_plural = "simulations d'entretien"

    @property
    def listing_note(self) -> str:
        return self.summary

    @cached_property
    def graph(self) -> Graph:
        """What is written now, published or not."""
        return graph_from(self.start, self.nodes)


class ScenarioReview(GroupApprovalTask):
    """Someone of a group rereads it. What cannot be played to an end is not approved: its points are shown."""

    class Meta:
        verbose_name = "relecture d'une simulation"
        verbose_name_plural = "relectures de simulations"

    def on_action(self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any) -> str | None:
        """Return where the points to correct are, when approval is refused; nothing is done then."""
        if action_name == "approve":
            page = task_state.revision.as_object()
            if isinstance(page, ScenarioPage) and problems_of(page.graph, techniques=techniques_by_code()):
                return reverse("wagtailadmin_pages:edit", args=[page.pk])
        return super().on_action(task_state, user, action_name, **kwargs)


class ScenarioVersion(models.Model):  # type: ignore[django-manager-missing]
    """A simulation as it was published one day: `graph` as `simulations.graph.stored` writes it. Never changed.

    `shape` (`simulations.graph.shape_of`) is that of the versions whose figures are read together.
    """

    # Goes with a simulation nobody ever played; a play protects both.
    scenario = models.ForeignKey(ScenarioPage, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("numéro")
    graph = models.JSONField()
    shape = models.CharField(max_length=64, editable=False, default="")
    published_at = models.DateTimeField("publiée le", default=timezone.now)

    class Meta:
        verbose_name = "version d'une simulation"
        ordering = ["scenario", "-number"]
        constraints = [models.UniqueConstraint(fields=["scenario", "number"], name="scenario_version_number")]

    def __str__(self) -> str:
        return f"{self.scenario}, version {self.number}"

    @cached_property
    def moments(self) -> Graph:
        return read(self.graph)


class Play(models.Model):  # type: ignore[django-manager-missing]
    """One person's way through one version. It is over when `finished_at` is set; `left_at`: another was begun instead.

    `branched_from`: the play whose turns before `branched_at` this one repeats (they are its own rows too).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    scenario = models.ForeignKey(ScenarioPage, on_delete=models.PROTECT, related_name="plays")
    version = models.ForeignKey(ScenarioVersion, on_delete=models.PROTECT, related_name="plays")
    seed = models.PositiveIntegerField()
    started_at = models.DateTimeField("commencée le", default=timezone.now)
    finished_at = models.DateTimeField("terminée le", null=True)
    left_at = models.DateTimeField("quittée le", null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    branched_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="branches")
    branched_at = models.PositiveSmallIntegerField(null=True)

    objects = PlayQuerySet.as_manager()  # type: ignore[django-manager-missing]

    class Meta:
        verbose_name = "simulation jouée"
        verbose_name_plural = "simulations jouées"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "scenario"],
                condition=Q(finished_at=None, left_at=None),
                name="play_one_under_way",
            ),
            models.CheckConstraint(condition=Q(finished_at=None) ^ ~Q(outcome=""), name="play_finished_has_outcome"),
        ]
        indexes = [models.Index(fields=["scenario", "person"], name="play_of_scenario")]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.scenario_id}"

    def get_absolute_url(self) -> str:
        return reverse("simulation", args=[self.public_id])

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None

    @property
    def is_left(self) -> bool:
        return self.left_at is not None

    @property
    def outcome_word(self) -> str:
        return Outcome(self.outcome).word if self.outcome else ""


class PlayTurn(models.Model):
    """One choice: at this turn, at this moment, the option of this place (as written, from 0)."""

    play = models.ForeignKey(Play, on_delete=models.PROTECT, related_name="turns")
    number = models.PositiveSmallIntegerField()
    node = models.CharField(max_length=40)
    choice = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "tour"
        ordering = ["play", "number"]
        constraints = [models.UniqueConstraint(fields=["play", "number"], name="turn_once")]

    def __str__(self) -> str:
        return f"{self.number} : {self.node}.{self.choice}"


class ScenarioStepPage(StepPage):
    """A simulation in a course: played to an end, or to a certain one."""

    introduction = models.TextField("consigne", blank=True)
    scenario = models.ForeignKey(
        ScenarioPage, on_delete=models.PROTECT, related_name="steps", verbose_name="simulation"
    )
    outcome = models.CharField(
        "jusqu'à",
        max_length=10,
        choices=Outcome,
        blank=True,
        help_text="Vide : n'importe quelle fin convient. Une fin demandée peut être rejouée autant qu'on veut.",
    )

    view = "interview_toolkit.simulations.views.step"
    step_kind = RULE
    content_panels = [
        *Page.content_panels,
        *StepPage.step_panels,
        PageChooserPanel("scenario", "simulations.ScenarioPage"),
        FieldPanel("outcome"),
        FieldPanel("introduction"),
    ]

    class Meta:
        verbose_name = "étape de simulation"
        verbose_name_plural = "étapes de simulation"

    @property
    def completion_rule(self) -> dict[str, Any]:
        return {"rule": RULE, "scenario": self.scenario_id, "outcome": self.outcome}
