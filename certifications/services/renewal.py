"""Renewing: what there is to do again, opened by the person, a lead or the coordination."""

from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from certifications.enums import Path, Purpose, RenewalPath
from certifications.errors import NotRenewable, RenewalEarned, RenewedAlready
from certifications.models import Credential, CredentialDefinition, CredentialSource
from certifications.queries.definitions import required_steps
from certifications.queries.due import enrolments_waiting
from certifications.querysets import dates_of
from certifications.services import letters
from certifications.services.issue import would_issue
from cms.accounts.models import User
from cms.core.templatetags.socle import day as day_in_words
from courses.enums import EnrolmentSource
from courses.models import CoursePage, Enrolment
from courses.services import enrol, open_next_cycle


class Way(NamedTuple):
    """A course to do again; `enrolment`: the one that will count, once there is one."""

    course: CoursePage
    enrolment: Enrolment | None

    @property
    def is_done(self) -> bool:
        return self.enrolment is not None and self.enrolment.state.completed_at is not None


@transaction.atomic
def open_renewal(*, credential: Credential, source: EnrolmentSource | str) -> Enrolment:
    """Enrol the holder in what renews a credential, and return what they have to do first.

    Asked again while it is under way, changes nothing. The person is told by mail when somebody else asks.
    Raises NotRenewable; CourseNotOpen or PrerequisitesMissing when its course says no.
    """
    # As awarding does: two who ask at once, or a completion that comes meanwhile, take turns.
    person = User.objects.select_for_update(no_key=True).get(pk=credential.person_id)
    credential = Credential.objects.with_facts().select_related("person").get(pk=credential.pk)
    _refuse(credential, person)
    definition = CredentialDefinition.objects.with_courses().get(pk=credential.definition_id)
    if definition.withdrawn_at is not None:
        raise NotRenewable("Cette attestation n'est plus délivrée : elle ne se renouvelle plus.")
    if any(definition in would_issue(enrolment) for enrolment in enrolments_waiting(person=person)):
        raise RenewalEarned
    ways = ways_of(credential, definition)
    opened = [_open(way, person, source) if way.enrolment is None else way.enrolment for way in ways]
    first = next(enrolment for enrolment in opened if enrolment.state.completed_at is None)
    if source != EnrolmentSource.SELF and any(way.enrolment is None for way in ways):
        letters.tell_renewal_opened(credential, first)
    return first


def renewal_under_way(credential: Credential) -> Enrolment | None:
    """What the holder already follows to renew it, or None when something is still to be opened."""
    definition = CredentialDefinition.objects.with_courses().get(pk=credential.definition_id)
    ways = ways_of(credential, definition)
    if any(way.enrolment is None for way in ways):
        return None
    return next((way.enrolment for way in ways if not way.is_done), None)


def ways_of(credential: Credential, definition: CredentialDefinition) -> list[Way]:
    """What is to be done again: every course of a path, else one of those that renew it."""
    courses = _courses(credential, definition)
    if definition.path == Path.ALL and definition.renewal_path == RenewalPath.SAME:
        return [Way(course, _counting(credential, course, is_completed=True)) for course in courses]
    under_way = [Way(course, _counting(credential, course, is_completed=False)) for course in courses]
    chosen = next((way for way in under_way if way.enrolment), None)
    return [chosen or Way(next((course for course in courses if course.live), courses[0]), None)]


def _courses(credential: Credential, definition: CredentialDefinition) -> list[CoursePage]:
    """Those that renew it, the one it was earned in first."""
    if definition.renewal_path == RenewalPath.COURSES:
        courses = definition.courses_for(Purpose.RENEWAL)
    else:
        courses = definition.courses_for(Purpose.AWARD)
    if definition.renewal_path == RenewalPath.STEPS:
        asked = {str(key) for key in definition.renewal_steps}
        courses = [course for course in courses if asked & {key for key, _title in required_steps(course)}]
    if not courses:
        raise NotRenewable("Aucune formation ne renouvelle plus cette attestation.")
    earned_in = credential.enrolment.course_id if credential.enrolment else None
    return sorted(courses, key=lambda course: course.pk != earned_in)


def _counting(credential: Credential, course: CoursePage, *, is_completed: bool) -> Enrolment | None:
    """The enrolment of the holder that would still serve: open, or completed too; never one that served already."""
    used = CredentialSource.objects.filter(
        definition=credential.definition_id, enrolment__person=credential.person_id
    ).values("enrolment")
    theirs = Enrolment.objects.filter(person=credential.person_id, course=course).exclude(pk__in=used)
    theirs = theirs.select_related("state", "course")
    under_way = theirs.open().filter(state__completed_at=None).first()
    if under_way is None and is_completed:
        return theirs.completed().order_by("-state__completed_at").first()
    return under_way


def _open(way: Way, person: User, source: EnrolmentSource | str) -> Enrolment:
    if Enrolment.objects.of(person).open().filter(course=way.course).exists():
        return open_next_cycle(person=person, course=way.course, source=source)
    return enrol(person=person, course=way.course, source=source)


def _refuse(credential: Credential, person: User) -> None:
    dates, today = dates_of(credential), timezone.localdate()
    if person.erased_at is not None or not person.is_active or credential.snapshot is None:
        raise NotRenewable("Le compte de cette personne est fermé.")
    if dates.is_revoked:
        raise NotRenewable("Cette attestation a été retirée : elle ne se renouvelle pas.")
    if dates.is_superseded:
        raise NotRenewable("Cette attestation a été remplacée : renouvelez celle qui la remplace.")
    if dates.window_opens_on is None:
        raise NotRenewable("Cette attestation n'a pas de fin : il n'y a rien à renouveler.")
    if dates.is_renewed:
        raise RenewedAlready
    if today < dates.window_opens_on:
        opens_on = day_in_words(dates.window_opens_on)
        raise NotRenewable(f"Cette attestation pourra être renouvelée à partir du {opens_on}.")
