"""What is still to be awarded."""

from datetime import UTC, datetime

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from certifications.enums import Path, Purpose, RenewalPath
from certifications.models import Credential, CredentialDefinition, CredentialSource, DefinitionCourse
from cms.accounts.models import User
from courses.models import Enrolment
from courses.querysets import EnrolmentQuerySet
from courses.sessions.models import Attendance, TrainingSession

BEGINNING = datetime.min.replace(tzinfo=UTC)


def enrolments_waiting(
    *, person: User | None = None, after: int = 0, limit: int = 200, since: datetime | None = None
) -> list[Enrolment]:
    """Return enrolments that may give right to something not awarded yet; awarding decides.

    Of one person: all of theirs, in the order they were completed. Of everyone: `limit` of them beyond the id `after`,
    in the order of their ids, completed `since` then.
    """
    ended = _waiting().filter(state__completed_at__isnull=False)
    renewing = _renewing_by_steps()
    if person is not None:
        together = (ended.filter(person=person) | renewing.filter(person=person)).select_related(
            "state", "course", "version", "person"
        )
        return list(together.order_by(Coalesce("state__completed_at", "state__last_activity_at"), "pk"))
    if since is not None:
        ended = ended.filter(state__completed_at__gte=since)
    # Apart: each has its index.
    rows = [
        *ended.filter(pk__gt=after).order_by("pk")[:limit],
        *renewing.filter(pk__gt=after).order_by("pk")[:limit],
    ]
    return sorted(rows, key=lambda enrolment: enrolment.pk)[:limit]


def _waiting() -> EnrolmentQuerySet:
    """Enrolments of people still known, in a course that leads to something they have not served for."""
    served = CredentialSource.objects.filter(definition=OuterRef("definition"), enrolment=OuterRef(OuterRef("pk")))
    links = DefinitionCourse.objects.filter(
        Q(definition__withdrawn_at=None)
        | Q(
            definition__withdrawn_at__gt=Coalesce(OuterRef("state__completed_at"), OuterRef("state__last_activity_at"))
        ),
        ~Exists(served),
        ~Q(definition__path=Path.SESSION),
        course=OuterRef("course"),
        definition__versions__isnull=False,
        definition__applies_from__lte=Coalesce(
            OuterRef("state__completed_at__date"), OuterRef("state__last_activity_at__date")
        ),
    )
    waiting: EnrolmentQuerySet = Enrolment.objects.filter(Exists(links), person__erased_at=None)
    return waiting


def _renewing_by_steps() -> EnrolmentQuerySet:
    """Later cycles under way of courses of which some steps are enough to renew."""
    links = DefinitionCourse.objects.filter(
        course=OuterRef("course"),
        purpose=Purpose.AWARD,
        definition__renewal_path=RenewalPath.STEPS,
        definition__validity_months__isnull=False,
    )
    return _waiting().filter(
        Exists(links), cycle__gt=1, closed_at=None, state__completed_at=None, state__last_activity_at__isnull=False
    )


def sessions_over(*, since: datetime | None = None) -> list[int]:
    """Return the sessions, by id, that are over and lead to something: awarding decides who holds it already.

    `since`: only those where something was countersigned from then on.
    """
    links = DefinitionCourse.objects.filter(
        Q(definition__withdrawn_at=None) | Q(definition__withdrawn_at__date__gte=OuterRef("last_on")),
        course=OuterRef("course"),
        purpose=Purpose.AWARD,
        definition__path=Path.SESSION,
        definition__versions__isnull=False,
        definition__applies_from__lte=OuterRef("last_on"),
    )
    signed = Attendance.objects.filter(half_day__session=OuterRef("pk"), countersigned_at__gte=since or BEGINNING)
    sessions = TrainingSession.objects.held().with_dates().filter(Exists(signed), last_on__lte=timezone.localdate())
    return list(sessions.filter(Exists(links)).order_by("pk").values_list("pk", flat=True))


def attended_whole(session: TrainingSession, *, without: CredentialDefinition) -> list[int]:
    """Return the people, by id, who attended every half-day of a session and hold nothing of this definition for it.

    Signed, countersigned and standing, whatever the registration each was signed under.
    """
    given = Credential.objects.filter(session=session, definition=without, person=OuterRef("registration__person"))
    rows = Attendance.objects.valid().filter(half_day__session=session, registration__person__erased_at=None)
    people = rows.exclude(Exists(given)).order_by().values("registration__person")
    whole = people.annotate(attended=Count("half_day", distinct=True)).filter(attended=len(session.halves))
    return sorted(whole.values_list("registration__person", flat=True))
