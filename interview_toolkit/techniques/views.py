"""The screens of techniques and of the phrase book."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from cms.accounts.door import sign_in_required
from interview_toolkit.techniques import queries
from interview_toolkit.techniques.forms import PhraseFilterForm, TechniqueFilterForm
from interview_toolkit.techniques.models import (
    Phrase,
    PhraseBookPage,
    TechniqueIndexPage,
    TechniquePage,
    ToolkitIndexPage,
)
from interview_toolkit.techniques.services import say_it_served


def toolkit(request: HttpRequest, page: ToolkitIndexPage) -> HttpResponse:
    return render(request, "techniques/toolkit.html", {"page": page, "rooms": queries.rooms_of(page)})


def techniques(request: HttpRequest, page: TechniqueIndexPage) -> HttpResponse:
    form = TechniqueFilterForm(request.GET, themes=queries.themes_of(page))
    chosen = form.chosen
    families = queries.by_family(
        page, family=chosen.get("famille", ""), axis=chosen.get("axe", ""), theme=chosen.get("theme", "")
    )
    count = sum(len(techniques) for _family, techniques in families)
    context = {"page": page, "form": form, "families": families, "count": count, "chips": form.chips(page.get_url())}
    return render(request, "techniques/techniques.html", context)


@require_safe
@sign_in_required
def technique_card(request: HttpRequest, code: str) -> HttpResponse:
    """A technique on an A5 sheet, to print and keep at hand."""
    page = get_object_or_404(TechniquePage.objects.live(), code=code)
    sheet = queries.technique_sheet(page)
    return render(
        request, "techniques/card.html", {"page": page, "sheet": sheet, "extras": queries.card_extras(page, sheet)}
    )


def phrase_book(request: HttpRequest, page: PhraseBookPage) -> HttpResponse:
    form = PhraseFilterForm(request.GET)
    groups = queries.phrases_by_situation(person=request.user, **form.chosen)  # type: ignore[arg-type]  # signed in
    count = sum(len(phrases) for _situation, phrases in groups)
    return render(request, "techniques/phrases.html", {"page": page, "form": form, "groups": groups, "count": count})


@require_POST
@sign_in_required
def phrase_served(request: HttpRequest, pk: int) -> HttpResponse:
    phrase = get_object_or_404(Phrase, pk=pk)
    has_served = request.POST.get("served") == "1"
    say_it_served(person=request.user, phrase=phrase, has_served=has_served)  # type: ignore[arg-type]  # signed in
    book = get_object_or_404(PhraseBookPage.objects.live())
    query = request.GET.urlencode()
    return redirect(f"{book.url}{'?' + query if query else ''}#phrase-{phrase.pk}")
