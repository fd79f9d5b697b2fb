"""Every word a credential states, gathered from the facts of the day it was earned.

Once written nothing reads those facts again: PDF, badge, verification page and record are drawn from the snapshot.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import F, Max
from django.urls import reverse
from django.utils import timezone

from certifications.models import DefinitionVersion
from certifications.wording import NOT_RNCP, filled
from cms.accounts.models import User
from cms.accounts.queries import Name, employer_on, name_at
from cms.core.templatetags.socle import day as day_in_words
from cms.core.templatetags.socle import minutes as minutes_in_words
from courses.enums import StepKind
from courses.models import Enrolment
from courses.sessions.models import TrainingSession
from courses.sessions.queries.attended import SignedHalfDay, half_days_of

FORMAT = "socle-attestation/1"
SESSION = "session"


class Employer(NamedTuple):
    name: str
    siret: str = ""


@dataclass(frozen=True)
class Earned:
    """What was done to earn a credential, in one course or several: texts as they are printed."""

    title: str
    code: str
    version: int | None
    cycle: int | None
    format_label: str
    objectives: list[str]
    assessment: str
    starts_on: date
    ends_on: date
    steps: list[dict[str, Any]]
    half_days: list[dict[str, Any]]
    results: list[dict[str, Any]]

    @property
    def minutes(self) -> int:
        return sum(step["minutes"] for step in self.steps) + sum(half["minutes"] for half in self.half_days)


def snapshot_of(
    *,
    public_id: UUID,
    person: User,
    version: DefinitionVersion,
    earned: Earned,
    earned_at: datetime,
    issued_at: datetime,
    valid_from: date,
    valid_until: date | None,
    employer_at_start: int | None = None,
    renews: UUID | None = None,
) -> dict[str, Any]:
    """Return the snapshot; names and employer are those of `earned_at`, words those of `version`."""
    employer = employer_on(person, timezone.localdate(earned_at), preferred=employer_at_start)
    return stated(
        public_id=public_id,
        content=version.content,
        wording={"definition": str(version.definition.public_id), "version": version.number},
        holder=person.public_id,
        name=name_at(person, earned_at),
        employer=Employer(employer.name, employer.siret) if employer else None,
        earned=earned,
        issued_at=issued_at,
        valid_from=valid_from,
        valid_until=valid_until,
        renews=renews,
    )


def stated(
    *,
    public_id: UUID,
    content: Mapping[str, Any],
    wording: Mapping[str, Any],
    holder: UUID,
    name: Name,
    employer: Employer | None,
    earned: Earned,
    issued_at: datetime,
    valid_from: date,
    valid_until: date | None,
    renews: UUID | None = None,
) -> dict[str, Any]:
    """Return the snapshot these facts make, with the words of `content`. No query."""
    snapshot = {
        "format": FORMAT,
        "id": str(public_id),
        "kind": content["kind"],
        "kind_label": content["kind_label"],
        "title": content["title"],
        "issued_at": utc(issued_at),
        "valid_from": valid_from.isoformat(),
        "valid_until": valid_until.isoformat() if valid_until else None,
        "holder": {
            "id": str(holder),
            "first_name": name.first_name,
            "last_name": name.last_name,
            "name": name.full,
        },
        "employer": {"name": employer.name, "siret": employer.siret} if employer else None,
        "training": {
            "title": earned.title,
            "code": earned.code,
            "version": earned.version,
            "cycle": earned.cycle,
            "format_label": earned.format_label,
            "nature": content["nature"],
            "objectives": earned.objectives,
            "starts_on": earned.starts_on.isoformat(),
            "ends_on": earned.ends_on.isoformat(),
        },
        "hours": {"minutes": earned.minutes, "steps": earned.steps, "half_days": earned.half_days},
        "results": {"assessment": earned.assessment, "items": earned.results} if earned.results else None,
        "provider": content["provider"],
        "signatory": content["signatory"],
        "logo": content["logo"],
        "wording": {
            **wording,
            "mentions": [*content["mentions"], NOT_RNCP],
        },
        "verification_url": settings.WAGTAILADMIN_BASE_URL + reverse("certifications:verify", args=[public_id]),
        "renews": str(renews) if renews else None,
        "supersedes": None,
        "correction_reason": "",
    }
    _write_sentences(snapshot, content)
    return snapshot


def corrected(
    snapshot: Mapping[str, Any], content: Mapping[str, Any], *, name: Name | None, employer: Employer | None
) -> dict[str, Any]:
    """Return the snapshot with another name, another employer, or both, in its fields and in its sentences.

    `content`: that of the version it was made with. An employer without a name is none.
    """
    said: dict[str, Any] = copy.deepcopy(dict(snapshot))
    if name is not None:
        said["holder"] |= {"first_name": name.first_name, "last_name": name.last_name, "name": name.full}
    if employer is not None:
        said["employer"] = {"name": employer.name, "siret": employer.siret} if employer.name else None
    _write_sentences(said, content)
    return said


def _write_sentences(snapshot: dict[str, Any], content: Mapping[str, Any]) -> None:
    """Fill the sentences of the version with what the snapshot states."""
    training = snapshot["training"]
    values = {
        "personne": snapshot["holder"]["name"],
        "employeur": snapshot["employer"]["name"] if snapshot["employer"] else "",
        "formation": training["title"],
        "duree": minutes_in_words(snapshot["hours"]["minutes"]),
        "debut": day_in_words(date.fromisoformat(training["starts_on"])),
        "fin": day_in_words(date.fromisoformat(training["ends_on"])),
    }
    snapshot["wording"]["statement"] = filled(content["statement"], values)
    snapshot["wording"]["paragraphs"] = [filled(paragraph, values) for paragraph in content["paragraphs"]]


def earned_by(enrolments: list[Enrolment], earned_at: datetime) -> Earned:
    """Return what enrolments of one person amount to at that instant, oldest first; several make one path."""
    courses = [enrolment.course for enrolment in enrolments]
    steps, results, half_days = [], [], []
    for enrolment in enrolments:
        done = _completed_steps(enrolment, earned_at)
        attended = half_days_of(person=enrolment.person, enrolment=enrolment, until=earned_at)
        halves = [_half_day(half) for half in attended]
        steps += [_step(step, on) for step, on in done if step["kind"] != SESSION or not halves]
        results += _results(enrolment, [step for step, _on in done], earned_at)
        half_days += halves
    only = enrolments[0] if len(enrolments) == 1 else None
    return Earned(
        title=" ; ".join(course.title for course in courses),
        code=(only.course.code or "") if only else "",
        version=only.version.number if only else None,
        cycle=only.cycle if only else None,
        format_label=", ".join(dict.fromkeys(str(course.get_format_display()) for course in courses)),
        objectives=list(dict.fromkeys(goal for course in courses for goal in course.objectives)),
        assessment="\n".join(dict.fromkeys(course.assessment for course in courses if course.assessment)),
        starts_on=min(timezone.localdate(min(enrolment.enrolled_at, earned_at)) for enrolment in enrolments),
        ends_on=timezone.localdate(earned_at),
        steps=steps,
        half_days=half_days,
        results=results,
    )


def earned_in(session: TrainingSession, person: User) -> Earned:
    """Return what a session someone attended amounts to: its half-days, and nothing else."""
    course = session.course
    halves = half_days_of(person=person, session=session)
    return Earned(
        title=course.title if session.title == course.title else f"{course.title} : {session.title}",
        code=course.code or "",
        version=None,
        cycle=None,
        format_label=str(session.get_mode_display()),
        objectives=list(course.objectives),
        assessment="",
        starts_on=halves[0].on,
        ends_on=halves[-1].on,
        steps=[],
        half_days=[_half_day(half) for half in halves],
        results=[],
    )


def _half_day(half: SignedHalfDay) -> dict[str, Any]:
    return {
        "session": half.session,
        "on": half.on.isoformat(),
        "label": half.label,
        "starts_at": f"{half.starts_at:%H:%M}",
        "ends_at": f"{half.ends_at:%H:%M}",
        "minutes": half.minutes,
        "signed_on": half.signed_on.isoformat(),
        "countersigned_by": half.countersigned_by,
    }


def _completed_steps(enrolment: Enrolment, earned_at: datetime) -> list[tuple[Mapping[str, Any], date]]:
    """The steps of the pinned version done by that instant, with their day, in order."""
    states = enrolment.step_states.filter(first_completed_at__lte=earned_at)
    days = {str(key): timezone.localdate(at) for key, at in states.values_list("step_key", "first_completed_at")}
    return [(step, days[step["step_key"]]) for step in enrolment.version.manifest if step["step_key"] in days]


def _step(step: Mapping[str, Any], on: date) -> dict[str, Any]:
    labels = dict(StepKind.choices)
    return {
        "title": step["title"],
        "kind_label": str(labels.get(step["kind"], "Activité")),
        "module": step["module"],
        "minutes": step["est_minutes"],
        "completed_on": on.isoformat(),
    }


def _results(enrolment: Enrolment, steps: list[Mapping[str, Any]], earned_at: datetime) -> list[dict[str, Any]]:
    """The best score of each assessed step, as it was at that instant."""
    assessed = [step for step in steps if step.get("pass_mark")]
    keys = [step["step_key"] for step in assessed]
    attempts = enrolment.attempts.filter(step_key__in=keys, passed=True, submitted_at__lte=earned_at)
    rows = (
        attempts.order_by()
        .values("step_key")
        .annotate(best=Max(F("score") * 100 / F("max_score")), last=Max("submitted_at"))
    )
    best = {str(row["step_key"]): row for row in rows}
    return [
        {
            "title": step["title"],
            "score": int(best[step["step_key"]]["best"]),
            "pass_mark": step["pass_mark"],
            "passed_on": timezone.localdate(best[step["step_key"]]["last"]).isoformat(),
        }
        for step in assessed
        if step["step_key"] in best and best[step["step_key"]]["best"] is not None
    ]


def utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
