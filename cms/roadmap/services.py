"""What is written on the roadmap."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from cms.accounts.models import User
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence


def record_evidence(
    *,
    person: User,
    themes: Iterable[int],
    kind: EvidenceKind,
    source: str,
    recorded_at: datetime | None = None,
    valid_until: date | None = None,
) -> None:
    """Store one piece of evidence per theme (ids); the same source recorded again changes nothing."""
    Evidence.objects.bulk_create(
        [
            Evidence(
                person=person,
                theme_id=theme,
                kind=kind,
                source=source,
                recorded_at=recorded_at or timezone.now(),
                valid_until=valid_until,
            )
            for theme in sorted(themes)
        ],
        ignore_conflicts=True,
    )
