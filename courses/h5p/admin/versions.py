"""Versions of a content: reread, put in service or back, thrown away."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.models import ReferenceIndex

from courses.h5p.admin.permissions import may_upload
from courses.h5p.errors import H5PError
from courses.h5p.forms import ReviewForm
from courses.h5p.models import ContentVersion
from courses.h5p.services.versions import put_in_service, throw_away

LONG = ("description", "semantics", "files")  # of a library


class OneVersionMixin(PermissionCheckedMixin, WagtailAdminTemplateMixin):
    permission_policy = may_upload
    permission_required = "change"
    header_icon = "history"
    _show_breadcrumbs = True
    request: HttpRequest

    def find(self, key: int) -> ContentVersion:
        rows = ContentVersion.objects.select_related("content__current__main_library", "main_library", "created_by")
        self.object: ContentVersion = get_object_or_404(rows.defer("params", "content__current__params"), pk=key)
        return self.object

    def get_page_title(self) -> str:
        return f"Version {self.object.number}"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        content = self.object.content
        return [
            *self.breadcrumbs_items,
            {"url": reverse("h5p_contents:index"), "label": "Contenus H5P"},
            {"url": reverse("h5p_contents:edit", args=[content.pk]), "label": str(content)},
            {"url": "", "label": self.get_page_title()},
        ]

    def back(self) -> HttpResponse:
        return redirect("h5p_contents:edit", self.object.content_id)


class ReviewView(OneVersionMixin, TemplateView):
    """A version as it will play, what it changes, and the gesture that puts it in service."""

    template_name = "h5p/admin/content_review.html"

    def get(self, request: HttpRequest, version: int) -> HttpResponse:
        found = self.find(version)
        if found.pk == found.content.current_id:
            return self.back()
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, version: int) -> HttpResponse:
        found = self.find(version)
        former = found.content.title
        form = ReviewForm(request.POST, instance=found.content, version=found)
        if not form.is_valid():
            found.content.refresh_from_db(fields=["title", "alternative", "derogation"])
            messages.error(request, "Rien n'a changé : il reste quelque chose à corriger dans le formulaire.")
            return self.render_to_response(self.get_context_data(form=form), status=422)
        said = form.cleaned_data
        try:
            put_in_service(
                version=found,
                by=request.user,
                instead_of=said["current"],
                title=said.get("title", former),
                alternative=said["alternative"],
                derogation=said["derogation"],
            )
            messages.success(request, f"« {said.get('title', former)} » : la version {found.number} est en service.")
        except H5PError as error:
            messages.error(request, str(error))
        return self.back()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version, content = self.object, self.object.content
        form = kwargs.pop("form", None) or ReviewForm(instance=content, version=version)
        current = content.current
        return super().get_context_data(
            version=version,
            content=content,
            current=current,
            form=form,
            is_other_type=current and current.main_library.machine_name != version.main_library.machine_name,
            usage_count=ReferenceIndex.get_grouped_references_to(content).count(),
            stopped=version.libraries.exclude(quarantined_at=None).defer(*LONG),
            **kwargs,
        )


class DiscardView(OneVersionMixin, TemplateView):
    """A version nobody ever met is thrown away, once it is confirmed."""

    template_name = "h5p/admin/confirm.html"

    def get(self, request: HttpRequest, version: int) -> HttpResponse:
        if self.find(version).served_at:
            messages.error(request, f"La version {self.object.number} a été en service : elle reste.")
            return self.back()
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, version: int) -> HttpResponse:
        number = self.find(version).number
        try:
            throw_away(version=self.object, by=request.user)
            messages.success(request, f"La version {number} est jetée, avec ses fichiers.")
        except H5PError as error:
            messages.error(request, str(error))
        return self.back()

    def get_page_title(self) -> str:
        return f"Jeter la version {self.object.number}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            heading=f"{self.get_page_title()} ?",
            words=f"Elle n'a jamais été en service. « {self.object.content} » reste comme il est.",
            yes="Jeter cette version",
            no="La garder",
            back=reverse("h5p_contents:review", args=[self.object.pk]),
            **kwargs,
        )
