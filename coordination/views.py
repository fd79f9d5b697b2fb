"""/pilotage/: for the coordination, everyone; for a lead, their own people."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts.errors import AccountError, InvitationClosed
from cms.accounts.models import Invitation, User
from cms.core.stamps import remembered
from coordination import exports
from coordination.access import SignedRequest, coordination_required, pilotage_required
from coordination.downloads import as_csv, as_xlsx
from coordination.filters import Filters
from coordination.forms import EnrolForm, FilterForm, InviteForm, PeopleFilterForm
from coordination.queries.figures import count_of, dashboard_from
from coordination.queries.people import PeopleListing, PersonRow, every_person
from coordination.queries.person import invitations_of, sheet_of, waiting_invitations
from coordination.queries.reach import Reach, choices_for, open_courses, reach_of
from coordination.queries.transfer import transfers
from coordination.services import enrol_by, invite_again_by, invite_by, withdraw_by
from courses.errors import CourseError
from courses.models import CoursePage

PEOPLE_PER_PAGE = 25
Form = TypeVar("Form", bound=FilterForm)


def tables(reach: Reach, filters: Filters) -> SafeString:
    """The figures as they show, drawn again only when a fact changed."""
    count = count_of(reach, filters)
    stamp = reach.stamp if reach.stamp == count.stamp else None  # None: a title changed in between

    def draw() -> SafeString:
        chosen = {name: filters.query.get(name) for name in ("structure", "theme")}
        dashboard = dashboard_from(count, reach, filters)
        context = {"filters": filters, "chosen": chosen, "dashboard": dashboard, "day": reach.day}
        return render_to_string("coordination/tables.html", context)

    return remembered(stamp, reach.key("tables", filters.address(), count.snapshot), draw)


def filter_form(reach: Reach, form: FilterForm) -> SafeString:
    """The form above the tables, drawn again only when a choice it offers changed."""
    filters = form.filters.for_figures
    context = {"form": form, "filters": filters, "action": "pilotage", "label": "Filtrer les tableaux"}
    key = reach.key("filters", filters.address(), form.ignored)
    return remembered(reach.stamp, key, lambda: render_to_string("coordination/filters.html", context))


def asked(kind: type[Form], request: SignedRequest, reach: Reach) -> Form:
    """What the address asks for, among what this person may choose."""
    return kind(request.GET, choices=choices_for(reach), sees_everyone=reach.organisations is None)


@require_safe
@pilotage_required
def dashboard(request: SignedRequest) -> HttpResponse:
    reach = reach_of(request.user)
    form = asked(FilterForm, request, reach)
    filters = form.filters.for_figures
    context = {
        "form": filter_form(reach, form),
        "tables": tables(reach, filters),
        "now": timezone.now(),
        "sees_everyone": reach.organisations is None,
    }
    return render(request, "coordination/dashboard.html", context)


@require_safe
@pilotage_required
def people(request: SignedRequest) -> HttpResponse:
    reach = reach_of(request.user)
    form = asked(PeopleFilterForm, request, reach)
    listing = PeopleListing(reach, form.filters)
    page = Paginator[PersonRow](listing, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "filters": form.filters, "size": listing.size, "page": page, "now": timezone.now()}
    return render(request, "coordination/people.html", context)


@require_safe
@coordination_required
def transfer(request: SignedRequest) -> HttpResponse:
    context = {"rows": transfers(timezone.localdate()), "now": timezone.now()}
    return render(request, "coordination/transfer.html", context)


@require_safe
@pilotage_required
def people_csv(request: SignedRequest) -> StreamingHttpResponse:
    reach = reach_of(request.user)
    everyone = every_person(reach, asked(PeopleFilterForm, request, reach).filters)
    return as_csv(exports.PEOPLE, exports.lines(everyone))


@require_safe
@pilotage_required
def people_xlsx(request: SignedRequest) -> FileResponse:
    reach = reach_of(request.user)
    everyone = every_person(reach, asked(PeopleFilterForm, request, reach).filters)
    return as_xlsx(exports.PEOPLE, exports.lines(everyone))


def visible_person(request: SignedRequest, public_id: UUID) -> User:
    person: User = get_object_or_404(User.objects.visible_to(request.user), public_id=public_id)
    return person


def show_person(request: SignedRequest, person: User, form: EnrolForm, status: int = 200) -> HttpResponse:
    sheet = sheet_of(person, request.user, reach_of(request.user))
    return render(request, "coordination/person.html", {"sheet": sheet, "person": person, "form": form}, status=status)


@require_safe
@pilotage_required
def person(request: SignedRequest, public_id: UUID) -> HttpResponse:
    person = visible_person(request, public_id)
    return show_person(request, person, EnrolForm(courses=open_courses(without=person)))


@require_POST
@pilotage_required
def enrol(request: SignedRequest, public_id: UUID) -> HttpResponse:
    person = visible_person(request, public_id)
    form = EnrolForm(request.POST, courses=open_courses())
    if not form.is_valid():
        return show_person(request, person, form, status=422)
    course = get_object_or_404(CoursePage, pk=form.cleaned_data["course"])
    try:
        sentence = enrol_by(user=request.user, person=person, course=course, due_on=form.cleaned_data["due_on"])
    except CourseError as error:
        form.add_error("course", str(error))
        return show_person(request, person, form, status=422)
    messages.success(request, sentence)
    return redirect("pilotage_person", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@pilotage_required
def invite(request: SignedRequest) -> HttpResponse:
    reach = reach_of(request.user)
    organisations = choices_for(reach).organisations
    form = InviteForm(request.POST or None, organisations=organisations, sees_everyone=request.user.sees_everyone)
    if form.is_valid():
        try:
            messages.success(request, invite_by(user=request.user, invitation=form.cleaned_data))
            return redirect("pilotage_invite")
        except AccountError as error:
            form.add_error("email", str(error))
    context = {"form": form, "waiting": waiting_invitations(reach)}
    return render(request, "coordination/invite.html", context, status=422 if form.errors else 200)


def decide(request: SignedRequest, number: int, act: Callable[..., str]) -> HttpResponse:
    """Do something of a waiting invitation, or say that it waits no more. Somebody else's is a 404."""
    try:
        if not Invitation.objects.filter(pk=number, accepted_at=None).exists():
            raise InvitationClosed
        invitation = get_object_or_404(invitations_of(request.user), pk=number)
        messages.success(request, act(user=request.user, invitation=invitation))
    except AccountError as error:
        messages.error(request, str(error))
    return redirect("pilotage_invite")


@require_POST
@pilotage_required
def invite_again(request: SignedRequest, number: int) -> HttpResponse:
    return decide(request, number, invite_again_by)


@require_POST
@pilotage_required
def withdraw_invitation(request: SignedRequest, number: int) -> HttpResponse:
    return decide(request, number, withdraw_by)
