"""What is still to be awarded."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from certifications.enums import Purpose, RenewalPath
from certifications.models import CredentialSource, DefinitionCourse
from cms.accounts.models import User
from courses.models import Enrolment
from courses.querysets import EnrolmentQuerySet


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
