"""Contents: found, reread, replaced, taken away; chosen for a page."""

import tempfile
from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.choosers import BaseFilterForm, SearchFilterMixin
from wagtail.admin.ui.tables import Column, NumberColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic import chooser as chooser_views
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.models import ReferenceIndex

from cms.core.text import slug_of
from courses.h5p.admin.columns import DayColumn, WhenColumn
from courses.h5p.admin.permissions import may_upload
from courses.h5p.admin.results import ResultsView
from courses.h5p.admin.uploads import UploadView
from courses.h5p.admin.versions import DiscardView, ReviewView
from courses.h5p.export import export_package
from courses.h5p.forms import ContentForm, kind_field
from courses.h5p.models import Content, ContentVersion
from courses.h5p.player import play
from courses.h5p.queries import kinds_of_content, versions_of, why_content_stays
from courses.h5p.services.registry import remove_content

NEVER_SHOWN = (
    "current__params",
    "current__metadata",
    "current__main_library__semantics",
    "current__main_library__description",
)  # the longest of what is stored


LONG = ("description", "semantics", "files")  # of a library


class PictureColumn(Column):
    cell_template_name = "h5p/admin/picture_cell.html"


class ContentStateColumn(Column):
    cell_template_name = "h5p/admin/content_state_cell.html"


def listed() -> Any:
    contents = Content.objects.select_related("current__content", "current__main_library", "thumbnail")
    return contents.prefetch_related("thumbnail__renditions").defer(*NEVER_SHOWN).with_state()


# The list


class ContentFilterSet(WagtailFilterSet):
    kind = django_filters.ChoiceFilter(
        label="Type", field_name="current__main_library__machine_name", choices=kinds_of_content
    )
    state = django_filters.ChoiceFilter(
        label="État",
        choices=[
            ("ready", "Prêts"),
            ("draft", "Brouillons"),
            ("review", "Nouvelle version à relire"),
            ("stopped", "En quarantaine"),
        ],
        method="filter_state",
    )

    class Meta:
        model = Content
        fields = ["kind", "state"]

    def filter_state(self, queryset: Any, name: str, value: str) -> Any:
        kept = {"ready": queryset.choosable, "draft": queryset.drafts, "stopped": queryset.stopped}
        return kept[value]() if value in kept else queryset.filter(to_review__gt=0)


class ContentIndexView(generic.IndexView):
    add_item_label = "Importer un contenu"
    page_title = "Contenus H5P"
    is_searchable = True

    def get_base_queryset(self) -> QuerySet[Any]:
        return listed().annotate(
            usage_count=ReferenceIndex.usage_count_subquery(Content), version_count=Count("versions")
        )

    def search_queryset(self, queryset: Any) -> Any:
        return queryset.matching(self.search_query) if self.is_searching else queryset

    @cached_property
    def header_buttons(self) -> list[Any]:
        create = HeaderButton("Créer un contenu", url=reverse("h5p_authoring:index"), icon_name="edit", priority=5)
        return [create, *super().header_buttons]

    @property
    def columns(self) -> list[Any]:
        return [
            PictureColumn("picture", label="Image", width="5rem"),
            self._get_title_column_class(TitleColumn)(
                "title",
                label="Titre",
                sort_key="title",
                get_url=lambda content: reverse("h5p_contents:edit", args=[content.pk]),
            ),
            Column("kind", label="Type", accessor="current.main_library.title", classname="h5p-minor"),
            ContentStateColumn("state", label="État"),
            NumberColumn("usage_count", label="Pages", classname="h5p-minor"),
            NumberColumn("version_count", label="Versions", classname="h5p-minor"),
            DayColumn("created_at", label="Ajouté", sort_key="created_at", classname="h5p-minor"),
        ]


# One content


