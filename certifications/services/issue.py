"""Awarding: once for an enrolment and a definition, whatever runs twice, late, or after a crash."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from certifications.enums import Path, Purpose, RenewalPath
from certifications.models import Credential, CredentialDefinition, CredentialSource
from certifications.queries.due import enrolments_waiting, sessions_over
from certifications.querysets import dates_of
from certifications.services.sessions import issue_for_session
from certifications.services.writing import version_at, write
from certifications.snapshot import earned_by
from certifications.states import validity
from cms.accounts.models import User
from courses.models import Enrolment

BATCH = 200


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a credential rests on: the enrolments, oldest first, and the instant the last of them counted."""

    enrolments: list[Enrolment]
    earned_at: datetime


def issue_for(*, enrolment_id: int) -> list[Credential]:
    """Award what the person of this enrolment has earned and was not awarded yet; return what this call awarded.

    Oldest first, so that a renewal follows what it renews even when both come late. Nothing is awarded to an erased
    person, nor for what is not completed.
    """
    person = User.objects.get(enrolments=enrolment_id)
    return [credential for waiting in enrolments_waiting(person=person) for credential in _issue_all(waiting)]


def issue_missing(*, since: datetime | None = None) -> int:
    """Award what a crash, a broker or a worker that was down left undone; return how many were awarded.

    `since`: look only at what was completed, or countersigned, from then on.
    """
    issued, after = 0, 0
    while batch := enrolments_waiting(after=after, limit=BATCH, since=since):
        for waiting in batch:
            issued += len(issue_for(enrolment_id=waiting.pk))
        after = max(waiting.pk for waiting in batch)
    for session_id in sessions_over(since=since):
        issued += len(issue_for_session(session_id=session_id))
    return issued


def would_issue(enrolment: Enrolment) -> list[CredentialDefinition]:
    """Return the definitions this enrolment gives right to now; nothing is written."""
    definitions = CredentialDefinition.objects.awarded_for(enrolment.course_id, completed_at=_ended_at(enrolment))
    return [
        definition
        for definition in definitions.with_courses()
        if not _has_served(definition, enrolment) and _grounds(definition, enrolment, _previous(definition, enrolment))
    ]


def _issue_all(enrolment: Enrolment) -> list[Credential]:
    definitions = CredentialDefinition.objects.awarded_for(enrolment.course_id, completed_at=_ended_at(enrolment))
    issued = [_issue(definition, enrolment) for definition in definitions.with_courses()]
    return [credential for credential in issued if credential is not None]


def _ended_at(enrolment: Enrolment) -> datetime:
    """When it was completed; for one under way, of which some steps may be enough, when it last moved."""
    state: Any = enrolment.state
    ended_at: datetime = state.completed_at or state.last_activity_at
    return ended_at


@transaction.atomic
def _issue(definition: CredentialDefinition, enrolment: Enrolment) -> Credential | None:
    """Award one definition. The person's row is locked: two enrolments that end together make one path, once."""
    person = User.objects.select_for_update(no_key=True).get(pk=enrolment.person_id)
    if person.erased_at is not None:
        return None
    if _has_served(definition, enrolment):
        return None
    previous = _previous(definition, enrolment)
    grounds = _grounds(definition, enrolment, previous)
    if grounds is None:
        return None
    version = version_at(definition, grounds.earned_at)
    valid_from, valid_until = validity(
        completed_on=timezone.localdate(grounds.earned_at),
        months=version.content["validity_months"],
        previous=dates_of(previous) if previous else None,
    )
    credential = write(
        person=person,
        version=version,
        earned=earned_by(grounds.enrolments, grounds.earned_at),
        earned_at=grounds.earned_at,
        valid_from=valid_from,
        valid_until=valid_until,
        enrolment=grounds.enrolments[-1],
        renews=previous,
    )
    CredentialSource.objects.bulk_create(
        CredentialSource(credential=credential, definition=definition, enrolment=one) for one in grounds.enrolments
    )
    return credential


def _has_served(definition: CredentialDefinition, enrolment: Enrolment) -> bool:
    return CredentialSource.objects.filter(definition=definition, enrolment=enrolment).exists()


def _previous(definition: CredentialDefinition, enrolment: Enrolment) -> Credential | None:
    """What the person held of this definition when the enrolment ended: what would be renewed."""
    held = Credential.objects.filter(person=enrolment.person_id, definition=definition).heads().with_facts()
    before = held.filter(is_revoked=False, valid_from__lte=timezone.localdate(_ended_at(enrolment)))
    return before.order_by("-valid_from", "-pk").first()


def _grounds(definition: CredentialDefinition, enrolment: Enrolment, previous: Credential | None) -> Grounds | None:
    """What this enrolment gives right to, or None."""
    award = {course.pk for course in definition.courses_for(Purpose.AWARD)}
    renewal = {course.pk for course in definition.courses_for(Purpose.RENEWAL)}
    completed_at = enrolment.state.completed_at
    if enrolment.course_id in award:
        if previous is not None and definition.renewal_path == RenewalPath.STEPS:
            by_steps = _by_steps(definition, enrolment, previous)
            if by_steps is not None:
                return by_steps
        if completed_at is None:
            return None
        if definition.path == Path.ANY:
            return Grounds([enrolment], completed_at)
        return _by_path(definition, enrolment, sorted(award))
    is_renewing = enrolment.course_id in renewal and definition.renewal_path == RenewalPath.COURSES
    if is_renewing and completed_at and previous is not None and _is_open(previous, completed_at):
        return Grounds([enrolment], completed_at)
    return None


def _by_path(definition: CredentialDefinition, enrolment: Enrolment, courses: list[int]) -> Grounds | None:
    """Every course of the path completed once, in enrolments that have not served yet."""
    used = CredentialSource.objects.filter(definition=definition, enrolment__person=enrolment.person_id)
    rows = (
        Enrolment.objects.of(enrolment.person)
        .completed()
        .filter(course__in=courses)
        .exclude(pk__in=used.values("enrolment"))
        .select_related("state", "course", "version", "person")
        .order_by("state__completed_at", "pk")
    )
    first_of: dict[int, Enrolment] = {}
    for row in rows:
        first_of.setdefault(row.course_id, row)
    if set(first_of) != set(courses):
        return None
    together = sorted(first_of.values(), key=lambda one: (one.state.completed_at, one.pk))
    return Grounds(together, _ended_at(together[-1]))


def _by_steps(definition: CredentialDefinition, enrolment: Enrolment, previous: Credential) -> Grounds | None:
    """The steps asked again, done in a later cycle; what its version no longer asks is not asked."""
    asked = {step["step_key"] for step in enrolment.version.manifest if not step.get("is_withdrawn")}
    keys = {str(key) for key in definition.renewal_steps} & asked
    states = enrolment.step_states.filter(step_key__in=keys, first_completed_at__isnull=False)
    done: list[Any] = list(states.values_list("first_completed_at", flat=True))
    if not keys or len(done) < len(keys):
        return None
    earned_at: datetime = max(done)
    return Grounds([enrolment], earned_at) if _is_open(previous, earned_at) else None


def _is_open(previous: Credential, instant: datetime) -> bool:
    """Whether the window of renewal had opened then: the shorter path is of no use before."""
    opens_on = dates_of(previous).window_opens_on
    return opens_on is not None and timezone.localdate(instant) >= opens_on
