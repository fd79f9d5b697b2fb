"""What a definition would give to somebody invented, before anything is published."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from certifications.enums import Path, Purpose
from certifications.models import CredentialDefinition, Provider
from certifications.queries.definitions import content_of, required_steps
from certifications.snapshot import Earned, Employer, stated
from certifications.states import validity
from cms.accounts.queries import Name

NOBODY = UUID(int=0)
SAMPLE_GOALS = ["Premier objectif de la formation", "Deuxième objectif de la formation"]


def sample_snapshot(
    definition: CredentialDefinition, *, signature: dict[str, Any] | None = None, logo: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return a whole snapshot with this definition's words and plausible facts, none of them anybody's."""
    content = content_of(definition, Provider.load(), signature=signature, logo=logo)
    now = timezone.now().replace(microsecond=0).astimezone(UTC)
    earned = _earned(definition, now)
    valid_from, valid_until = validity(completed_on=earned.ends_on, months=content["validity_months"])
    return stated(
        public_id=NOBODY,
        content=content,
        wording={"definition": str(definition.public_id), "version": 0},
        holder=NOBODY,
        name=Name("Camille", "Exemple"),
        employer=Employer("Structure d'exemple", "00000000000000"),
        earned=earned,
        issued_at=now,
        valid_from=valid_from,
        valid_until=valid_until,
    )


def _earned(definition: CredentialDefinition, now: datetime) -> Earned:
    courses = definition.courses_for(Purpose.AWARD)
    today = timezone.localdate(now)
    is_session = definition.path == Path.SESSION
    steps = [title for course in courses for _key, title in required_steps(course)] or ["Module 1 · Première étape"]
    title = (courses[0].title if is_session else " ; ".join(course.title for course in courses)) if courses else ""
    return Earned(
        title=f"{title or 'Titre de la formation'}{' : une séance' if is_session else ''}",
        code="",
        version=None if is_session else 1,
        cycle=None if is_session else 1,
        format_label=", ".join(dict.fromkeys(str(course.get_format_display()) for course in courses)),
        objectives=[goal for course in courses for goal in course.objectives] or SAMPLE_GOALS,
        assessment="\n".join(course.assessment for course in courses),
        starts_on=today - timedelta(days=40),
        ends_on=today,
        steps=[
            {
                "title": title.partition(" · ")[2] or title,
                "kind_label": "Étape",
                "module": title.partition(" · ")[0],
                "minutes": 20,
                "completed_on": today.isoformat(),
            }
            for title in ([] if is_session else steps)
        ],
        half_days=_half_days(today) if is_session else [],
        results=[]
        if is_session
        else [{"title": "Quiz d'exemple", "score": 85, "pass_mark": 70, "passed_on": today.isoformat()}],
    )


def _half_days(today: date) -> list[dict[str, Any]]:
    hours = (("matin", "09:00", "12:30"), ("après-midi", "13:30", "17:00"))
    return [
        {
            "session": "Une séance",
            "on": today.isoformat(),
            "label": label,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "minutes": 210,
            "signed_on": today.isoformat(),
            "countersigned_by": "Dominique Exemple",
        }
        for label, starts_at, ends_at in hours
    ]
