"""The roadmap and its themes, open to all."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cms.roadmap.models import Roadmap, Theme
from cms.roadmap.queries import outline, past_roadmaps, theme_content


@require_safe
def roadmap(request: HttpRequest) -> HttpResponse:
    current = Roadmap.objects.filter(is_current=True).first()
    context = {"roadmap": current, "objectives": outline(current) if current else [], "past": past_roadmaps()}
    return render(request, "roadmap/roadmap.html", context)


@require_safe
def roadmap_version(request: HttpRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(Roadmap, pk=pk)
    return render(request, "roadmap/roadmap.html", {"roadmap": version, "objectives": outline(version), "past": []})


@require_safe
def theme(request: HttpRequest, code: str) -> HttpResponse:
    return _render_theme(request, get_object_or_404(Theme.objects.current().with_code(code)))


@require_safe
def theme_version(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    themes = Theme.objects.filter(roadmap=pk).select_related("roadmap", "objective")
    return _render_theme(request, get_object_or_404(themes.with_code(code)))


def _render_theme(request: HttpRequest, shown: Theme) -> HttpResponse:
    return render(request, "roadmap/theme.html", {"theme": shown, "content": theme_content(shown, request.user)})
