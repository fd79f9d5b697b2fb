"""/pilotage/attestations/: for the coordination, everyone's; for a lead, those of their own people."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import storages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certifications.errors import CertificationError
from certifications.models import Credential
from coordination.access import SignedRequest, coordination_required, pilotage_required
from coordination.attestations import jobs
from coordination.attestations.archives import erased_since
from coordination.attestations.deeds import DEEDS
from coordination.attestations.enums import Deed, JobKind
from coordination.attestations.errors import JobError
from coordination.attestations.exports import CREDENTIALS, lines
from coordination.attestations.forms import CredentialFilterForm, RenewalFilterForm, StartForm
from coordination.attestations.queries import (
    CredentialListing,
    CredentialRow,
    choices_of,
    credential_sheet,
    credentials_within,
    deeds_for,
    every_row,
    renewal_groups,
    renewal_size,
    to_renew_within,
)
from coordination.downloads import as_csv, as_xlsx
from coordination.models import CredentialJob
from coordination.queries.reach import Reach, reach_of

PER_PAGE = 25


def asked(kind: type[CredentialFilterForm], request: SignedRequest, reach: Reach) -> CredentialFilterForm:
    """What the address asks for, among what this person may choose."""
    return kind(request.GET, choices=choices_of(reach), sees_everyone=reach.organisations is None)


@require_safe
@pilotage_required
def credentials(request: SignedRequest) -> HttpResponse:
    reach = reach_of(request.user)
    form = asked(CredentialFilterForm, request, reach)
    rows = credentials_within(request.user, reach, form.filters)
    listing = CredentialListing(rows, reach)
    documents = listing.size if reach.organisations is None else rows.documents_for(request.user).count()
    page = Paginator[CredentialRow](listing, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "filters": form.filters, "page": page, "size": listing.size, "now": timezone.now()}
    context |= {"documents": documents}
    return render(request, "coordination/attestations/list.html", context | {"start": StartForm(), "reach": reach})


@require_safe
@pilotage_required
def credentials_csv(request: SignedRequest) -> StreamingHttpResponse:
    reach = reach_of(request.user)
    rows = credentials_within(request.user, reach, asked(CredentialFilterForm, request, reach).filters)
    return as_csv(CREDENTIALS, lines(every_row(rows, reach)))


@require_safe
@pilotage_required
def credentials_xlsx(request: SignedRequest) -> FileResponse:
    reach = reach_of(request.user)
    rows = credentials_within(request.user, reach, asked(CredentialFilterForm, request, reach).filters)
    return as_xlsx(CREDENTIALS, lines(every_row(rows, reach)))


@require_safe
@pilotage_required
def renewals(request: SignedRequest) -> HttpResponse:
    reach = reach_of(request.user)
    form = asked(RenewalFilterForm, request, reach)
    rows = to_renew_within(request.user, reach, form.filters)
    page = Paginator[CredentialRow](CredentialListing(rows, reach), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "filters": form.filters, "page": page, "now": timezone.now(), "reach": reach}
    found = {"size": renewal_size(rows, reach.day), "groups": renewal_groups(rows)}
    return render(request, "coordination/attestations/renewals.html", context | found)


@require_http_methods(["GET", "HEAD", "POST"])
@pilotage_required
def renew(request: SignedRequest) -> HttpResponse:
    """Show what would be done, then do it: the filters are those of the address."""
    reach = reach_of(request.user)
    filters = asked(RenewalFilterForm, request, reach).filters
    rows = to_renew_within(request.user, reach, filters)
    if request.method == "POST":
        return begin(request, JobKind.RENEWAL, rows, filters.query, back="pilotage_renewals")
    context = {"filters": filters, "size": renewal_size(rows, reach.day), "groups": renewal_groups(rows)}
    return render(request, "coordination/attestations/renew.html", context | {"start": StartForm()})


@require_POST
@pilotage_required
def archive(request: SignedRequest) -> HttpResponse:
    reach = reach_of(request.user)
    filters = asked(CredentialFilterForm, request, reach).filters
    rows = credentials_within(request.user, reach, filters).documents_for(request.user)
    return begin(request, JobKind.ARCHIVE, rows, filters.query, back="pilotage_credentials")


def begin(request: SignedRequest, kind: JobKind, rows: Any, query: dict[str, str], *, back: str) -> HttpResponse:
    """Begin a job on these credentials and show it, or say why not."""
    form = StartForm(request.POST)
    form.is_valid()
    items = rows.values_list("pk", flat=True)[: jobs.MOST_ITEMS + 1]
    try:
        job = jobs.start(kind=kind, author=request.user, items=items, filters=query, form_key=form.once)
    except JobError as error:
        messages.error(request, str(error))
        return redirect(back)
    return redirect(job)


def own_job(request: SignedRequest, public_id: UUID) -> CredentialJob:
    """A job is its author's alone."""
    return get_object_or_404(CredentialJob.objects.filter(author=request.user), public_id=public_id)


@require_safe
@pilotage_required
def job(request: SignedRequest, public_id: UUID) -> HttpResponse:
    return show_job(request, own_job(request, public_id))


def show_job(request: SignedRequest, job: CredentialJob, status: int = 200) -> HttpResponse:
    context = {"job": job, "is_gone": job.has_file and erased_since(job)}
    return render(request, "coordination/attestations/job.html", context, status=status)


@require_safe
@pilotage_required
def archive_file(request: SignedRequest, public_id: UUID) -> HttpResponseBase:
    job = own_job(request, public_id)
    if not job.has_file or erased_since(job):
        return show_job(request, job, status=410)
    file = storages["private"].open(job.file)
    name = f"attestations-{timezone.localdate(job.created_at).isoformat()}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


def visible_credential(request: SignedRequest, pk: int) -> Credential:
    rows = Credential.objects.visible_to(request.user).with_facts()
    credential: Credential = get_object_or_404(
        rows.select_related("person", "definition", "renews", "supersedes"), pk=pk
    )
    return credential


@require_safe
@pilotage_required
def credential(request: SignedRequest, pk: int) -> HttpResponse:
    found = visible_credential(request, pk)
    sheet = credential_sheet(found, request.user, timezone.localdate())
    has_document = Credential.objects.documents_for(request.user).filter(pk=found.pk, snapshot__isnull=False).exists()
    context = {"sheet": sheet, "said": found.snapshot, "has_document": has_document}
    return render(request, "coordination/attestations/credential.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@coordination_required
def deed(request: SignedRequest, pk: int, deed: str) -> HttpResponse:
    """Ask, show once more, do."""
    credential = visible_credential(request, pk)
    if deed not in deeds_for(credential, request.user):
        messages.error(request, "Cela n'est plus possible pour cette attestation : voici où elle en est.")
        return redirect("pilotage_credential", pk)
    doing = DEEDS[Deed(deed)]
    form = doing.form(request.POST or None, credential=credential)
    context = {"credential": credential, "doing": doing, "form": form, "said": credential.snapshot}
    if request.method == "POST" and form.is_valid():
        if "confirmer" not in request.POST:
            return render(request, "coordination/attestations/confirm.html", context)
        try:
            after = doing.do(credential, request.user, form.cleaned_data)
            messages.success(request, doing.done)
            return redirect("pilotage_credential", after.pk)
        except CertificationError as error:
            form.add_error(None, str(error))
    return render(request, "coordination/attestations/deed.html", context, status=422 if form.errors else 200)
