"""Whether what was awarded is whole: what `manage.py credentials check` says."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from certifications.enums import EventKind
from certifications.integrity import fault_of
from certifications.models import Credential, CredentialEvent
from certifications.queries.due import enrolments_waiting
from certifications.services.issue import would_issue

BATCH = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind`: altered, duplicate, missing or erased; `what`: the credential or the enrolment."""

    kind: str
    what: str
    sentence: str


def faults() -> Iterator[Fault]:
    """Everything wrong, one by one: fingerprints that do not match, doubles, what should have been awarded."""
    yield from altered()
    yield from doubles()
    yield from missing()


def altered() -> Iterator[Fault]:
    erased = set(CredentialEvent.objects.filter(kind=EventKind.ERASED).values_list("credential", flat=True))
    for credential in Credential.objects.order_by("pk").iterator(chunk_size=BATCH):
        if fault := fault_of(credential, is_erased=credential.pk in erased):
            kind, sentence = fault
            yield Fault(kind, str(credential.public_id), sentence)


def doubles() -> Iterator[Fault]:
    """Several heads for one enrolment and one definition: the database refuses it, a restored one may hold it."""
    rows = (
        Credential.objects.heads()
        .filter(enrolment__isnull=False)
        .order_by()
        .values("enrolment", "definition", "enrolment__public_id")
        .annotate(heads=Count("pk"))
        .filter(heads__gt=1)
    )
    for row in rows:
        what = str(row["enrolment__public_id"])
        yield Fault("duplicate", what, f"cette inscription a {row['heads']} attestations d'un même modèle")


def missing() -> Iterator[Fault]:
    """Completed enrolments that give right to a credential nobody awarded."""
    after = 0
    while batch := enrolments_waiting(after=after, limit=BATCH):
        for enrolment in batch:
            for definition in would_issue(enrolment):
                yield Fault("missing", str(enrolment.public_id), f"elle donne droit à « {definition.title} »")
        after = max(enrolment.pk for enrolment in batch)
