"""What happens to a credential once issued: taken back, extended, corrected, forgotten. Always a new row."""

import uuid
from datetime import date

from django.db import transaction
from django.utils import timezone

from certifications.canonical import fingerprint
from certifications.enums import EventKind
from certifications.errors import (
    AlreadyRevoked,
    AlreadySuperseded,
    ExtensionTooShort,
    HolderErased,
    NothingToCorrect,
    NothingToExtend,
    ReasonNeeded,
)
from certifications.models import BadgeChoice, Credential, CredentialEvent
from certifications.querysets import LONGEST_EXTENSION, dates_of
from certifications.services import letters
from certifications.snapshot import Employer, corrected, utc
from cms.accounts.models import User
from cms.accounts.queries import Name


def revoke(*, credential: Credential, author: User, reason: str) -> CredentialEvent:
    """Take a credential back, for a reason shown to whoever verifies it. Raises ReasonNeeded, AlreadyRevoked."""
    reason = _said(reason)
    with transaction.atomic():
        credential = _lock(credential)
        if credential.is_revoked:
            raise AlreadyRevoked
        letters.tell_revoked(credential, reason=reason)
        return CredentialEvent.objects.create(
            credential=credential, kind=EventKind.REVOKED, author=author, reason=reason
        )


def extend(*, credential: Credential, author: User, until: date, reason: str) -> CredentialEvent:
    """Make a credential last until that day, itself included; the next window stays where it was.

    Raises ReasonNeeded, AlreadyRevoked, AlreadySuperseded, HolderErased, NothingToExtend,
    ExtensionTooShort.
    """
    reason = _said(reason)
    with transaction.atomic():
        credential = _lock(credential)
        _refuse_ended(credential)
        if credential.snapshot is None:
            raise HolderErased
        ends_on = dates_of(credential).ends_on
        if ends_on is None or credential.valid_until is None:
            raise NothingToExtend
        if until <= ends_on or (until - credential.valid_until).days > LONGEST_EXTENSION:
            raise ExtensionTooShort
        letters.tell_extended(credential, until=until, reason=reason)
        return CredentialEvent.objects.create(
            credential=credential, kind=EventKind.EXTENDED, author=author, reason=reason, until=until
        )


def correct(
    *, credential: Credential, author: User, reason: str, name: Name | None = None, employer: Employer | None = None
) -> Credential:
    """Issue another credential in place of one that says something wrong; the old one still answers, as replaced.

    Facts, dates and words stay those of the first; `name` and `employer` replace what it says of the person.
    Raises ReasonNeeded, AlreadyRevoked, AlreadySuperseded, HolderErased, NothingToCorrect.
    """
    reason = _said(reason)
    with transaction.atomic():
        credential = _lock(credential)
        _refuse_ended(credential)
        if credential.snapshot is None:
            raise HolderErased
        said = corrected(credential.snapshot, credential.version.content, name=name, employer=employer)
        if said == credential.snapshot:
            raise NothingToCorrect
        public_id, issued_at = uuid.uuid4(), max(timezone.now(), credential.issued_at).replace(microsecond=0)
        snapshot = said | {
            "id": str(public_id),
            "issued_at": utc(issued_at),
            "verification_url": credential.snapshot["verification_url"].replace(
                str(credential.public_id), str(public_id)
            ),
            "supersedes": str(credential.public_id),
            "correction_reason": reason,
        }
        replacing = Credential.objects.create(
            public_id=public_id,
            person_id=credential.person_id,
            definition_id=credential.definition_id,
            version_id=credential.version_id,
            enrolment_id=credential.enrolment_id,
            session_id=credential.session_id,
            issued_at=issued_at,
            valid_from=credential.valid_from,
            valid_until=credential.valid_until,
            window_days=credential.window_days,
            snapshot=snapshot,
            sha256=fingerprint(snapshot),
            supersedes=credential,
            renews_id=credential.renews_id,
        )
        letters.tell_corrected(replacing, reason=reason)
        return replacing


@transaction.atomic
def forget_holder(*, person: User) -> int:
    """Erase what the credentials of `person` say; number, fingerprint and dates stay. Returns how many.

    RGPD, article 17. What was awarded can no longer be attributed to anyone.
    """
    held = Credential.objects.select_for_update().filter(person=person, snapshot__isnull=False)
    ids = list(held.values_list("pk", flat=True))
    Credential.objects.filter(pk__in=ids).update(snapshot=None)
    BadgeChoice.objects.filter(credential__in=ids).delete()
    CredentialEvent.objects.bulk_create(CredentialEvent(credential_id=pk, kind=EventKind.ERASED) for pk in ids)
    return len(ids)


def _said(reason: str) -> str:
    if not reason.strip():
        raise ReasonNeeded
    return reason.strip()


def _lock(credential: Credential) -> Credential:
    Credential.objects.select_for_update().get(pk=credential.pk)
    locked: Credential = Credential.objects.with_facts().get(pk=credential.pk)
    return locked


def _refuse_ended(credential: Credential) -> None:
    if credential.is_revoked:
        raise AlreadyRevoked
    if credential.is_superseded:
        raise AlreadySuperseded
