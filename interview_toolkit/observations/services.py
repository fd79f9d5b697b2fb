"""Every write of observations."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from wagtail.models import Page

from cms.accounts.models import TRAINERS, User
from cms.core.mail import signature
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import ThemeLink
from cms.roadmap.services import record_evidence
from courses.models import Enrolment
from courses.services import record_attempt
from interview_toolkit.observations.enums import Level, Setting
from interview_toolkit.observations.errors import (
    AlreadyReplied,
    AlreadySigned,
    GridNotOpen,
    Incomplete,
    NotAnObserver,
    NotSigned,
)
from interview_toolkit.observations.models import RULE, GridPage, GridVersion, Observation, Seen
from interview_toolkit.techniques.models import TechniquePage

Levels = dict[str, int | None]


@transaction.atomic
def publish_grid(*, grid: GridPage) -> GridVersion | None:
    """Keep what a grid says now as a version, unless the latest says the same; None when it has no criterion."""
    Page.objects.select_for_update(no_key=True).get(pk=grid.pk)
    content: dict[str, Any] = {
        "instructions": grid.instructions,
        "criteria": [
            {"code": one.code, "phase": one.phase, "label": one.label, "technique": one.technique_id}
            for one in grid.criteria.all()
        ],
        "debrief": list(grid.debrief_questions),
    }
    if not content["criteria"]:
        return None
    latest = grid.versions.first()
    if latest is not None and latest.content == content:
        return latest
    return GridVersion.objects.create(grid=grid, number=latest.number + 1 if latest else 1, content=content)


@transaction.atomic
def ask_for(*, person: User, observer: User, grid: GridPage, setting: Setting | str) -> Observation:
    """Ask a trainer to come and see; asked already, the same request. Raises GridNotOpen, NotAnObserver."""
    version = grid.versions.first()
    if version is None:
        raise GridNotOpen
    if observer.pk == person.pk or not observers().filter(pk=observer.pk).exists():
        raise NotAnObserver
    asked = Observation(person=person, observer=observer, version=version, setting=setting)
    before = Observation.objects.waiting().filter(person=person, observer=observer, version=version)
    is_new = not before.exists()
    Observation.objects.bulk_create([asked], ignore_conflicts=True)
    made = before.select_related("person", "observer", "version__grid").get()
    if is_new:
        _tell(made, observer, f"{person} vous demande de l'observer", "asked")
    return made


def observers() -> Any:
    """Who may observe and sign: trainers, for now."""
    return User.objects.filter(is_active=True, groups__name=TRAINERS).distinct()


@transaction.atomic
def save_draft(
    *, observer: User, public_id: UUID, levels: Levels, remarks: Sequence[str], held_on: date | None
) -> Observation:
    """Keep what was seen so far. Raises Observation.DoesNotExist when it is not this observer's, AlreadySigned."""
    observation = _locked(Observation.objects.filter(observer=observer), public_id)
    if observation.signed_at is not None:
        raise AlreadySigned
    known = {one["code"] for one in observation.version.criteria}
    observation.levels = {code: level for code, level in levels.items() if code in known}
    observation.remarks, observation.held_on = list(remarks), held_on
    observation.saved_at = timezone.now()
    observation.save(update_fields=["levels", "remarks", "held_on", "saved_at"])
    return observation


@transaction.atomic
def sign(*, observer: User, public_id: UUID, signed_at: datetime | None = None) -> Observation:
    """Sign what was saved: it changes no more, it is evidence, it counts in courses, and the one observed is told.

    Raises Observation.DoesNotExist, AlreadySigned, Incomplete, NotAnObserver when the observer may no longer.
    """
    observation = _locked(Observation.objects.filter(observer=observer), public_id)
    if observation.signed_at is not None:
        raise AlreadySigned
    missing = [one["code"] for one in observation.version.criteria if one["code"] not in observation.levels]
    if missing or observation.held_on is None:
        raise Incomplete([*missing, *([] if observation.held_on else ["la date de l'entretien"])])
    if not observers().filter(pk=observer.pk).exists():
        raise NotAnObserver
    observation.signed_at = signed_at or timezone.now()
    observation.save(update_fields=["signed_at"])
    _record(observation)
    _tell_courses(observation)
    _tell(observation, observation.person, f"{observer} a signé votre observation", "signed")
    return observation


@transaction.atomic
def reply(*, person: User, public_id: UUID, text: str) -> Observation:
    """What the one observed answers, once. Raises Observation.DoesNotExist, NotSigned, AlreadyReplied."""
    observation = _locked(Observation.objects.filter(person=person), public_id)
    if observation.signed_at is None:
        raise NotSigned
    if observation.replied_at is not None:
        raise AlreadyReplied
    observation.reply, observation.replied_at = text, timezone.now()
    observation.save(update_fields=["reply", "replied_at"])
    return observation


@transaction.atomic
def withdraw(*, person: User, public_id: UUID) -> None:
    """Take back a request, as long as nothing is signed. Raises Observation.DoesNotExist, AlreadySigned."""
    observation = _locked(Observation.objects.filter(person=person), public_id)
    if observation.signed_at is not None:
        raise AlreadySigned
    observation.delete()


def seen_techniques(observation: Observation) -> dict[int, int]:
    """The techniques (keys of their pages) of which something was seen, begun at least, with their highest level."""
    seen: dict[int, int] = {}
    for one in observation.version.criteria:
        level = observation.levels.get(one["code"]) or 0
        if one["technique"] and level >= Level.BEGUN:
            seen[one["technique"]] = max(level, seen.get(one["technique"], 0))
    return seen


def _locked(observations: Any, public_id: UUID) -> Observation:
    rows = observations.select_for_update(of=("self",), no_key=True).select_related(
        "version__grid", "person", "observer"
    )
    found: Observation = rows.get(public_id=public_id)
    return found


def _record(observation: Observation) -> None:
    seen = seen_techniques(observation)
    known = set(TechniquePage.objects.filter(pk__in=seen).values_list("pk", flat=True))
    Seen.objects.bulk_create(
        Seen(observation=observation, technique_id=technique, level=level)
        for technique, level in seen.items()
        if technique in known
    )
    themes = ThemeLink.objects.filter(page__in=known).values_list("theme", flat=True)
    record_evidence(
        person=observation.person,
        themes=set(themes),
        kind=EvidenceKind.OBSERVED,
        source=observation.source,
        recorded_at=observation.signed_at,
    )


def _tell_courses(observation: Observation) -> None:
    """A signed observation counts in every open enrolment of its person that asks for its grid."""
    asked = {"rule": RULE, "grid": observation.version.grid_id}
    enrolments = Enrolment.objects.of(observation.person).open().filter(version__manifest__contains=[asked])
    for enrolment in enrolments.filter(enrolled_at__lte=observation.signed_at).select_related("version", "person"):
        for step in enrolment.version.manifest:
            if {name: step.get(name) for name in asked} == asked:
                record_attempt(
                    enrolment=enrolment,
                    step_key=step["step_key"],
                    idempotency_key=str(uuid5(observation.public_id, f"{enrolment.pk}/{step['step_key']}")),
                    passed=True,
                    snapshot={"observation": str(observation.public_id)},
                    revision=step.get("revision"),
                )


def _tell(observation: Observation, person: User, subject: str, name: str) -> None:
    address = f"{settings.WAGTAILADMIN_BASE_URL}{observation.get_absolute_url()}"
    context = signature() | {"observation": observation, "person": person, "address": address}
    body = render_to_string(f"observations/mail/{name}.txt", context)
    send_mail(" ".join(subject.split()), body.strip(), None, [person.email])