class ContentEditView(generic.EditView):
    template_name = "h5p/admin/content.html"

    def get_queryset(self) -> QuerySet[Any]:
        return listed()

    def get_success_url(self) -> str:
        return self.get_edit_url()

    @cached_property
    def header_buttons(self) -> list[Any]:
        replace = reverse("h5p_contents:replace", args=[self.object.pk])
        download = reverse("h5p_contents:download", args=[self.object.current_id])
        results = reverse("h5p_contents:answers", args=[self.object.pk])
        write = reverse("h5p_authoring:edit", kwargs={"content": self.object.pk})
        return [
            HeaderButton("Modifier le contenu", url=write, icon_name="edit", priority=3),
            HeaderButton("Résultats", url=results, icon_name="list-ul", priority=5),
            HeaderButton("Remplacer", url=replace, icon_name="upload", priority=10),
            HeaderButton("Télécharger", url=download, icon_name="download", priority=20, attrs={"download": True}),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        references = ReferenceIndex.get_grouped_references_to(self.object)
        versions = list(versions_of(self.object))
        return super().get_context_data(
            versions=versions,
            unread=[version for version in versions if version.served_at is None],
            usage_count=references.count(),
            stopped=self.object.current.libraries.exclude(quarantined_at=None).defer(*LONG),
            **kwargs,
        )


class ContentDeleteView(generic.DeleteView):
    """Only what nobody uses nor ever did."""

    success_message = "« %(object)s » est supprimé, avec ses fichiers."

    @property
    def confirmation_message(self) -> str:
        count = self.object.versions.count()
        its = f"ses {count} versions et leurs fichiers" if count > 1 else "ses fichiers"
        return f"Supprimer « {self.object} » ? Il le sera pour toujours, avec {its}."

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.refused() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.refused() or super().post(request, *args, **kwargs)

    def refused(self) -> HttpResponse | None:
        if reason := why_content_stays(self.object):
            messages.error(self.request, f"« {self.object} » ne peut pas être supprimé : {reason}.")
            return redirect("h5p_contents:edit", self.object.pk)
        return None

    def delete_action(self) -> None:
        remove_content(content=self.object)


class ContentHistoryView(generic.HistoryView):
    @property
    def columns(self) -> list[Any]:
        when = WhenColumn("timestamp", label="Date", sort_key="timestamp")
        return [when if column.name == "timestamp" else column for column in super().columns]


class PreviewView(PermissionCheckedMixin, View):
    """A version as it will play, in its sandbox; nothing of it is kept."""

    permission_policy = may_upload
    permission_required = "view"

    def get(self, request: HttpRequest, version: int) -> HttpResponse:
        return play(request, get_object_or_404(ContentVersion, pk=version))


class DownloadView(PermissionCheckedMixin, View):
    """The package of a version, made again from what is kept."""

    permission_policy = may_upload
    permission_required = "view"

    def get(self, request: HttpRequest, version: int) -> FileResponse:
        found = get_object_or_404(ContentVersion.objects.select_related("content", "main_library"), pk=version)
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the response
        export_package(found, file)
        file.seek(0)
        name = slug_of(found.content.title, 80) or "contenu"
        return FileResponse(file, as_attachment=True, filename=f"{name}-v{found.number}.h5p")


class ContentViewSet(ModelViewSet):
    model = Content
    name = "h5p_contents"
    url_prefix = "h5p/contents"
    icon = "media"
    menu_label = "Contenus"
    copy_view_enabled = False
    index_view_class = ContentIndexView
    add_view_class = UploadView
    edit_view_class = ContentEditView
    edit_template_name = "h5p/admin/content.html"
    delete_view_class = ContentDeleteView
    delete_template_name = "h5p/admin/content_delete.html"
    history_view_class = ContentHistoryView
    filterset_class = ContentFilterSet
    list_per_page = 30

    @property
    def permission_policy(self) -> Any:
        return may_upload

    def get_form_class(self, for_update: bool = False) -> type:
        return ContentForm

    def get_add_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return kwargs  # a file is sent, no form of the model

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("replace/<int:pk>/", UploadView.as_view(), name="replace"),
            path("preview/<int:version>/", PreviewView.as_view(), name="preview"),
            path("review/<int:version>/", ReviewView.as_view(), name="review"),
            path("discard/<int:version>/", DiscardView.as_view(), name="discard"),
            path("answers/<int:pk>/", ResultsView.as_view(), name="answers"),
            path("download/<int:version>/", DownloadView.as_view(), name="download"),
        ]


# Choosing one for a page


class ChooseContentForm(SearchFilterMixin, BaseFilterForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = kind_field()

    def filter(self, objects: Any) -> Any:
        self.search_query = self.cleaned_data.get("q")
        self.is_searching = bool(self.search_query)
        if self.search_query:
            objects = objects.matching(self.search_query)
        if kind := self.cleaned_data.get("kind"):
            objects = objects.filter(current__main_library__machine_name=kind)
        return objects


class ChooseMixin:
    """Whoever writes pages may put in them what is ready; drafts are not offered."""

    filter_form_class = ChooseContentForm

    def get_object_list(self) -> QuerySet[Any]:
        return listed().choosable()

    @property
    def columns(self) -> list[Any]:
        picture = PictureColumn("picture", label="Image", width="5rem")
        kind = Column("kind", label="Type", accessor="current.main_library.title", classname="h5p-minor")
        return [picture, *super().columns, kind]  # type: ignore[misc]


class ChooseContentView(ChooseMixin, chooser_views.ChooseView):
    pass


class ChooseContentResultsView(ChooseMixin, chooser_views.ChooseResultsView):
    pass


class ChosenContentView(chooser_views.ChosenView):
    def get_object(self, pk: str) -> Content:
        if not pk.isdecimal():
            raise Http404
        return Content.objects.choosable().get(pk=pk)


class ChosenContentsView(chooser_views.ChosenMultipleView):
    def get_objects(self, pks: list[str]) -> QuerySet[Any]:
        return Content.objects.choosable().filter(pk__in=[pk for pk in pks if pk.isdecimal()])


class ContentChooserViewSet(ChooserViewSet):
    model = Content
    name = "h5p_content_chooser"
    url_prefix = "h5p/content-chooser"
    icon = "media"
    permission_policy = may_upload
    choose_one_text = "Choisir un contenu H5P"
    choose_another_text = "Choisir un autre contenu H5P"
    edit_item_text = "Relire ce contenu"
    choose_view_class = ChooseContentView
    choose_results_view_class = ChooseContentResultsView
    chosen_view_class = ChosenContentView
    chosen_multiple_view_class = ChosenContentsView
    per_page = 12


content_chooser = ContentChooserViewSet()
