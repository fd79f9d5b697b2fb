"""What becomes of a package somebody sends: checked after the request, refused with a report, kept for an
administrator, or imported."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import connection, transaction
from django.utils import timezone

from cms.core import outbox
from courses.h5p.engine.issues import Issue
from courses.h5p.engine.libraries import load_order
from courses.h5p.engine.limits import Limits
from courses.h5p.engine.validator import Checked, check
from courses.h5p.enums import UploadState
from courses.h5p.errors import AlreadyDecided
from courses.h5p.models import Content, Upload
from courses.h5p.queries import lacking
from courses.h5p.registry import Installed
from courses.h5p.services.letters import tell_sender
from courses.h5p.services.registry import import_content, install_libraries, look_at_waiting, to_install

KIND = "h5p-upload"
KEPT_ONCE_SETTLED = timedelta(days=30)
# A check that fails every time for a week, whatever the reason, fails.
LONGEST_WAIT = timedelta(days=7)


def limits() -> Limits:
    return Limits(**settings.H5P_LIMITS)


@transaction.atomic
def send(*, file: "File[bytes]", filename: str, by: Any, replaces: Content | None = None) -> Upload:
    """Keep a package as it came; it is checked once the transaction is committed."""
    upload = Upload(filename=filename[-255:], size=file.size, sent_by=by, replaces=replaces)
    upload.replaced_title = replaces.title if replaces else ""
    storages["h5p"].save(upload.path, file)
    upload.save()
    _enqueue(upload)
    return upload


@transaction.atomic
def examine(*, public_id: UUID) -> None:
    """Check a package that was received, and settle what becomes of it. Does nothing when that is done already."""
    upload = Upload.objects.select_for_update(of=("self",)).filter(public_id=public_id).first()
    if upload is None or upload.state != UploadState.RECEIVED:
        return
    _hold(upload)
    with storages["h5p"].open(upload.path) as file:
        checked = check(file, filename=upload.filename, installed=Installed(), limits=limits())
        if checked.is_valid:
            _compare(checked, upload.replaces)
        upload.title = checked.title
        upload.report = [issue.as_dict() for issue in checked.issues]
        upload.unsaid = checked.issues.unsaid
        if not checked.is_valid:
            _settle(upload, UploadState.REFUSED)
            return
        if upload.approved_by:
            install_libraries(checked=checked, by=upload.approved_by)
        if to_install(checked):
            ordered = load_order(checked.libraries, checked.libraries)
            upload.libraries = [f"{library.name.machine_name} {library.version}" for library in ordered]
            upload.state = UploadState.WAITING
            upload.save()
            # What it lacks may have been installed since it was looked at: before this commit, nobody saw it wait.
            look_at_waiting()
            return
        upload.version = import_content(checked=checked, by=upload.sent_by, replaces=upload.replaces)
        _settle(upload, UploadState.IMPORTED)


@transaction.atomic
def approve(*, upload: Upload, by: Any) -> None:
    """Have the libraries of a waiting package installed, then its content imported for who sent it.

    Raises AlreadyDecided. Whoever calls answers for the permission `install_library`. The package is checked again by
    the worker: what is installed may have changed meanwhile.
    """
    upload = _take(upload)
    upload.approved_by = by
    _check_again(upload)


@transaction.atomic
def decline(*, upload: Upload, reason: str = "") -> None:
    """Throw a waiting package away, and say why to who sent it. Raises AlreadyDecided."""
    upload = _take(upload)
    upload.decline_reason = reason[:255]
    _settle(upload, UploadState.DECLINED)


@transaction.atomic
def withdraw(*, upload: Upload) -> None:
    """Take a waiting package back, for who sent it. Raises AlreadyDecided."""
    _settle(_take(upload), UploadState.WITHDRAWN)


def look_again_at_waiting() -> None:
    """Give to check again the waiting packages that lack nothing any more: others brought their libraries since."""
    waiting = list(Upload.objects.waiting().only("libraries").order_by("sent_at"))
    ready = [key for key, names in lacking(waiting).items() if not names]
    with transaction.atomic():
        # Once, whoever else looks or decides meanwhile: what is locked is looked at again, and no longer waits then.
        for upload in Upload.objects.waiting().filter(pk__in=ready).select_for_update(of=("self",)).order_by("pk"):
            _check_again(upload)


def is_being_checked(upload: Upload) -> bool:
    """Whether a worker is at it now. Asked inside a transaction; the worker is not kept waiting beyond it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT pg_try_advisory_xact_lock_shared(%s)", [_key_of(upload)])
        return bool(cursor.fetchone()[0])


def forget_old_uploads() -> None:
    """Delete the reports settled long ago, settle what could not be checked for days, look at what waits."""
    now = timezone.now()
    Upload.objects.filter(settled_at__lt=now - KEPT_ONCE_SETTLED).delete()
    late = Upload.objects.filter(state=UploadState.RECEIVED, waits=0, sent_at__lt=now - LONGEST_WAIT)
    for public_id in late.values_list("public_id", flat=True):
        _give_up(public_id)
    look_again_at_waiting()


@transaction.atomic
def _give_up(public_id: UUID) -> None:
    found = Upload.objects.select_for_update(of=("self",), skip_locked=True)
    upload = found.filter(public_id=public_id, state=UploadState.RECEIVED).first()
    if upload is not None:
        words = "Ce paquet n'a pas pu être contrôlé : le contrôle s'arrête à chaque essai."
        upload.report = [Issue("not-checked", words).as_dict()]
        _settle(upload, UploadState.REFUSED)


def _compare(checked: Checked, replaced: Content | None) -> None:
    """Tell who replaces a content by one of another kind: it is theirs to know."""
    if replaced is None or replaced.current is None or checked.main is None:
        return
    before, after = replaced.current.main_library, checked.main
    if before.machine_name != after.machine_name:
        words = f"Ce paquet n'est pas du même type que le contenu qu'il remplace ({before.title})."
        checked.issues.warn("other-type", words, "h5p.json#mainLibrary")


def _take(upload: Upload) -> Upload:
    found = Upload.objects.waiting().select_for_update(of=("self",)).filter(pk=upload.pk).first()
    if found is None:
        raise AlreadyDecided
    return found


def _check_again(upload: Upload) -> None:
    upload.state, upload.waits = UploadState.RECEIVED, upload.waits + 1
    upload.save()
    _enqueue(upload)


def _settle(upload: Upload, state: UploadState) -> None:
    """The file goes once what became of it is committed, so that nothing is decided on a file already gone.

    Whoever sent it is told by mail when somebody else's decision was waited for.
    """
    upload.state, upload.settled_at = state, timezone.now()
    upload.save()
    if state == UploadState.DECLINED or upload.has_waited:
        tell_sender(upload)
    transaction.on_commit(lambda: storages["h5p"].delete(upload.path))


def _enqueue(upload: Upload) -> None:
    outbox.enqueue(kind=KIND, key=upload.outbox_key, payload={"upload": str(upload.public_id)})


def _hold(upload: Upload) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_key_of(upload)])


def _key_of(upload: Upload) -> int:
    digest = hashlib.blake2b(f"h5p-upload:{upload.public_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
