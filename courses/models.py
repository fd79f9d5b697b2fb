"""Courses are Wagtail pages; what people do in them is rows."""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.models import Orderable, Page, PageManager
from wagtail.search import index

from cms.accounts.enums import Job
from cms.accounts.models import Organisation
from cms.core.fields import ChoicesField, LinesField, StreamField
from cms.core.models import BasePage
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import ThemedPage
from courses.activities import Activity, rule_of
from courses.blocks import LessonBlock, QuestionsBlock
from courses.enums import ClosingReason, CourseFormat, EnrolmentSource, Status, StepKind, StepStatus
from courses.h5p.engine.results import Grading, Policy, default_policy
from courses.progress import StepFacts, is_numbered
from courses.querysets import AttemptQuerySet, CourseQuerySet, EnrolmentQuerySet

# Names under /formations/ that lead to actions, not pages.
RESERVED_SLUGS = {"inscription", "etape", "seances"}


class CatalogueIndexPage(BasePage):
    """/formations/: every course, and where I stand in each."""

    lead = models.TextField("chapô", blank=True)

    view = "courses.views.catalogue"
    max_count = 1
    parent_page_types = ["pages.HomePage"]
    subpage_types = ["courses.CoursePage"]
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = "catalogue des formations"


class CoursePage(ThemedPage):
    """A course, with what the law asks to say of it before anyone enrols (Code du travail, D6313-3-1)."""

    code = models.CharField(
        "code",
        max_length=30,
        unique=True,
        null=True,
        blank=True,
        help_text="Court et stable : il sert aux imports et aux exports. Laissez vide si vous n'en avez pas l'usage.",
    )
    summary = models.TextField("présentation", blank=True, help_text="Deux phrases, montrées dans le catalogue.")
    objectives = LinesField(
        verbose_name="objectifs", blank=False, help_text="Un par ligne : ce que la personne saura faire."
    )
    audience = ChoicesField(
        models.CharField(max_length=40, choices=Job), verbose_name="public", help_text="À qui la formation s'adresse."
    )
    format = models.CharField("modalité", max_length=20, choices=CourseFormat, default=CourseFormat.ELEARNING)
    assessment = models.TextField("évaluation", help_text="Comment les acquis sont évalués, et ce qui valide.")
    help_contact = models.TextField(
        "aide et contact", help_text="Qui répond, par quel moyen, dans quel délai. Obligatoire pour la distance."
    )
    disability_access = models.TextField(
        "accessibilité et handicap", help_text="Ce qui est prévu, et à qui demander un aménagement."
    )

    objects = PageManager.from_queryset(CourseQuerySet)()

    view = "courses.views.course"
    exclude_fields_in_copy = ["code"]
    evidence_kind = EvidenceKind.TRAINED
    search_kind = "Formation"
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary", boost=2),
        index.SearchField("objectives"),
    ]
    parent_page_types = ["courses.CatalogueIndexPage"]
    subpage_types = ["courses.ModulePage"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldPanel("objectives", required_on_save=False),
                FieldPanel("audience", required_on_save=False),
                FieldPanel("format"),
                FieldPanel("assessment"),
                FieldPanel("help_contact"),
                FieldPanel("disability_access"),
            ],
            heading="Fiche : ce que la loi demande de dire avant l'inscription",
        ),
        InlinePanel(
            "prerequisites",
            heading="Prérequis",
            label="formation à avoir terminée",
            help_text="L'inscription est refusée à qui ne les a pas terminées.",
        ),
        *ThemedPage.theme_panels,
        FieldPanel("code"),
    ]

    class Meta:
        verbose_name = "formation"
        verbose_name_plural = "formations"

    @property
    def listing_note(self) -> str:
        return self.get_format_display()

    def clean(self) -> None:
        super().clean()
        if self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": "Cette adresse est réservée au site. Choisissez-en une autre."})


