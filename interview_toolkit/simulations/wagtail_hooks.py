"""Simulations in the publishing tools: played from any moment, read as figures, sent and brought as files."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from cms.core.text import slug_of
from interview_toolkit.simulations import editing
from interview_toolkit.simulations.checks import problems_of
from interview_toolkit.simulations.files import write_file
from interview_toolkit.simulations.forms import ImportForm
from interview_toolkit.simulations.models import ScenarioIndexPage, ScenarioPage
from interview_toolkit.simulations.reports import from_five, report_of, simulations_played
from interview_toolkit.techniques.models import techniques_by_code


def editable(request: HttpRequest, pk: int) -> ScenarioPage:
    """The simulation, as last saved, of whoever may change it. Raises Http404."""
    allowed = page_permission_policy.instances_user_has_permission_for(request.user, "change")
    page = get_object_or_404(ScenarioPage, pk=pk, pk__in=allowed.values("pk"))
    return page.get_latest_revision_as_object()


def try_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Play what is written, from any moment; nothing of it is kept, the way stands in the address."""
    page = editable(request, pk)
    trial = editing.trial(page, start=request.GET.get("depuis", ""), way=request.GET.getlist("pas"))
    if trial is None:
        messages.error(request, "Ce moment ne se joue pas tel qu'il est enregistré. Voyez les points à corriger.")
        return redirect("wagtailadmin_pages:edit", pk)
    return render(request, "simulations/try_out.html", {"page": page, "trial": trial})


def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Of the version asked for, by default the one in force."""
    page = editable(request, pk)
    asked = request.GET.get("version", "")
    found = report_of(page, number=int(asked[:9]) if asked.isdecimal() else None)
    if found is None and asked:
        raise Http404
    return render(request, "simulations/admin/report.html", {"page": page, "report": found})


def export(request: HttpRequest, pk: int) -> HttpResponse:
    page = editable(request, pk)
    name = slug_of(page.code or page.title, 60) or "simulation"
    return HttpResponse(
        write_file(editing.file_of(page)),
        "application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.yaml"'},
    )


def bring(request: HttpRequest, pk: int) -> HttpResponse:
    """A file becomes a draft beside the other simulations."""
    allowed = page_permission_policy.instances_user_has_permission_for(request.user, "add")
    index = get_object_or_404(ScenarioIndexPage, pk=pk, pk__in=allowed.values("pk"))
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        brought = editing.import_scenario(index=index, file=form.cleaned_data["file"], by=request.user)
        for sentence in brought.notes:
            messages.warning(request, sentence)
        messages.success(request, f"« {brought.page.title} » est là, en brouillon : relisez, puis publiez.")
        return redirect("wagtailadmin_pages:edit", brought.page.pk)
    context = {"index": index, "form": form}
    return render(request, "simulations/admin/import.html", context, status=422 if form.errors else 200)


class SimulationsPlayedView(ReportView):
    """The simulations someone played, among those one may change; each leads to its report."""

    index_url_name = "simulations_played"
    index_results_url_name = "simulations_played_results"
    results_template_name = "wagtailadmin/reports/base_report_results.html"
    page_title = "Simulations jouées"
    header_icon = "comment"
    permission_policy = page_permission_policy
    any_permission_required = ["add", "change", "publish"]
    columns = [
        TitleColumn("title", label="Simulation", url_name="simulation_report"),
        Column("people", label="Personnes", accessor=lambda page: from_five(page.people, page.people)),
        Column("times", label="Entretiens", accessor=lambda page: from_five(page.people, page.times)),
        Column("live", label="État", accessor=lambda page: "Publiée" if page.live else "Dépubliée"),
    ]

    def get_queryset(self) -> QuerySet[Any]:
        allowed = page_permission_policy.instances_user_has_permission_for(self.request.user, "change")
        return simulations_played().filter(pk__in=allowed.values("pk"))


class SimulationsPlayedMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        needed = SimulationsPlayedView.any_permission_required
        return page_permission_policy.user_has_any_permission(request.user, needed)


@hooks.register("register_reports_menu_item")
def simulations_report() -> MenuItem:
    return SimulationsPlayedMenuItem("Simulations jouées", reverse("simulations_played"), icon_name="comment", order=95)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("reports/simulations/", SimulationsPlayedView.as_view(), name="simulations_played"),
        path(
            "reports/simulations/results/",
            SimulationsPlayedView.as_view(results_only=True),
            name="simulations_played_results",
        ),
        path("simulations/<int:pk>/jouer/", try_out, name="try_out_simulation"),
        path("simulations/<int:pk>/rapport/", report, name="simulation_report"),
        path("simulations/<int:pk>/fichier/", export, name="export_simulation"),
        path("simulations/<int:pk>/importer/", bring, name="import_simulation"),
    ]


@hooks.register("register_page_header_buttons")
def header_buttons(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    if isinstance(page.specific_deferred, ScenarioPage) and page.pk:
        places = [
            ("Jouer", "try_out_simulation", "arrow-right-full"),
            ("Ce qui est joué", "simulation_report", "list-ul"),
            ("Télécharger (YAML)", "export_simulation", "download"),
        ]
        for at, (label, name, icon) in enumerate(places):
            yield Button(label, reverse(name, args=[page.pk]), icon_name=icon, priority=60 + at)
    if isinstance(page.specific_deferred, ScenarioIndexPage):
        yield Button("Importer (YAML)", reverse("import_simulation", args=[page.pk]), icon_name="upload", priority=60)


@hooks.register("before_bulk_action")
def refuse_bulk(request: HttpRequest, action: str, pages: Iterable[Any], view: Any) -> HttpResponse | None:
    """Publishing from a list goes through no form: the drafts are checked here, and nothing is done if one fails."""
    if view.model is not Page or action != "publish":
        return None
    drafts = [one.specific.get_latest_revision_as_object() for one in pages]
    techniques = techniques_by_code()
    is_refused = False
    for draft in drafts:
        if isinstance(draft, ScenarioPage) and (problems := problems_of(draft.graph, techniques=techniques)):
            messages.error(request, format_html("« {} » : {}", draft.title, str(problems[0])))
            is_refused = True
    return redirect(view.next_url) if is_refused else None
