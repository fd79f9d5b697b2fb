"""Every write of the journal."""

from collections.abc import Iterable
from uuid import UUID, uuid5

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from cms.accounts.models import User
from cms.core.mail import signature
from cms.roadmap.models import Theme
from courses.models import Enrolment
from courses.services import record_attempt
from interview_toolkit.journal.errors import KeyLost
from interview_toolkit.journal.models import RULE, Entry, Share
from interview_toolkit.journal.sealing import seal_again
from interview_toolkit.techniques.models import TechniquePage

BATCH = 500


@transaction.atomic
def write_entry(
    *,
    person: User,
    texts: dict[str, str],
    techniques: Iterable[TechniquePage],
    themes: Iterable[Theme],
    entry: Entry | None = None,
    form_key: UUID | None = None,
) -> Entry:
    """Keep an entry, or what it says now. A new one counts in the courses that ask for some. Raises NoKey.

    The same `form_key` again returns the entry it made, and changes nothing.
    """
    is_new = entry is None
    if is_new and form_key is not None:
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        known: Entry | None = Entry.objects.of(person).filter(form_key=form_key).first()
        if known is not None:
            return known
    entry = entry or Entry(person=person, form_key=form_key)
    entry.write(texts)
    if not is_new:
        entry.changed_at = timezone.now()
    entry.save()
    entry.techniques.set(techniques)
    entry.themes.set(themes)
    if is_new:
        _tell_courses(entry)
    return entry


@transaction.atomic
def delete_entry(*, entry: Entry) -> None:
    """For good, shares with it. What it counted for in a course stays."""
    entry.delete()


@transaction.atomic
def share_entry(*, entry: Entry, trainer: User) -> Share:
    """Show an entry to a trainer from now on, who is told by mail; shared already, it stays so."""
    Entry.objects.select_for_update(no_key=True).get(pk=entry.pk)
    known: Share | None = Share.objects.open().filter(entry=entry, trainer=trainer).first()
    if known is not None:
        return known
    share = Share.objects.create(entry=entry, trainer=trainer)
    _tell_of_share(share)
    return share


@transaction.atomic
def revoke_share(*, share: Share) -> None:
    Share.objects.open().filter(pk=share.pk).update(revoked_at=timezone.now())


def rotate() -> tuple[int, list[str]]:
    """Seal every entry again with the first key. Returns how many, and the identifiers of those no key opens.

    Batch by batch: interrupted, it is run again.
    """
    lost: list[str] = []
    count = after = 0
    while True:
        with transaction.atomic():
            batch = list(Entry.objects.filter(pk__gt=after).order_by("pk").select_for_update()[:BATCH])
            if not batch:
                return count, lost
            after = batch[-1].pk
            opened = []
            for entry in batch:
                try:
                    entry.sealed = seal_again(bytes(entry.sealed))
                    opened.append(entry)
                except KeyLost:
                    lost.append(str(entry.public_id))
            Entry.objects.bulk_update(opened, ["sealed"])
            count += len(opened)


@transaction.atomic
def forget(*, person: User) -> None:
    """Delete everything someone wrote in their journal (RGPD, article 17). What it counted for in a course stays."""
    Entry.objects.of(person).delete()


def _tell_of_share(share: Share) -> None:
    """Who confided one, and where: nothing of what it says."""
    person = share.entry.person
    address = f"{settings.WAGTAILADMIN_BASE_URL}{share.entry.get_absolute_url()}"
    context = signature() | {"person": share.trainer, "author": person, "address": address}
    body = render_to_string("journal/mail/shared.txt", context)
    send_mail(f"{person} vous confie une entrée de son journal", body.strip(), None, [share.trainer.email])


def _tell_courses(entry: Entry) -> None:
    """A new entry counts in every open enrolment that asks for some: so many since it was opened."""
    enrolments = Enrolment.objects.of(entry.person).open().filter(version__manifest__contains=[{"rule": RULE}])
    for enrolment in enrolments.select_related("version", "person"):
        written = Entry.objects.of(entry.person).filter(written_at__gte=enrolment.enrolled_at).count()
        for step in enrolment.version.manifest:
            if step["rule"] == RULE:
                record_attempt(
                    enrolment=enrolment,
                    step_key=step["step_key"],
                    idempotency_key=str(uuid5(entry.public_id, f"{enrolment.pk}/{step['step_key']}")),
                    passed=written >= step["entries"],
                    snapshot={"entries": written},
                    revision=step.get("revision"),
                )