class Prerequisite(Orderable):
    page = ParentalKey(CoursePage, on_delete=models.CASCADE, related_name="prerequisites")
    course = models.ForeignKey(
        CoursePage, on_delete=models.PROTECT, related_name="required_by", verbose_name="formation"
    )

    panels = [PageChooserPanel("course", "courses.CoursePage")]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["page", "course"], name="prerequisite_once")]

    def __str__(self) -> str:
        return self.course.title


class ModulePage(BasePage):
    """A chapter of a course: it groups steps and shows nothing of its own."""

    view = "courses.views.module"
    preview_modes: list[tuple[str, str]] = []
    parent_page_types = ["courses.CoursePage"]

    class Meta:
        verbose_name = "module"

    @property
    def anchor(self) -> str:
        """Its place in the page of the course."""
        return f"module-{self.pk}"


class StepPage(BasePage):
    """Anything a learner can complete. Rooms above add kinds by deriving from this and giving `step_kind`."""

    step_key = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    is_required = models.BooleanField(
        "obligatoire",
        default=True,
        help_text="Une étape obligatoire ajoutée ou retirée fait une nouvelle version : elle vaut pour les prochaines "
        "inscriptions. Qui a terminé reste à 100 %.",
    )
    est_minutes = models.PositiveSmallIntegerField(
        "durée moyenne (minutes)",
        default=15,
        validators=[MinValueValidator(1, "Comptez au moins une minute.")],
        help_text="Ce que met la plupart des gens. La durée de la formation est la somme de ses étapes.",
    )

    step_kind: str
    exclude_fields_in_copy = ["step_key"]
    parent_page_types = ["courses.ModulePage"]
    subpage_types: list[str] = []

    class Meta:
        abstract = True

    @property
    def completion_rule(self) -> dict[str, Any]:
        """What completes this step, as stored in the manifest: `rule`, and `pass_mark` (percent) if it has one."""
        raise TypeError(f"{type(self).__name__} must say what completes it")

    def with_content_json(self, content: dict[str, Any]) -> Any:
        """A revision says what the page tells, never which step it is: a copy brings its origin's revisions."""
        page = super().with_content_json(content)
        page.step_key = self.step_key
        return page

    step_panels = [MultiFieldPanel([FieldPanel("is_required"), FieldPanel("est_minutes")], heading="Étape")]


class LessonPage(StepPage):
    """Read, then confirmed by "J'ai terminé cette leçon"; or done with its required activities, if it has some."""

    objective = models.CharField(
        "objectif", max_length=255, help_text="Ce que la personne saura faire, en commençant par un verbe."
    )
    body = StreamField(LessonBlock(), verbose_name="contenu")

    rendered_fields = ("body",)
    view = "courses.views.lesson"
    step_kind = StepKind.LESSON
    search_kind = "Leçon"
    search_floors = 2
    search_fields = [*Page.search_fields, index.SearchField("objective", boost=2), index.SearchField("body")]
    content_panels = [
        *Page.content_panels,
        FieldPanel("objective"),
        *StepPage.step_panels,
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = "leçon"

    @property
    def completion_rule(self) -> dict[str, Any]:
        return rule_of(self.activities)

    @property
    def activities(self) -> list[Activity]:
        """Those of the body, in order; a content deleted meanwhile is none."""
        shown = [block for block in self.body if block.block_type == "interactive" and block.value["content"]]
        return [_activity(block.id, block.value) for block in shown]


def _activity(key: str, value: Any) -> Activity:
    content = value["content"]
    return Activity(
        key=key,
        content=content.pk,
        is_required=value["is_required"],
        policy=Policy(value["policy"]) if value["policy"] else default_policy(content.current.main_library.name),
        grading=Grading(value["grading"]),
        pass_mark=value["pass_mark"],
    )


class QuizPage(StepPage):
    """Questions graded on the server; as many attempts as one wants, all kept."""

    introduction = models.TextField("introduction", blank=True)
    pass_mark = models.PositiveSmallIntegerField(
        "seuil pour valider (%)",
        default=70,
        validators=[
            MinValueValidator(1, "Le seuil est un pourcentage, de 1 à 100."),
            MaxValueValidator(100, "Le seuil est un pourcentage, de 1 à 100."),
        ],
        help_text="Le changer fait une nouvelle version : les inscriptions en cours gardent l'ancien seuil.",
    )
    is_shuffled = models.BooleanField(
        "mélanger les réponses", default=True, help_text="« Vrai » reste toujours avant « Faux »."
    )
    questions = StreamField(QuestionsBlock(), verbose_name="questions")

    view = "courses.views.quiz_page"
    step_kind = StepKind.QUIZ
    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        *StepPage.step_panels,
        MultiFieldPanel([FieldPanel("pass_mark"), FieldPanel("is_shuffled")], heading="Validation"),
        FieldPanel("questions"),
    ]

    class Meta:
        verbose_name = "quiz"
        verbose_name_plural = "quiz"
        constraints = [
            models.CheckConstraint(
                condition=Q(pass_mark__gte=1) & Q(pass_mark__lte=100),
                name="quiz_pass_mark_percent",
                violation_error_message="Le seuil est un pourcentage, de 1 à 100.",
            )
        ]

    @property
    def completion_rule(self) -> dict[str, Any]:
        return {"rule": "passed", "pass_mark": self.pass_mark}


