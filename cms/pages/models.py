"""The information base, the home page, and what the law asks for."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable, Page
from wagtail.search import index

from cms.accounts.models import Organisation
from cms.core.blocks.body import BodyBlock
from cms.core.fields import LinesField, StreamField
from cms.core.functions import Fold
from cms.core.models import BasePage
from cms.core.templatetags.socle import day
from cms.core.text import fold, slug_of
from cms.pages.enums import InformationKind
from cms.pages.querysets import GlossaryQuerySet
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import ThemedPage

LEGAL_PANELS = MultiFieldPanel([FieldPanel("legal_checked_on"), FieldPanel("review_due_on")], heading="Vérification")
REVIEW_NOTICE = timedelta(days=60)


class ReviewedPage(models.Model):
    """A page that says when it was checked against the law, and when it must be read again."""

    legal_checked_on = models.DateField(
        "vérifié le", null=True, blank=True, help_text="Dernière vérification auprès des textes en vigueur."
    )
    review_due_on = models.DateField(
        "à relire avant le",
        null=True,
        blank=True,
        help_text="Passé ce jour, la page prévient ses lecteurs. Le rapport « Pages à relire » la signale avant.",
    )

    class Meta:
        abstract = True

    @property
    def is_review_due(self) -> bool:
        return self.review_due_on is not None and self.review_due_on < timezone.localdate()


class HomePage(BasePage):
    """The front door: what the SPIE and the platform are; once signed in, where one was."""

    lead = models.TextField("chapô", blank=True, help_text="Deux ou trois phrases, lues avant de se connecter.")
    how_it_works = StreamField(BodyBlock(), verbose_name="comment ça marche", blank=True)

    view = "cms.pages.views.home"
    is_public = True
    parent_page_types = ["wagtailcore.Page"]
    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("how_it_works")]

    class Meta:
        verbose_name = "page d'accueil"


class InformationIndexPage(BasePage):
    """/socle/: the entrance of the information base."""

    lead = models.TextField("chapô", blank=True)

    view = "cms.pages.views.information_index"
    max_count = 1
    parent_page_types = ["pages.HomePage"]
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = "socle d'information"


class InformationSectionPage(BasePage):
    """A shelf of the information base."""

    lead = models.TextField("chapô", blank=True)

    view = "cms.pages.views.information_section"
    parent_page_types = ["pages.InformationIndexPage"]
    subpage_types = ["pages.InformationPage"]
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = "rubrique du socle"
        verbose_name_plural = "rubriques du socle"


class PathwayStep(models.Model):
    """One of the steps of the RSA path."""

    code = models.CharField("code", max_length=20, unique=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)
    title = models.CharField("intitulé", max_length=200)
    is_example = models.BooleanField(
        "exemple", default=False, help_text="Affiché comme exemple, en attendant les libellés du Département."
    )
    professional_role = models.TextField("en bref", blank=True)
    person = models.TextField("ce que vit la personne", blank=True)
    professional = LinesField(verbose_name="ce que fait le professionnel", help_text="Une phrase par ligne.")
    deadlines = LinesField(verbose_name="délais", help_text="Une phrase par ligne.")
    pitfalls = LinesField(verbose_name="pièges", help_text="Une phrase par ligne.")

    class Meta:
        verbose_name = "étape du parcours RSA"
        verbose_name_plural = "étapes du parcours RSA"
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.title


class InformationPage(ReviewedPage, ThemedPage):  # type: ignore[django-manager-missing]  # noqa: DJ008
    """One answer: the essential first, its sources, who answers for it, when it was checked."""

    summary = models.TextField(
        "l'essentiel", max_length=500, help_text="La réponse en une ou deux phrases : elle est lue en premier."
    )
    kind = models.CharField("nature", max_length=20, choices=InformationKind, default=InformationKind.REFERENCE)
    body = StreamField(BodyBlock(), verbose_name="contenu", blank=True)
    owner_organisation = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="structure responsable",
        help_text="Elle répond du contenu et le tient à jour.",
    )
    pathway_steps = ParentalManyToManyField(PathwayStep, blank=True, verbose_name="étapes du parcours RSA")
    is_public = models.BooleanField(  # type: ignore[assignment]
        "visible sans connexion", default=False, help_text="Sinon, il faut un compte pour la lire."
    )

    search_fields = [*Page.search_fields, index.SearchField("summary", boost=2), index.SearchField("body")]
    rendered_fields = ("body",)
    view = "cms.pages.views.information"
    evidence_kind = EvidenceKind.INFORMED
    search_kind = "Page d'information"
    parent_page_types = ["pages.InformationSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = "page d'information"
        verbose_name_plural = "pages d'information"

    @property
    def listing_note(self) -> str:
        kind = self.get_kind_display()
        if not self.legal_checked_on:
            return kind
        return f"{kind}, droit vérifié le {day(self.legal_checked_on)}."


class InformationSource(Orderable):
    page = ParentalKey(InformationPage, on_delete=models.CASCADE, related_name="sources")
    label = models.CharField("source", max_length=300)
    url = models.URLField("adresse", blank=True, max_length=500, help_text="Vide pour un document sans adresse.")

    def __str__(self) -> str:
        return self.label


InformationPage.content_panels = [
    *Page.content_panels,
    FieldPanel("summary"),
    FieldPanel("kind"),
    FieldPanel("body"),
    InlinePanel("sources", heading="Sources", label="source"),
    *ThemedPage.theme_panels,
    FieldPanel("pathway_steps"),
    FieldPanel("owner_organisation"),
    LEGAL_PANELS,
    FieldPanel("is_public"),
]


class GlossaryTerm(index.Indexed, models.Model):
    term = models.CharField("terme", max_length=100, unique=True, help_text="Le sigle ou le mot, comme on l'entend.")
    expansion = models.CharField("en toutes lettres", max_length=255, blank=True, help_text="Pour un sigle.")
    definition = models.TextField("définition")

    search_fields = [
        index.SearchField("term", boost=5),
        index.SearchField("expansion", boost=2),
        index.SearchField("definition"),
    ]
    objects = GlossaryQuerySet.as_manager()  # type: ignore[django-manager-missing]

    class Meta:
        verbose_name = "terme du glossaire"
        verbose_name_plural = "glossaire"
        ordering = [Fold("term")]

    def __str__(self) -> str:
        return self.term

    @property
    def letter(self) -> str:
        """Where it stands in the alphabet; "#" for what begins with no letter."""
        first = fold(self.term)[:1].upper()
        return first if first.isalpha() else "#"

    @property
    def anchor(self) -> str:
        return f"terme-{slug_of(self.term)}"


class GlossaryPage(BasePage):
    view = "cms.pages.views.glossary"
    max_count = 1
    parent_page_types = ["pages.InformationIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = "glossaire"


class DirectoryPage(BasePage):
    view = "cms.pages.views.directory"
    max_count = 1
    parent_page_types = ["pages.InformationIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = "annuaire"


class PathwayPage(BasePage):
    view = "cms.pages.views.pathway"
    max_count = 1
    parent_page_types = ["pages.InformationIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = "parcours RSA"


class LegalPage(ReviewedPage, BasePage):  # type: ignore[django-manager-missing]  # noqa: DJ008
    """Mentions légales, données personnelles, déclaration d'accessibilité."""

    body = StreamField(BodyBlock(), verbose_name="contenu", blank=True)

    rendered_fields = ("body",)
    view = "cms.pages.views.legal"
    is_public = True
    search_kind = "Page légale"
    search_fields = [*Page.search_fields, index.SearchField("body")]
    parent_page_types = ["pages.HomePage"]
    subpage_types: list[str] = []
    content_panels = [*Page.content_panels, FieldPanel("body"), LEGAL_PANELS]

    class Meta:
        verbose_name = "page légale"
        verbose_name_plural = "pages légales"
