"""Sessions in the publishing tools: planned here, run on the site."""

from typing import Any

from django import forms
from django.db.models.query import QuerySet
from django.http import HttpRequest
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from cms.accounts.viewsets import DayColumn, KeptDeleteView
from courses.sessions import services
from courses.sessions.forms import HalfDayForm, TrainingSessionForm
from courses.sessions.models import TrainingSession
from courses.sessions.queries.coherence import coherence


class HalfDaysPanel(InlinePanel):
    def get_form_options(self) -> dict[str, Any]:
        options: dict[str, Any] = super().get_form_options()
        options["formsets"]["half_days"]["form"] = HalfDayForm
        return options


class SessionIndexView(generic.IndexView):
    add_item_label = "Planifier une séance"
    is_searchable = True

    def get_base_queryset(self) -> QuerySet[Any]:
        return TrainingSession.objects.with_dates().select_related("course")

    def order_queryset(self, queryset: Any) -> Any:
        return super().order_queryset(queryset) if self.ordering else queryset.order_by("-first_on", "-pk")


class WarnsMixin:
    """What does not hold is told at once and refuses nothing: it may be on purpose, and the file of proof keeps it."""

    request: HttpRequest

    def warn(self, session: TrainingSession) -> None:
        saved = TrainingSession.objects.whole().get(pk=session.pk)
        for check in coherence(saved):
            messages.warning(self.request, check.text)


class SessionCreateView(WarnsMixin, generic.CreateView):
    page_title = "Planifier une séance"

    def save_instance(self) -> TrainingSession:
        session: TrainingSession = super().save_instance()
        services.keep_planning(session=session)
        self.warn(session)
        return session


class SessionEditView(WarnsMixin, generic.EditView):
    def get_object(self, queryset: QuerySet[Any] | None = None) -> TrainingSession:
        session: TrainingSession = super().get_object(queryset)
        if self.request.method == "POST":
            services.hold(session=session)
            self.before = services.programme_of(session)
        return session

    def save_instance(self) -> TrainingSession:
        session: TrainingSession = super().save_instance()
        services.keep_planning(session=session, before=self.before)
        self.warn(session)
        return session

    @property
    def header_buttons(self) -> list[Any]:
        look = HeaderButton("Voir la séance", url=self.object.get_absolute_url(), icon_name="view", priority=10)
        return [look, *super().header_buttons]


class SessionFilterSet(WagtailFilterSet):
    class Meta:
        model = TrainingSession
        fields = ["course", "mode"]


class SessionViewSet(ModelViewSet):
    model = TrainingSession
    name = "seances"
    icon = "calendar-alt"
    menu_label = "Séances"
    menu_order = 220
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = SessionIndexView
    add_view_class = SessionCreateView
    edit_view_class = SessionEditView
    delete_view_class = KeptDeleteView
    filterset_class = SessionFilterSet
    search_fields = ["title", "place"]
    list_per_page = 50
    list_display = [
        "title",
        Column("course", label="Formation", accessor="course"),
        DayColumn("first_on", label="Du", sort_key="first_on"),
        DayColumn("last_on", label="Au", sort_key="last_on"),
        Column("people", label="Sur la liste", accessor="people"),
        Column("cancelled", label="État", accessor=lambda one: "Annulée" if one.is_cancelled else ""),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("title", help_text="Celui que l'attestation citera : « Journée 1 : repères et écoute »."),
            MultiFieldPanel(
                [FieldPanel("course"), FieldPanel("step")],
                heading="Formation",
            ),
            HalfDaysPanel(
                "half_days",
                heading="Demi-journées",
                label="demi-journée",
                min_num=1,
                help_text="Chacune se signe, puis se contresigne. Signée, son jour et ses heures ne changent plus.",
                panels=[
                    FieldRowPanel([FieldPanel("on"), FieldPanel("part")]),
                    FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
                    FieldRowPanel([FieldPanel("room"), FieldPanel("trainer")]),
                ],
            ),
            FieldPanel("trainers", widget=forms.CheckboxSelectMultiple),
            MultiFieldPanel([FieldPanel("mode"), FieldPanel("place"), FieldPanel("link")], heading="Où"),
            FieldRowPanel([FieldPanel("capacity"), FieldPanel("planned_minutes")], heading="Places et durée"),
        ],
        base_form_class=TrainingSessionForm,
    )
