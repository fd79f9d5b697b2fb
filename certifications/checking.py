"""Whether what was awarded is whole: what `manage.py credentials check` says."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from certifications.enums import EventKind
from certifications.integrity import fault_of
from certifications.models import Credential, CredentialEvent
from certifications.queries.due import attended_whole, enrolments_waiting, sessions_over
from certifications.services.issue import would_issue
from certifications.services.sessions import definitions_of
from courses.sessions.models import TrainingSession

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
    """Several heads of one definition for an enrolment, or a session and a person: a restored one may hold some."""
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
    rows = (
        Credential.objects.heads()
        .filter(session__isnull=False)
        .order_by()
        .values("session", "person", "definition", "session__public_id")
        .annotate(heads=Count("pk"))
        .filter(heads__gt=1)
    )
    for row in rows:
        what = str(row["session__public_id"])
        yield Fault("duplicate", what, f"une personne a {row['heads']} certificats pour cette séance")


def missing() -> Iterator[Fault]:
    """Completed enrolments, and sessions attended whole, that give right to a credential nobody awarded."""
    after = 0
    while batch := enrolments_waiting(after=after, limit=BATCH):
        for enrolment in batch:
            for definition in would_issue(enrolment):
                yield Fault("missing", str(enrolment.public_id), f"elle donne droit à « {definition.title} »")
        after = max(enrolment.pk for enrolment in batch)
    for session in TrainingSession.objects.filter(pk__in=sessions_over()).whole():
        for definition in definitions_of(session):
            if people := len(attended_whole(session, without=definition)):
                yield Fault(
                    "missing", str(session.public_id), f"cette séance donne droit à {people} « {definition.title} »"
                )
