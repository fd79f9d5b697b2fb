"""What is sent to the Learning Record Store: on or off, what waits, what it refused, and what to do about it."""

from datetime import datetime, time
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet

from courses.h5p.admin.permissions import may_forward
from courses.h5p.lrs.destination import destination, problems
from courses.h5p.models import Forwarding, ForwardingState
from courses.h5p.services.forwarding import discard, resume, retry

INDEX = "h5p_forwarding:index"
# What a content says, in words for who reads the list.
VERBS = {
    "answered": "a répondu",
    "attempted": "a commencé",
    "completed": "a terminé",
    "consumed": "a parcouru",
    "experienced": "a vu",
    "failed": "n'a pas réussi",
    "finished": "a terminé",
    "initialized": "a commencé",
    "interacted": "s'en est servi",
    "mastered": "a réussi",
    "passed": "a réussi",
    "paused": "a mis en pause",
    "played": "a lancé la lecture",
    "progressed": "a avancé",
    "scored": "a obtenu un score",
    "seeked": "s'est déplacé",
    "terminated": "a quitté",
}


class ForwardingMixin(PermissionCheckedMixin):
    permission_policy = may_forward
    permission_required = "change"


class ForwardingView(ForwardingMixin, WagtailAdminTemplateMixin, TemplateView):
    template_name = "h5p/admin/forwarding.html"
    page_title = "Transmission des résultats"
    header_icon = "upload"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.localtime()
        today = timezone.make_aware(datetime.combine(now.date(), time.min))
        is_waiting = Q(sent_at=None, set_aside_at=None)
        counts = Forwarding.objects.aggregate(
            waiting=Count("pk", filter=is_waiting),
            oldest=Min("queued_at", filter=is_waiting),
            sent_today=Count("pk", filter=Q(sent_at__gte=today)),
            set_aside=Count("pk", filter=Q(set_aside_at__isnull=False)),
        )
        refused = Forwarding.objects.set_aside().order_by("-set_aside_at", "-pk")
        refused = refused.select_related("statement__registration__content")
        rows = Paginator(refused, 50).get_page(self.request.GET.get("p"))
        for row in rows:
            row.words = VERBS.get(row.statement.body["verb"], row.statement.body["verb"])
        store, state = destination(), ForwardingState.objects.first()
        return super().get_context_data(
            store=store,
            problems=problems(),
            state=state,
            is_stopped=bool(store and state and state.stopped_for == store.fingerprint),
            is_paused=bool(store and state and state.paused_until and state.paused_until > now),
            rows=rows,
            **counts,
            **kwargs,
        )


class ActionView(ForwardingMixin, View):
    """Something done by a button, and back to the page."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        return redirect(INDEX)

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        messages.success(request, self.act(pk))
        return redirect(INDEX)

    def act(self, pk: int | None) -> str:
        raise NotImplementedError


class ResumeView(ActionView):
    def act(self, pk: int | None) -> str:
        resume()
        return "La transmission reprend : ce qui attend part dans la minute."


class RetryView(ActionView):
    def act(self, pk: int | None) -> str:
        rows = Forwarding.objects.set_aside()
        if pk is not None:
            rows = rows.filter(pk=get_object_or_404(rows, pk=pk).pk)
        count = retry(rows=rows)
        return f"{count} résultats repartent dans la minute." if count > 1 else "Le résultat repart dans la minute."


class DiscardView(ActionView):
    def act(self, pk: int | None) -> str:
        row = get_object_or_404(Forwarding.objects.set_aside(), pk=pk)
        discard(rows=Forwarding.objects.filter(pk=row.pk))
        return "Ce résultat ne sera pas transmis. Il reste enregistré ici."


class AdministratorMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_forward.user_has_permission(request.user, "change")


class ForwardingViewSet(ViewSet):
    name = "h5p_forwarding"
    url_prefix = "h5p/forwarding"
    icon = "upload"
    menu_label = "Transmission (LRS)"
    menu_item_class = AdministratorMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", ForwardingView.as_view(), name="index"),
            path("resume/", ResumeView.as_view(), name="resume"),
            path("retry/", RetryView.as_view(), name="retry_all"),
            path("<int:pk>/retry/", RetryView.as_view(), name="retry"),
            path("<int:pk>/discard/", DiscardView.as_view(), name="discard"),
        ]
