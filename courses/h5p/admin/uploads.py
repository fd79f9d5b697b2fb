"""Sending a package, following what becomes of it, deciding of those that wait."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet

from cms.core.models import OutboxMessage
from courses.h5p.admin.columns import WhenColumn
from courses.h5p.admin.permissions import may_install, may_upload
from courses.h5p.advice import grouped
from courses.h5p.engine.limits import MIB
from courses.h5p.enums import UploadState
from courses.h5p.errors import AlreadyDecided
from courses.h5p.forms import DeclineForm, PackageForm, errors_of
from courses.h5p.models import Content, Upload
from courses.h5p.queries import novelties
from courses.h5p.services.uploads import approve, decline, is_being_checked, limits, send, withdraw

# Seconds after which a package nobody looks at means that the worker is not there.
USUAL_WAIT = 60
# Names of those who decide shown to who waits.
MOST_NAMED = 5


class UploadView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):
    """A file to send, as a new content or as a new version of one."""

    permission_policy = may_upload
    permission_required = "add"
    form_class = PackageForm
    template_name = "h5p/admin/upload.html"
    header_icon = "upload"
    replaced: Content | None = None
    index_url_name = "h5p_contents:index"
    edit_url_name = "h5p_contents:edit"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if "pk" in kwargs and may_upload.user_has_permission(request.user, "change"):
            self.replaced = get_object_or_404(Content, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return "Remplacer par une nouvelle version" if self.replaced else "Importer un contenu H5P"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = [{"url": reverse(self.index_url_name), "label": "Contenus H5P"}]
        if self.replaced:
            items.append({"url": reverse(self.edit_url_name, args=[self.replaced.pk]), "label": str(self.replaced)})
        return [*self.breadcrumbs_items, *items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(replaced=self.replaced, most=limits().package // MIB, **kwargs)

    def form_valid(self, form: PackageForm) -> HttpResponse:
        package = form.cleaned_data["package"]
        upload = send(file=package, filename=package.name, by=self.request.user, replaces=self.replaced)
        address = reverse("h5p_uploads:status", args=[upload.public_id])
        if self.is_by_script:
            return JsonResponse({"next": address}, status=201)
        return redirect(address)

    def form_invalid(self, form: PackageForm) -> HttpResponse:
        if self.is_by_script:
            return JsonResponse({"errors": errors_of(form)}, status=422)
        response = super().form_invalid(form)
        response.status_code = 422
        return response

    @property
    def is_by_script(self) -> bool:
        return not self.request.accepts("text/html")


class OneUploadMixin(PermissionCheckedMixin):
    permission_policy = may_upload
    permission_required = "add"
    request: HttpRequest

    def upload(self, public_id: UUID) -> Upload:
        rows = Upload.objects.visible_to(self.request.user).select_related(
            "sent_by", "approved_by", "replaces", "version__content", "version__main_library"
        )
        return get_object_or_404(rows, public_id=public_id)


@method_decorator(never_cache, name="dispatch")
class UploadStatusView(OneUploadMixin, WagtailAdminTemplateMixin, TemplateView):
    """Where a package stands, and its report; a script asks again while something is still to come."""

    template_name = "h5p/admin/upload_status.html"
    header_icon = "upload"
    page_title = "Envoi"

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        self.object = self.upload(public_id)
        return self.render_to_response(self.get_context_data())

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("h5p_uploads:index"), "label": "Envois H5P"},
            {"url": "", "label": str(self.object)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        upload = self.object
        may_decide = may_install.user_has_permission(self.request.user, "change")
        is_received = upload.state == UploadState.RECEIVED
        trouble = OutboxMessage.objects.filter(key=upload.outbox_key, done_at=None).first() if is_received else None
        return super().get_context_data(
            upload=upload,
            errors=grouped(upload.errors, are_errors=True),
            warnings=grouped(upload.warnings, are_errors=False),
            is_checking=is_received and is_being_checked(upload),
            is_late=is_received and (timezone.now() - upload.sent_at).total_seconds() > USUAL_WAIT,
            trouble=trouble if trouble is not None and trouble.last_error else None,
            may_decide=may_decide and upload.state == UploadState.WAITING,
            decline_form=kwargs.pop("decline_form", None) or DeclineForm(),
            **(self.waiting() if upload.state == UploadState.WAITING else {}),
            **kwargs,
        )

    def waiting(self) -> dict[str, Any]:
        """What it lacks of what is installed now, who decides, and whether one may take it back."""
        deciders = may_install.users_with_any_permission(["change"]).order_by("last_name", "first_name")
        return {
            "lacking": novelties(self.object),
            "deciders": [str(person) for person in deciders[:MOST_NAMED]],
            "may_withdraw": self.object.sent_by == self.request.user,
        }


class DecideView(OneUploadMixin, View):
    """Whoever may install libraries decides; to the others, this address is refused."""

    permission_policy = may_install
    permission_required = "change"

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Come back to by the history of the browser."""
        return redirect("h5p_uploads:status", public_id)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        upload = self.upload(public_id)
        try:
            return self.decide(upload)
        except AlreadyDecided as error:
            messages.warning(request, str(error))
        return redirect("h5p_uploads:status", public_id)

    def decide(self, upload: Upload) -> HttpResponse:
        raise NotImplementedError


