"""Telling that a credential ends: its holder, and who leads where they work now. See `reminders` for what is told when."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from certifications.enums import Threshold
from certifications.models import Credential, CredentialNotice
from certifications.querysets import dates_of
from certifications.reminders import Decision, Told, decide
from certifications.services import letters
from cms.accounts.enums import Role
from cms.accounts.models import Membership, User


def tell_ending(*, now: datetime | None = None) -> int:
    """Tell what has come and was not told; return how many mails leave.

    May run twice at once, late, or after a month: each threshold is decided once for each reader.
    """
    day = timezone.localdate(now or timezone.now())
    untold = Credential.objects.untold(OuterRef("person"), day).values_list("pk", flat=True)
    mails = sum(_tell_holder(pk, day) for pk in list(untold))
    led = Membership.objects.current(day).filter(role=Role.LEAD, person=OuterRef("pk"))
    leads = User.objects.filter(Exists(led), is_active=True).order_by("pk").values_list("pk", flat=True)
    return mails + sum(_tell_lead(pk, day) for pk in list(leads))


@transaction.atomic
def _tell_holder(pk: int, day: date) -> bool:
    if not Credential.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=pk).exists():
        return False
    rows = Credential.objects.filter(pk=pk).untold(OuterRef("person"), day).select_related("person")
    for credential, decision in _decide(rows, day):
        if decision.send is not None:
            letters.tell_ending(credential, is_lapsed=decision.send == Threshold.LAPSED, day=day)
            return True
    return False


@transaction.atomic
def _tell_lead(pk: int, day: date) -> bool:
    """One mail a day: what comes due after it waits for the next day."""
    lead = User.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=pk).first()
    if lead is None:
        return False
    told_today = CredentialNotice.objects.filter(reader=lead, told_on=day).exclude(credential__person=lead)
    if told_today.exists():
        return False
    led = Membership.objects.current(day).filter(person=lead, role=Role.LEAD).values("organisation")
    theirs = Membership.objects.current(day).filter(person=OuterRef("person"), organisation__in=led)
    rows = Credential.objects.untold(lead.pk, day).filter(Exists(theirs)).exclude(person=lead)
    told = [
        credential
        for credential, decision in _decide(rows.select_related("person"), day, reader=lead)
        if decision.send is not None
    ]
    if told:
        letters.tell_lead(lead, told, day=day)
    return bool(told)


def _decide(rows: Iterable[Credential], day: date, *, reader: User | None = None) -> list[tuple[Credential, Decision]]:
    """Decide and write down what becomes of these credentials for `reader`, their holder by default."""
    found = list(rows)
    readers = {credential.pk: reader.pk if reader else credential.person_id for credential in found}
    told = defaultdict(list)
    for notice in CredentialNotice.objects.filter(credential__in=readers, reader__in=set(readers.values())):
        if notice.reader_id == readers[notice.credential_id]:
            told[notice.credential_id].append(Told(notice.ends_on, notice.threshold, notice.told_on))
    decided, notices = [], []
    for credential in found:
        dates = dates_of(credential)
        if dates.ends_on is None or dates.window_opens_on is None:
            continue
        decision = decide(day, ends_on=dates.ends_on, window_opens_on=dates.window_opens_on, told=told[credential.pk])
        decided.append((credential, decision))
        for threshold in (decision.send, *decision.skip):
            if threshold is not None:
                notices.append(
                    CredentialNotice(
                        credential=credential,
                        reader_id=readers[credential.pk],
                        ends_on=dates.ends_on,
                        threshold=threshold,
                        told_on=day if threshold == decision.send else None,
                    )
                )
    CredentialNotice.objects.bulk_create(notices)
    return decided
