"""Work on many credentials, a batch after the other: renewals opened, an archive made.

Each batch is one message of the outbox, so one transaction: a worker killed in the middle leaves the batch to be done
again, and what was done before it stays done. The page of a job reads its row, nothing else.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from certifications.errors import CertificationError
from certifications.models import Credential
from certifications.services import open_renewal
from certifications.services.renewal import renewal_under_way
from cms.accounts.models import User
from cms.core import outbox
from coordination.attestations import archives
from coordination.attestations.enums import JobKind, JobState
from coordination.attestations.errors import NothingToDo, TooMany
from coordination.models import CredentialJob
from courses.enums import EnrolmentSource
from courses.errors import CourseError

KIND = "credential-job"
BATCH = 20
# So few are done while one waits.
AT_ONCE = 50
MOST_FILES, MOST_ITEMS = 5_000, 50_000
KEPT = timedelta(hours=24)
# A job that nothing has moved for a day fails; its row is read for a month.
LONGEST_STOP = timedelta(days=1)
REMEMBERED = timedelta(days=30)


def start(
    *, kind: JobKind, author: User, items: Iterable[int], filters: dict[str, str], form_key: UUID | None = None
) -> CredentialJob:
    """Begin a job on these credentials (ids), or return the one begun from the same form.

    A short one is done before this returns, unless the worker was quicker. Raises NothingToDo, TooMany.
    """
    items = list(items)
    if not items:
        raise NothingToDo
    if kind == JobKind.ARCHIVE and len(items) > MOST_FILES:
        raise TooMany(MOST_FILES)
    if len(items) > MOST_ITEMS:
        raise TooMany(MOST_ITEMS)
    with transaction.atomic():
        given = {"kind": kind, "items": items, "total": len(items), "filters": filters}
        if form_key is None:
            job, is_new = CredentialJob.objects.create(author=author, **given), True
        else:
            job, is_new = CredentialJob.objects.get_or_create(author=author, form_key=form_key, defaults=given)
        if is_new:
            _announce(job)
    if is_new and kind == JobKind.RENEWAL and job.total <= AT_ONCE:
        while outbox.process(_key(job)):
            job.refresh_from_db()
    return job


def work(*, public_id: UUID) -> None:
    """Do the next batch of a job. In the transaction of the outbox."""
    job = CredentialJob.objects.select_for_update(of=("self",)).select_related("author").get(public_id=public_id)
    if not job.is_running:
        return
    items = job.items[job.done : job.done + BATCH]
    if items:
        batch = _seen(job, items)
        do = {JobKind.RENEWAL: _renew, JobKind.ARCHIVE: archives.add_part}[JobKind(job.kind)]
        do(job, batch)
        hidden = len(items) - len(batch)
        if hidden:
            leave_out(job, "", f"{hidden} que vous ne voyez plus", "Cette personne n'est plus dans votre structure.")
    elif job.kind == JobKind.ARCHIVE:
        archives.assemble(job)
        job.expires_at = timezone.now() + KEPT
    job.done += len(items)
    is_over = not items if job.kind == JobKind.ARCHIVE else job.done == job.total
    job.state = JobState.DONE if is_over else JobState.RUNNING
    job.moved_at = timezone.now()
    job.save()
    if not is_over:
        _announce(job)


def forget_old() -> None:
    """Delete the files whose time is over, fail what has not moved for a day, forget what is a month old."""
    now = timezone.now()
    for job in CredentialJob.objects.filter(kind=JobKind.ARCHIVE, expires_at__lte=now).exclude(file=""):
        storages["private"].delete(job.file)
        CredentialJob.objects.filter(pk=job.pk).update(file="")
    for job in CredentialJob.objects.filter(state=JobState.RUNNING, moved_at__lt=now - LONGEST_STOP):
        _fail(job.pk)
    CredentialJob.objects.filter(created_at__lt=now - REMEMBERED, file="").exclude(state=JobState.RUNNING).delete()


@transaction.atomic
def _fail(pk: int) -> None:
    running = CredentialJob.objects.select_for_update(skip_locked=True).filter(pk=pk, state=JobState.RUNNING)
    for job in running:
        job.state = JobState.FAILED
        job.save(update_fields=["state"])
        archives.forget_parts(job)


def leave_out(job: CredentialJob, key: str, name: str, why: str) -> None:
    """Write down what could not be done, for whom and why."""
    job.report.setdefault("left_out", []).append([key, name, why])


def _seen(job: CredentialJob, items: list[int]) -> list[Credential]:
    """Those of the batch its author may still see, in the order of the list."""
    found = Credential.objects.visible_to(job.author).filter(pk__in=items).with_facts().select_related("person")
    return sorted(found, key=lambda credential: items.index(credential.pk))


def _renew(job: CredentialJob, batch: list[Credential]) -> None:
    source = EnrolmentSource.COORDINATION if job.author.sees_everyone else EnrolmentSource.LEAD
    counts: dict[str, Any] = {"opened": 0, "already": 0} | job.report
    for credential in batch:
        try:
            with transaction.atomic():
                # Two who ask at once take turns on the person.
                User.objects.select_for_update(no_key=True).get(pk=credential.person_id)
                is_known = renewal_under_way(credential) is not None
                open_renewal(credential=credential, source=source)
            counts["already" if is_known else "opened"] += 1
        except (CertificationError, CourseError) as error:
            leave_out(job, str(credential.pk), credential.person.get_full_name(), str(error))
    job.report = job.report | {name: counts[name] for name in ("opened", "already")}


def _key(job: CredentialJob) -> str:
    return f"{KIND}:{job.public_id}:{job.done}"


def _announce(job: CredentialJob) -> None:
    """The message of the next batch. The last one of an archive puts its parts together."""
    key = f"{_key(job)}:end" if job.done == job.total else _key(job)
    outbox.enqueue(kind=KIND, key=key, payload={"job": str(job.public_id)})
