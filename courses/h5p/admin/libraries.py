"""Libraries: what is installed, what it weighs, what waits; stopped, released, removed."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, NumberColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import HeaderButton

from courses.h5p.admin.columns import DayColumn
from courses.h5p.admin.permissions import may_install
from courses.h5p.forms import QuarantineForm, errors_of
from courses.h5p.models import Content, Library, Upload
from courses.h5p.queries import lacking, saving, upgrades
from courses.h5p.services.registry import quarantine, release, remove_unused

INDEX = "h5p_libraries:index"
LONG = ("description", "semantics", "files")  # of no use in a list


class SizeColumn(Column):
    cell_template_name = "h5p/admin/size_cell.html"


class LibraryStateColumn(Column):
    cell_template_name = "h5p/admin/library_state_cell.html"


class LibraryFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label="État",
        choices=[("stopped", "En quarantaine"), ("unused", "Sans contenu")],
        method="filter_state",
    )

    class Meta:
        model = Library
        fields = ["state"]

    def filter_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.unused() if value == "unused" else queryset.exclude(quarantined_at=None)


class LibraryMixin(PermissionCheckedMixin):
    permission_policy = may_install
    permission_required = "change"
    header_icon = "code"

    def under_index(self, label: str) -> list[dict[str, Any]]:
        home = WagtailAdminTemplateMixin.breadcrumbs_items
        return [*home, {"url": reverse(INDEX), "label": "Bibliothèques H5P"}, {"url": "", "label": label}]


class LibraryIndexView(LibraryMixin, generic.IndexView):
    model = Library
    page_title = "Bibliothèques H5P"
    template_name = "h5p/admin/libraries.html"
    any_permission_required = None
    index_url_name = INDEX
    index_results_url_name = "h5p_libraries:index_results"
    is_searchable = True
    filterset_class = LibraryFilterSet
    paginate_by = 50
    no_results_message = "Aucune bibliothèque : elles viennent avec les paquets qu'on envoie."

    def get_base_queryset(self) -> QuerySet[Any]:
        return Library.objects.defer(*LONG).with_usage()

    def search_queryset(self, queryset: Any) -> Any:
        return queryset.matching(self.search_query) if self.is_searching else queryset

    @cached_property
    def header_buttons(self) -> list[Any]:
        return [
            HeaderButton("À mettre à niveau", url=reverse("h5p_libraries:upgrades"), icon_name="rotate", priority=10),
            HeaderButton("Retirer les inutiles", url=reverse("h5p_libraries:unused"), icon_name="bin", priority=20),
        ]

    @property
    def columns(self) -> list[Any]:
        return [
            TitleColumn(
                "title",
                label="Bibliothèque",
                accessor=str,
                sort_key="machine_name",
                get_url=lambda library: reverse("h5p_libraries:library", args=[library.pk]),
            ),
            Column("name", label="Titre", accessor="title", classname="h5p-minor"),
            LibraryStateColumn("state", label="État"),
            NumberColumn("contents", label="Contenus", sort_key="contents"),
            SizeColumn("size", label="Taille", sort_key="size", classname="h5p-minor"),
            DayColumn("installed_at", label="Installée", sort_key="installed_at", classname="h5p-minor"),
        ]

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if not self.results_only:
            waiting = list(Upload.objects.waiting().select_related("sent_by").defer("report").order_by("sent_at"))
            lacks = lacking(waiting) if waiting else {}
            kwargs |= {"saving": saving(), "waiting": [(upload, lacks[upload.pk]) for upload in waiting]}
        return super().get_context_data(*args, **kwargs)


class LibraryView(LibraryMixin, WagtailAdminTemplateMixin, TemplateView):
    """One library: what it weighs, who plays with it, and its quarantine."""

    template_name = "h5p/admin/library.html"

    def get(self, request: HttpRequest, pk: int, form: QuarantineForm | None = None) -> HttpResponse:
        rows = Library.objects.select_related("installed_by").defer("semantics")
        self.object = get_object_or_404(rows, pk=pk)
        playing = Content.objects.filter(current__libraries=self.object).only("title").order_by("title", "pk")
        context = self.get_context_data(
            library=self.object, contents=playing, file_count=len(self.object.files), form=form or QuarantineForm()
        )
        return self.render_to_response(context)

    def get_page_title(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return self.under_index(str(self.object))


class QuarantineView(LibraryMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return redirect("h5p_libraries:library", pk)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        library = get_object_or_404(Library, pk=pk)
        form = QuarantineForm(request.POST)
        if form.is_valid():
            quarantine(library=library, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, f"{library} est en quarantaine : ses contenus ne se jouent plus.")
        else:
            messages.error(request, f"Rien n'a changé. {' '.join(errors_of(form))}")
        return redirect("h5p_libraries:library", pk)


class ReleaseView(LibraryMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return redirect("h5p_libraries:library", pk)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        library = get_object_or_404(Library, pk=pk)
        release(library=library, by=request.user)
        messages.success(request, f"{library} n'est plus en quarantaine : ses contenus se jouent de nouveau.")
        return redirect("h5p_libraries:library", pk)


class UnusedView(LibraryMixin, WagtailAdminTemplateMixin, TemplateView):
    """What would be removed, then its removal: what became of use in between stays."""

    template_name = "h5p/admin/unused.html"
    page_title = "Retirer les bibliothèques inutiles"
    header_icon = "bin"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return self.under_index("Retirer les inutiles")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        unused = list(Library.objects.unused().defer(*LONG))
        return super().get_context_data(unused=unused, total=sum(one.size for one in unused), **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        removed = remove_unused()
        if removed:
            messages.success(request, f"Retirées : {', '.join(removed)}.")
        else:
            messages.info(request, "Toutes les bibliothèques servent : aucune n'est retirée.")
        return redirect(INDEX)


class UpgradesView(LibraryMixin, WagtailAdminTemplateMixin, TemplateView):
    """Contents whose library has a later version here."""

    template_name = "h5p/admin/upgrades.html"
    page_title = "Contenus à mettre à niveau"
    header_icon = "rotate"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return self.under_index("À mettre à niveau")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(upgrades=upgrades(), **kwargs)


class InstallMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_install.user_has_permission(request.user, "change")

    def render_component(self, request: HttpRequest) -> Any:
        """With how many packages wait for whoever reads the menu."""
        component = super().render_component(request)
        if count := Upload.objects.waiting().count():
            component.label = f"{self.label} ({count})"
        return component


class LibraryViewSet(ViewSet):
    name = "h5p_libraries"
    url_prefix = "h5p/libraries"
    icon = "code"
    menu_label = "Bibliothèques H5P"
    menu_item_class = InstallMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", LibraryIndexView.as_view(), name="index"),
            path("results/", LibraryIndexView.as_view(results_only=True), name="index_results"),
            path("upgrades/", UpgradesView.as_view(), name="upgrades"),
            path("unused/", UnusedView.as_view(), name="unused"),
            path("<int:pk>/", LibraryView.as_view(), name="library"),
            path("<int:pk>/quarantine/", QuarantineView.as_view(), name="quarantine"),
            path("<int:pk>/release/", ReleaseView.as_view(), name="release"),
        ]
