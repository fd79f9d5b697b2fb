"""The attendance proof pack of a session, as data: another room makes a document of it."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from cms.core.templatetags.socle import day
from courses.sessions.enums import Mark
from courses.sessions.models import TrainingSession
from courses.sessions.queries.coherence import coherence
from courses.sessions.queries.roster import Cell, roster_of

WELL = {"level": "ok", "text": "Aucune incohérence : chaque demi-journée passée est signée, contresignée ou excusée."}


def proof_pack(session: TrainingSession) -> dict[str, Any]:
    """Who was where, when, signed by whom, and what does not hold. Texts in French, for printing.

    `cells` of a person follow `half_days`; the employer is that of the first day.
    """
    roster = roster_of(session)
    checks = [{"level": check.level, "text": check.text} for check in coherence(session, roster)]
    return {
        "session": {
            "title": session.title,
            "course": session.course.title,
            "place": session.where,
            "trainers": [str(person) for person in session.trainers.all()],
        },
        "half_days": [
            {"label": f"{half}, {half.hours}", "minutes": half.minutes, "room": half.room} for half in session.halves
        ],
        "people": [
            {"name": str(row.person), "employer": row.employer, "cells": [_cell(cell) for cell in row.cells]}
            for row in roster
        ],
        "checks": checks or [WELL],
        "made_at": _instant(timezone.now()),
        "service": settings.SOCLE_SERVICE_NAME,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    one = cell.attendance
    if one is None or one.signed_at is None or cell.mark == Mark.VOID:
        return {"signed_at": "", "countersigned": "", "absent": cell.mark == Mark.ABSENT}
    by = f"{one.countersigned_by}, {_instant(one.countersigned_at)}" if one.countersigned_at else ""
    return {"signed_at": _instant(one.signed_at), "countersigned": by, "absent": False}


def _instant(at: Any) -> str:
    return f"{day(at)} à {timezone.localtime(at):%H:%M}"