class ApproveView(DecideView):
    def decide(self, upload: Upload) -> HttpResponse:
        approve(upload=upload, by=self.request.user)
        messages.success(self.request, f"« {upload} » est approuvé : ses bibliothèques s'installent.")
        return redirect("h5p_uploads:status", upload.public_id)


class DeclineView(DecideView):
    def decide(self, upload: Upload) -> HttpResponse:
        form = DeclineForm(self.request.POST)
        if not form.is_valid():
            messages.error(self.request, f"Rien n'a changé. {' '.join(errors_of(form))}")
            return redirect("h5p_uploads:status", upload.public_id)
        decline(upload=upload, reason=form.cleaned_data["reason"])
        messages.success(self.request, f"« {upload} » est écarté, son fichier est effacé.")
        return redirect("h5p_uploads:index")


class WithdrawView(OneUploadMixin, WagtailAdminTemplateMixin, TemplateView):
    """Whoever sent a package that waits takes it back, once it is confirmed."""

    template_name = "h5p/admin/confirm.html"
    page_title = "Retirer cet envoi"
    header_icon = "upload"
    _show_breadcrumbs = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not may_upload.user_has_permission(request.user, "add"):
            return super().dispatch(request, *args, **kwargs)  # refused there
        self.object = self.upload(kwargs["public_id"])
        if self.object.sent_by != request.user:
            messages.error(request, "Seule la personne qui a envoyé ce paquet peut le retirer.")
            return redirect("h5p_uploads:status", self.object.public_id)
        if self.object.state != UploadState.WAITING:
            messages.warning(request, str(AlreadyDecided()))
            return redirect("h5p_uploads:status", self.object.public_id)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            heading=f"Retirer « {self.object} » ?",
            words="Il n'attendra plus de décision et son fichier sera effacé. Vous pourrez l'envoyer de nouveau.",
            yes="Retirer cet envoi",
            no="Le laisser en attente",
            back=reverse("h5p_uploads:status", args=[self.object.public_id]),
            **kwargs,
        )

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        address = reverse("h5p_uploads:status", args=[self.object.public_id])
        return [
            *self.breadcrumbs_items,
            {"url": reverse("h5p_uploads:index"), "label": "Envois H5P"},
            {"url": address, "label": str(self.object)},
            {"url": "", "label": self.page_title},
        ]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        try:
            withdraw(upload=self.object)
            messages.success(request, f"« {self.object} » est retiré, son fichier est effacé.")
        except AlreadyDecided as error:
            messages.warning(request, str(error))
        return redirect("h5p_uploads:status", public_id)


class PackageColumn(TitleColumn):
    cell_template_name = "h5p/admin/package_cell.html"


class StateColumn(Column):
    cell_template_name = "h5p/admin/upload_state_cell.html"


class UploadIndexView(generic.IndexView):
    """One's own uploads; everybody's for who decides of them."""

    model = Upload
    page_title = "Envois H5P"
    header_icon = "upload"
    permission_policy = may_upload
    any_permission_required = ["add"]
    index_url_name = "h5p_uploads:index"
    index_results_url_name = "h5p_uploads:index_results"
    paginate_by = 20
    default_ordering = "-sent_at"
    no_results_message = "Aucun envoi : les rapports sont gardés trente jours."

    def get_base_queryset(self) -> QuerySet[Any]:
        return Upload.objects.visible_to(self.request.user).listed()

    @property
    def columns(self) -> list[Any]:
        return [
            PackageColumn(
                "title",
                label="Paquet",
                accessor=str,
                get_url=lambda upload: reverse("h5p_uploads:status", args=[upload.public_id]),
            ),
            StateColumn("state", label="État"),
            Column("sent_by", label="Envoyé par", accessor="sent_by", classname="h5p-minor"),
            WhenColumn("sent_at", label="Envoyé", sort_key="sent_at", classname="h5p-minor"),
        ]


class UploadViewSet(ViewSet):
    name = "h5p_uploads"
    url_prefix = "h5p/uploads"
    icon = "upload"
    menu_label = "Envois"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", UploadIndexView.as_view(), name="index"),
            path("results/", UploadIndexView.as_view(results_only=True), name="index_results"),
            path("<uuid:public_id>/", UploadStatusView.as_view(), name="status"),
            path("<uuid:public_id>/approve/", ApproveView.as_view(), name="approve"),
            path("<uuid:public_id>/decline/", DeclineView.as_view(), name="decline"),
            path("<uuid:public_id>/withdraw/", WithdrawView.as_view(), name="withdraw"),
        ]
