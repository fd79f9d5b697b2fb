"""Which question fails: the answers given to a content, for whoever wrote it."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from courses.h5p.admin.permissions import may_upload
from courses.h5p.analysis import analysis_of
from courses.h5p.forms import ResultsForm
from courses.h5p.models import Content


class ResultsView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    permission_policy = may_upload
    permission_required = "view"
    header_icon = "list-ul"
    page_title = "Résultats"
    template_name = "h5p/admin/results.html"
    _show_breadcrumbs = True

    @cached_property
    def content(self) -> Content:
        return get_object_or_404(Content, pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.content.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        here = [
            {"url": reverse("h5p_contents:index"), "label": "Contenus H5P"},
            {"url": reverse("h5p_contents:edit", args=[self.content.pk]), "label": self.content.title},
            {"url": "", "label": "Résultats"},
        ]
        return [*super().get_breadcrumbs_items(), *here]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = ResultsForm(self.request.GET, content=self.content)
        version, is_first = form.chosen
        analysis = analysis_of(version, is_first=is_first)
        return super().get_context_data(
            content=self.content, form=form, version=version, is_first=is_first, analysis=analysis, **kwargs
        )