class CourseVersion(models.Model):
    """What a course asked for on the day it was published.

    `manifest`: ordered list of steps `{step_key, kind, title, is_required, rule, pass_mark, est_minutes, module,
    module_id, page_id, path, revision, is_withdrawn, withdrawn}`, and `activities` (`courses.activities.Activity`) when
    it has some; `withdrawn` lists the spans `[from, to or null]` during which the step was out of reach. The hash
    covers what is asked, in order (key, kind, required, rule, pass mark, activities) and nothing that is only shown:
    labels and addresses are brought up to date in place, so a typo makes no version.
    """

    # Goes with a course nobody ever followed; an enrolment protects both.
    course = models.ForeignKey(CoursePage, on_delete=models.CASCADE, related_name="versions", verbose_name="formation")
    number = models.PositiveIntegerField("numéro")
    manifest = models.JSONField()
    manifest_hash = models.CharField(max_length=64)
    note = models.CharField("note", max_length=255, blank=True)
    published_at = models.DateTimeField("publiée le", default=timezone.now)

    class Meta:
        verbose_name = "version"
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="version_number_unique")]
        ordering = ["course", "-number"]

    def __str__(self) -> str:
        return f"{self.course}, version {self.number}"

    def step(self, step_key: uuid.UUID | str) -> dict[str, Any] | None:
        """The step of this version with that key, or None."""
        return next((step for step in self.manifest if step["step_key"] == str(step_key)), None)


