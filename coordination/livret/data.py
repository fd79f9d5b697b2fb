"""Everything the site holds of someone, for them to take away (RGPD, articles 15 and 20)."""

from typing import Any

from django.utils import timezone

from certifications.models import Credential, ExternalTraining
from cms.accounts.models import User
from cms.roadmap.models import Evidence
from courses.models import Attempt, Enrolment
from courses.sessions.models import Attendance
from interview_toolkit.commitments.models import Commitment
from interview_toolkit.journal.errors import JournalError
from interview_toolkit.journal.models import Entry
from interview_toolkit.observations.models import Observation

FORMAT = "socle-mes-donnees/1"


def data_of(person: User) -> dict[str, Any]:
    """Plain values, ready for JSON: what someone is called, where they were, what they did and wrote."""
    return {
        "format": FORMAT,
        "made_at": timezone.now(),
        "person": {
            "id": person.public_id,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "job": person.job,
            "joined_at": person.date_joined,
            "former_names": list(person.former_names.values("first_name", "last_name", "changed_at")),
        },
        "memberships": [
            {
                "organisation": one.organisation.name,
                "role": one.role,
                "starts_on": one.starts_on,
                "ends_on": one.ends_on,
            }
            for one in person.memberships.select_related("organisation").order_by("starts_on", "pk")
        ],
        "enrolments": _enrolments(person),
        "half_days": _half_days(person),
        "credentials": _credentials(person),
        "external_trainings": list(
            ExternalTraining.objects.of(person).values(
                "title", "provider", "starts_on", "ends_on", "minutes", "note", "declared_at"
            )
        ),
        "evidence": list(
            Evidence.objects.of(person)
            .order_by("recorded_at", "pk")
            .values("theme__code", "kind", "source", "recorded_at", "valid_until")
        ),
        "commitments": [
            {
                "subject": one.subject.title,
                "interview": one.interview,
                "due_on": one.due_on,
                "made_at": one.made_at,
                "answer": one.answer,
                "line": one.line,
            }
            for one in Commitment.objects.visible_to(person).with_subject()
        ],
        "observations": [
            {
                "grid": one.version.grid.title,
                "held_on": one.held_on,
                "signed_at": one.signed_at,
                "setting": one.setting,
                "levels": one.levels,
                "remarks": one.remarks,
                "reply": one.reply,
            }
            for one in Observation.objects.signed().filter(person=person).select_related("version__grid")
        ],
        "journal": [
            {"written_at": entry.written_at, "changed_at": entry.changed_at, "texts": _texts(entry)}
            for entry in Entry.objects.of(person)
        ],
    }


def _enrolments(person: User) -> list[dict[str, Any]]:
    rows = Enrolment.objects.of(person).with_state().order_by("enrolled_at", "pk")
    attempts: dict[int, list[dict[str, Any]]] = {}
    for attempt in Attempt.objects.visible_to(person).defer("snapshot").order_by("submitted_at", "pk"):
        attempts.setdefault(attempt.enrolment_id, []).append(
            {
                "step": attempt.step_key,
                "submitted_at": attempt.submitted_at,
                "score": attempt.score,
                "max_score": attempt.max_score,
                "passed": attempt.passed,
            }
        )
    return [
        {
            "course": one.course.title,
            "version": one.version.number,
            "cycle": one.cycle,
            "enrolled_at": one.enrolled_at,
            "due_on": one.due_on,
            "closed_at": one.closed_at,
            "status": one.state.status,
            "percent": one.state.percent,
            "completed_at": one.state.completed_at,
            "steps": [
                {"key": step["step_key"], "title": step["title"], "minutes": step["est_minutes"]}
                for step in one.version.manifest
            ],
            "attempts": attempts.get(one.pk, []),
        }
        for one in rows
    ]


def _half_days(person: User) -> list[dict[str, Any]]:
    rows = Attendance.objects.filter(registration__person=person).select_related("half_day__session")
    return [
        {
            "session": one.half_day.session.title,
            "on": one.half_day.on,
            "part": one.half_day.part,
            "minutes": one.half_day.minutes,
            "signed_at": one.signed_at,
            "countersigned_at": one.countersigned_at,
            "is_absent": one.is_absent,
            "absent_reason": one.absent_reason,
        }
        for one in rows.order_by("half_day__on", "half_day__starts_at", "pk")
    ]


def _credentials(person: User) -> list[dict[str, Any]]:
    held = Credential.objects.of(person).prefetch_related("events").order_by("issued_at", "pk")
    return [
        {
            "id": one.public_id,
            "issued_at": one.issued_at,
            "valid_from": one.valid_from,
            "valid_until": one.valid_until,
            "sha256": one.sha256,
            "snapshot": one.snapshot,
            "events": [
                {"kind": event.kind, "recorded_at": event.recorded_at, "reason": event.reason, "until": event.until}
                for event in one.events.all()
            ],
        }
        for one in held
    ]


def _texts(entry: Entry) -> dict[str, str] | None:
    """None when no key of the site opens it any more."""
    try:
        return entry.texts
    except JournalError:
        return None
