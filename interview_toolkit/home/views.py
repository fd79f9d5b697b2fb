"""The screens of the toolkit that read several of its rooms."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cms.accounts.door import sign_in_required
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Theme
from interview_toolkit.home import queries
from interview_toolkit.techniques.models import TechniquePage
from interview_toolkit.techniques.queries import technique_sheet


def technique(request: HttpRequest, page: TechniquePage) -> HttpResponse:
    sheet = technique_sheet(page)
    context = {"page": page, "sheet": sheet, "around": queries.around_technique(page, sheet)}
    return render(request, "techniques/technique.html", context)


@require_safe
@sign_in_required
def proof_rows(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Why this figure: the rule, and the facts behind one counter of a theme."""
    wanted = next((one for one in EvidenceKind if one.slug == kind), None)
    if wanted is None:
        raise Http404
    theme = get_object_or_404(Theme.objects.current().with_code(code))
    rows = queries.proof_rows(request.user, theme, wanted)  # type: ignore[arg-type]  # signed in
    return render(request, "proof/rows.html", {"theme": theme, "rows": rows})