class Enrolment(models.Model):
    """One person in one course, once: retaking it is a new enrolment with `cycle + 1`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments", verbose_name="personne"
    )
    course = models.ForeignKey(
        CoursePage, on_delete=models.PROTECT, related_name="enrolments", verbose_name="formation"
    )
    cycle = models.PositiveSmallIntegerField("cycle", default=1)
    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="enrolments")
    organisation_at_start = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="structure au début"
    )
    source = models.CharField("inscrit par", max_length=20, choices=EnrolmentSource, default=EnrolmentSource.SELF)
    enrolled_at = models.DateTimeField("inscrit le", default=timezone.now)
    due_on = models.DateField("à terminer avant le", null=True, blank=True)
    closed_at = models.DateTimeField("clos le", null=True, blank=True)
    closing_reason = models.CharField("motif de clôture", max_length=20, choices=ClosingReason, blank=True)

    # Read by `with_steps()`.
    steps: list[dict[str, Any]]
    course_title: str

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription"
        constraints = [
            models.UniqueConstraint(fields=["person", "course", "cycle"], name="enrolment_cycle_unique"),
            models.UniqueConstraint(
                fields=["person", "course"], condition=Q(closed_at=None), name="enrolment_one_open"
            ),
            models.CheckConstraint(condition=Q(cycle__gte=1), name="enrolment_cycle_from_one"),
        ]
        indexes = [models.Index(fields=["course", "person"], name="enrolment_of_course")]

    def __str__(self) -> str:
        return f"{self.person} · {self.course}"

    @property
    def is_numbered(self) -> bool:
        return is_numbered(self.cycle, is_closed=self.closed_at is not None)

    @property
    def is_late(self) -> bool:
        return self.due_on is not None and self.due_on < timezone.localdate() and self.state.completed_at is None


class Attempt(models.Model):
    """One finished attempt at one step. Append-only: nothing ever changes or deletes it.

    `score` and `max_score` are points, null when the step is not scored; `snapshot` freezes the questions as
    shown and the answers given; `revision` is the Wagtail revision that was live. With `sets_score` the step has this
    score from then on, rather than the best of all.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attempts")
    step_key = models.UUIDField()
    idempotency_key = models.CharField(max_length=64, unique=True)
    score = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    max_score = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    passed = models.BooleanField()
    sets_score = models.BooleanField(default=False, db_default=False)
    started_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(default=timezone.now)
    revision = models.BigIntegerField(null=True)
    snapshot = models.JSONField(default=dict)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = "tentative"
        indexes = [models.Index(fields=["enrolment", "step_key", "submitted_at"], name="attempt_history")]
        constraints = [
            models.CheckConstraint(
                condition=(Q(score=None) & Q(max_score=None))
                | (Q(score__gte=0) & Q(max_score__gt=0) & Q(score__lte=F("max_score"))),
                name="attempt_score_in_range",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.step_key}"

    @property
    def percent(self) -> int | None:
        """The score, rounded down; None when the step is not scored."""
        return None if self.score is None or self.max_score is None else int(self.score * 100 // self.max_score)


class AttemptDraft(models.Model):
    """A quiz under way. Gone once submitted.

    `questions` freezes them as first shown: `{seed, items}`, right answers included, never sent to a page;
    `answers` maps the id of a question to those of the answers chosen.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="drafts")
    step_key = models.UUIDField()
    idempotency_key = models.UUIDField(default=uuid.uuid4)
    questions = models.JSONField()
    answers = models.JSONField(default=dict)
    revision = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = "tentative en cours"
        constraints = [models.UniqueConstraint(fields=["enrolment", "step_key"], name="draft_one_per_step")]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.step_key}"

    @property
    def items(self) -> list[dict[str, Any]]:
        """The frozen questions, in order."""
        return self.questions["items"]


class StepState(models.Model):
    """Where one step of one enrolment stands, computed from its attempts.

    `best_score` is a percent: the best, or the last of those that set it (`Attempt.sets_score`).
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="step_states")
    step_key = models.UUIDField()
    status = models.CharField(max_length=20, choices=StepStatus)
    best_score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    attempts_count = models.PositiveIntegerField(default=0)
    first_completed_at = models.DateTimeField(null=True)
    last_attempt_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "état d'une étape"
        constraints = [models.UniqueConstraint(fields=["enrolment", "step_key"], name="step_state_once")]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.step_key} · {self.status}"

    @property
    def facts(self) -> StepFacts:
        return StepFacts(
            step_key=str(self.step_key),
            status=self.status,
            best_score=None if self.best_score is None else float(self.best_score),
            first_completed_at=self.first_completed_at,
            last_attempt_at=self.last_attempt_at,
        )


class EnrolmentState(models.Model):
    """What `progress_of` says of an enrolment, stored in the transaction that records the fact."""

    enrolment = models.OneToOneField(Enrolment, primary_key=True, on_delete=models.PROTECT, related_name="state")
    required = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveSmallIntegerField(default=0)
    percent = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=20, choices=Status, default=Status.NOT_STARTED)
    last_activity_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    last_step_key = models.UUIDField(null=True)  # where the reader was, to resume there

    class Meta:
        verbose_name = "état d'une inscription"
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="state_percent_of_hundred"),
            models.CheckConstraint(
                condition=~Q(status=Status.COMPLETED) | (Q(percent=100) & Q(completed_at__isnull=False)),
                name="state_completed_is_hundred",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "enrolment"], name="state_by_status"),
            models.Index(fields=["completed_at"], condition=~Q(completed_at=None), name="state_by_completion"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.percent} %"
