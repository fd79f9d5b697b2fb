"""The pages of the site, each `view(request, page)`; the search; what a reader confirms."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_POST, require_safe

from cms.accounts.door import sign_in_required
from cms.accounts.models import Organisation
from cms.core.rendering import render_body
from cms.pages import queries
from cms.pages.models import (
    DirectoryPage,
    GlossaryPage,
    HomePage,
    InformationIndexPage,
    InformationPage,
    InformationSectionPage,
    LegalPage,
    PathwayPage,
)
from cms.pages.search import search_site
from cms.pages.services import confirm_reading
from cms.roadmap.models import Roadmap
from cms.roadmap.queries import outline


def home(request: HttpRequest, page: HomePage) -> HttpResponse:
    if request.user.is_authenticated and settings.SOCLE_DASHBOARD_VIEW and not getattr(request, "is_preview", False):
        return import_string(settings.SOCLE_DASHBOARD_VIEW)(request, page)
    roadmap = Roadmap.objects.filter(is_current=True).first()
    context = {
        "page": page,
        "how_it_works": render_body(page, "how_it_works"),
        "objectives": outline(roadmap) if roadmap else [],
        "organisations": Organisation.objects.filter(is_active=True),
        "public_pages": queries.public_pages(),
    }
    return render(request, "pages/home.html", context)


def information_index(request: HttpRequest, page: InformationIndexPage) -> HttpResponse:
    return render(request, "pages/information_index.html", {"page": page, "base": queries.information_base(page)})


def information_section(request: HttpRequest, page: InformationSectionPage) -> HttpResponse:
    return render(request, "pages/information_section.html", {"page": page, "pages": queries.pages_of(page)})


def information(request: HttpRequest, page: InformationPage) -> HttpResponse:
    context = {"page": page, "information": queries.information(page, request.user)}
    return render(request, "pages/information.html", context)


def glossary(request: HttpRequest, page: GlossaryPage) -> HttpResponse:
    text = queries.clean_text(request.GET.get("q"))
    letters = queries.glossary(text)
    context = {"page": page, "q": text, "letters": letters, "count": sum(map(len, letters.values()))}
    return render(request, "pages/glossary.html", context)


def directory(request: HttpRequest, page: DirectoryPage) -> HttpResponse:
    text = queries.clean_text(request.GET.get("q"))
    return render(request, "pages/directory.html", {"page": page, "q": text, "entries": queries.directory(text)})


def pathway(request: HttpRequest, page: PathwayPage) -> HttpResponse:
    return render(request, "pages/pathway.html", {"page": page, "steps": queries.pathway()})


def legal(request: HttpRequest, page: LegalPage) -> HttpResponse:
    return render(request, "pages/legal.html", {"page": page, "body": render_body(page)})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    results = search_site(
        text=queries.clean_text(request.GET.get("q")),
        theme=request.GET.get("theme", ""),
        kind=request.GET.get("nature", ""),
        number=request.GET.get("page", ""),
        user=request.user,
    )
    return render(request, "pages/search.html", {"results": results})


@require_POST
@sign_in_required
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    page = get_object_or_404(InformationPage.objects.live(), pk=pk)
    confirm_reading(person=request.user, page=page)  # type: ignore[arg-type]  # signed in
    messages.success(request, "C'est noté : vous avez lu cette page.")
    return redirect(f"{page.url}#lecture")
