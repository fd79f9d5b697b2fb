"""Screens of the admin about the roadmap."""

import base64
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.db.models.query import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from cms.accounts.viewsets import KeptDeleteView
from cms.core.templatetags.socle import day
from cms.roadmap.forms import ConfirmForm, ThemeFileForm
from cms.roadmap.models import Objective, Roadmap, Theme
from cms.roadmap.services import NoCurrentRoadmap, import_themes
from cms.roadmap.theme_file import UnreadableThemeFile


class RoadmapIndexView(generic.IndexView):
    add_item_label = "Ajouter une feuille de route"


class RoadmapViewSet(ModelViewSet):
    model = Roadmap
    index_view_class = RoadmapIndexView
    name = "roadmaps"
    icon = "clipboard-list"
    menu_label = "Versions"
    add_to_reference_index = False
    copy_view_enabled = False
    delete_view_class = KeptDeleteView
    ordering = ["-starts_on"]
    list_display = [
        "title",
        Column("starts_on", label="À partir du", accessor=lambda roadmap: day(roadmap.starts_on), sort_key="starts_on"),
        Column("ends_on", label="Jusqu'au", accessor=lambda roadmap: day(roadmap.ends_on), sort_key="ends_on"),
        BooleanColumn("is_current", label="En vigueur"),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("title"),
            FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")], heading="Période"),
            FieldPanel(
                "is_current",
                help_text="Une seule l'est : décochez d'abord la précédente. Le site montre celle-ci, "
                "et garde les autres comme versions passées.",
            ),
        ]
    )


class ObjectiveFilterSet(WagtailFilterSet):
    class Meta:
        model = Objective
        fields = ["roadmap"]


class ObjectiveIndexView(generic.IndexView):
    add_item_label = "Ajouter un objectif"


class ObjectiveViewSet(ModelViewSet):
    model = Objective
    index_view_class = ObjectiveIndexView
    name = "objectives"
    icon = "list-ol"
    menu_label = "Objectifs"
    add_to_reference_index = False
    copy_view_enabled = False
    delete_view_class = KeptDeleteView
    filterset_class = ObjectiveFilterSet
    ordering = ["-roadmap__is_current", "order", "code"]
    list_display = ["title", "code", Column("roadmap", label="Feuille de route", accessor="roadmap"), "order"]
    edit_handler = ObjectList(
        [
            FieldPanel("roadmap"),
            FieldRowPanel(
                [FieldPanel("code", help_text="Cité par le fichier d'import des thèmes."), FieldPanel("order")],
                heading="Place",
            ),
            FieldPanel("title"),
            FieldPanel("description"),
        ]
    )


class ThemeIndexView(generic.IndexView):
    add_item_label = "Ajouter un thème"

    def get_base_queryset(self) -> QuerySet[Any]:
        themes = Theme.objects.select_related("objective", "roadmap")
        return themes.annotate(pages=Count("page_links")).order_by("-roadmap__is_current", "objective__order", "order")


class ThemeFilterSet(WagtailFilterSet):
    class Meta:
        model = Theme
        fields = ["roadmap", "objective", "tint", "is_example"]


class ThemeViewSet(ModelViewSet):
    model = Theme
    name = "themes"
    icon = "tag"
    menu_label = "Thèmes"
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = ThemeIndexView
    delete_view_class = KeptDeleteView
    filterset_class = ThemeFilterSet
    search_fields = ["code", "title", "description"]
    list_per_page = 50
    list_display = [
        "title",
        Column("code", label="Code", sort_key="code"),
        Column("objective", label="Objectif", accessor="objective"),
        Column("pages", label="Pages liées", accessor="pages"),
        BooleanColumn("is_example", label="Exemple"),
    ]
    list_export = ["code", "objective", "title", "description", "order", "is_example", "pages"]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("roadmap"), FieldPanel("objective")], heading="Place"),
            FieldRowPanel(
                [
                    FieldPanel("code", help_text="Il est dans l'adresse de la page du thème, et l'import s'y fie."),
                    FieldPanel("order"),
                ],
                heading="Code et ordre",
            ),
            FieldPanel("title"),
            FieldPanel("description", help_text="Une phrase : ce que ce thème cherche à obtenir."),
            FieldPanel("is_example"),
            MultiFieldPanel(
                [FieldPanel("introduction"), FieldPanel("good_practices"), FieldPanel("questions")],
                heading="Page du thème",
            ),
            FieldRowPanel([FieldPanel("tint"), FieldPanel("pictogram")], heading="Famille"),
        ]
    )


class ImportThemesView(View):
    """A file, then what it would do, then the import: nothing is written before the second click."""

    template_name = "roadmap/admin/import_themes.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_import(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._render(request, form=ThemeFileForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        if "content" in request.POST:
            return self._confirm(request)
        form = ThemeFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._render(request, form=form)
        content = form.cleaned_data["file"].read()
        try:
            result = import_themes(content=content, is_dry_run=True)
        except (UnreadableThemeFile, NoCurrentRoadmap) as error:
            form.add_error("file", str(error))
            return self._render(request, form=form)
        confirm = ConfirmForm(initial={"content": base64.b64encode(content).decode()})
        return self._render(request, form=ThemeFileForm(), result=result, confirm=confirm)

    def _confirm(self, request: HttpRequest) -> HttpResponse:
        try:
            content = base64.b64decode(request.POST["content"], validate=True)
        except ValueError:
            messages.error(
                request, "Rien n'a été écrit. Le contenu confirmé n'est plus lisible : envoyez à nouveau le fichier."
            )
            return redirect("import_themes:index")
        try:
            result = import_themes(content=content)
        except (UnreadableThemeFile, NoCurrentRoadmap) as error:
            messages.error(request, f"Rien n'a été écrit. {error}")
            return redirect("import_themes:index")
        if result.is_refused:
            return self._render(request, form=ThemeFileForm(), result=result)
        created, updated = len(result.created), len(result.updated)
        messages.success(request, f"Import terminé : thèmes créés, {created} ; modifiés, {updated}.")
        return redirect("themes:index")

    def _render(self, request: HttpRequest, **context: Any) -> HttpResponse:
        return render(request, self.template_name, context)


def may_import(request: HttpRequest) -> bool:
    return request.user.has_perms(["roadmap.add_theme", "roadmap.change_theme"])


class ImportMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_import(request)


class ImportThemesViewSet(ViewSet):
    name = "import_themes"
    url_prefix = "themes-import"
    icon = "upload"
    menu_label = "Importer des thèmes"
    menu_item_class = ImportMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", ImportThemesView.as_view(), name="index")]


class RoadmapGroup(ModelViewSetGroup):
    menu_label = "Feuille de route"
    menu_icon = "clipboard-list"
    menu_order = 210
    items = (ThemeViewSet, ObjectiveViewSet, RoadmapViewSet, ImportThemesViewSet)
