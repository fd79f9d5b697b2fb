"""Screens of the admin about the information base, and its report."""

from typing import Any

import django_filters
from django.db.models.query import QuerySet
from django.utils import timezone
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.permissions import page_permission_policy
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet, SnippetViewSetGroup

from cms.core.templatetags.socle import day
from cms.pages.enums import InformationKind
from cms.pages.models import REVIEW_NOTICE, GlossaryTerm, InformationPage, PathwayStep


class GlossaryIndexView(IndexView):
    add_item_label = "Ajouter un terme"


class GlossaryTermViewSet(SnippetViewSet):
    model = GlossaryTerm
    index_view_class = GlossaryIndexView
    icon = "openquote"
    menu_label = "Glossaire"
    copy_view_enabled = False
    list_per_page = 50
    list_display = ["term", "expansion"]
    edit_handler = ObjectList(
        [
            FieldPanel("term"),
            FieldPanel("expansion"),
            FieldPanel("definition", help_text="Une ou deux phrases, sans autre sigle."),
        ]
    )


class PathwayIndexView(IndexView):
    add_item_label = "Ajouter une étape"


class PathwayStepViewSet(SnippetViewSet):
    model = PathwayStep
    index_view_class = PathwayIndexView
    icon = "list-ol"
    menu_label = "Parcours RSA"
    copy_view_enabled = False
    list_display = ["title", "code", Column("order", label="Ordre"), BooleanColumn("is_example", label="Exemple")]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("code"), FieldPanel("order")], heading="Place"),
            FieldPanel("title"),
            FieldPanel("is_example"),
            FieldPanel("professional_role", help_text="Une phrase."),
            FieldPanel("person", help_text="À la première personne, comme elle le dirait."),
            MultiFieldPanel(
                [FieldPanel("professional"), FieldPanel("deadlines"), FieldPanel("pitfalls")], heading="En pratique"
            ),
        ]
    )


class InformationGroup(SnippetViewSetGroup):
    menu_label = "Socle"
    menu_icon = "openquote"
    menu_order = 220
    items = (GlossaryTermViewSet, PathwayStepViewSet)


class ReviewFilterSet(WagtailFilterSet):
    is_overdue = django_filters.BooleanFilter(label="Date passée", method="filter_overdue")
    kind = django_filters.ChoiceFilter(label="Nature", choices=InformationKind.choices)

    class Meta:
        model = InformationPage
        fields = ["is_overdue", "kind", "owner_organisation"]

    def filter_overdue(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        today = timezone.localdate()
        return queryset.filter(review_due_on__lt=today) if value else queryset.filter(review_due_on__gte=today)


class PagesToReviewView(ReportView):
    """Live information pages whose review is due, or will be within `REVIEW_NOTICE`."""

    index_url_name = "pages_to_review"
    index_results_url_name = "pages_to_review_results"
    results_template_name = "wagtailadmin/reports/base_report_results.html"
    page_title = "Pages à relire"
    header_icon = "time"
    filterset_class = ReviewFilterSet
    permission_policy = page_permission_policy
    any_permission_required = ["add", "change", "publish"]
    columns = [
        TitleColumn("title", label="Page", url_name="wagtailadmin_pages:edit"),
        Column("kind", label="Nature", accessor="get_kind_display"),
        Column("owner_organisation", label="Structure responsable", accessor="owner_organisation"),
        Column("legal_checked_on", label="Vérifiée le", accessor=lambda page: day(page.legal_checked_on)),
        Column("review_due_on", label="À relire avant le", accessor=lambda page: day(page.review_due_on)),
        Column("state", label="État", accessor=lambda page: "Date passée" if page.is_review_due else "Bientôt"),
    ]
    list_export = ["title", "kind", "owner_organisation", "legal_checked_on", "review_due_on"]
    export_headings = {
        "title": "Page",
        "kind": "Nature",
        "owner_organisation": "Structure responsable",
        "legal_checked_on": "Vérifiée le",
        "review_due_on": "À relire avant le",
    }

    def get_queryset(self) -> QuerySet[Any]:
        return (
            InformationPage.objects.live()
            .filter(review_due_on__lte=timezone.localdate() + REVIEW_NOTICE)
            .select_related("owner_organisation")
            .defer("body")
            .order_by("review_due_on", "path")
        )
