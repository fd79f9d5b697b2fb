"""Every write of observations."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from wagtail.models import Page

from cms.accounts.models import User
from cms.core.mail import signature
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import ThemeLink
from cms.roadmap.services import record_evidence
from courses.models import Enrolment
from courses.services import record_attempt
from interview_toolkit.observations.agreement import agreement_with
from interview_toolkit.observations.enums import Level, Setting
from interview_toolkit.observations.errors import (
    AlreadyAsked,
    AlreadyReplied,
    AlreadySigned,
    CannotBeShown,
    GridNotOpen,
    Incomplete,
    NotAnObserver,
    NotAnObserverYet,
    NotCalibrated,
    NothingSeen,
    NotSigned,
    RatedToday,
    TooFewLevels,
    TooLongAgo,
)
from interview_toolkit.observations.models import (
    RULE,
    GridPage,
    GridVersion,
    Observation,
    Observer,
    Rating,
    ReferencePage,
    Seen,
    Share,
)
from interview_toolkit.techniques.models import TechniquePage

Levels = dict[str, int | None]
# What was seen says how interviews are held for so long; then it is shown, and counts no more.
LASTS = timedelta(days=3 * 365)
# How long before it was asked for an interview may have been held.
MEMORY = timedelta(days=92)


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
    """Ask a trainer, or a trained peer, to come and see. Raises GridNotOpen, NotAnObserver, AlreadyAsked."""
    version = grid.versions.first()
    if version is None:
        raise GridNotOpen
    if observer.pk == person.pk or not _may_be_asked(observer, grid):
        raise NotAnObserver
    about = {"person": person, "observer": observer, "version": version}
    asked = Observation.objects.bulk_create([Observation(**about, setting=setting)], ignore_conflicts=True)[0]
    made = Observation.objects.waiting().select_related("person", "observer", "version__grid").get(**about)
    if made.public_id != asked.public_id:
        raise AlreadyAsked(observer, date_format(timezone.localtime(made.asked_at), "j F"))
    _tell(made, observer, f"{person} vous demande de l'observer", "asked")
    return made


@transaction.atomic
def forget(*, person: User) -> None:
    """Delete what observers noted of someone, signed or not (RGPD, article 17). What it counted for stays.

    What a person observed of others is those others', and stays.
    """
    about = Observation.objects.filter(person=person)
    Share.objects.filter(observation__in=about).delete()
    Seen.objects.filter(observation__in=about).delete()
    about.delete()


def _may_be_asked(person: User, grid: GridPage) -> bool:
    peers = Observer.objects.available().filter(person=person, grid=grid)
    return User.objects.trainers().filter(pk=person.pk).exists() or peers.exists()


def must_calibrate(person: User, grid: GridPage) -> bool:
    """Whether someone still has to agree with a reference interview of a grid before they sign with it."""
    if Observer.objects.of(person).filter(grid=grid).exists():
        return False
    return ReferencePage.objects.live().child_of(grid).exists()


def _check_may_sign(person: User, grid: GridPage) -> None:
    """Trainers and calibrated peers sign; trainers too are calibrated, once there is something to do it with."""
    is_calibrated = Observer.objects.of(person).filter(grid=grid).exists()
    if not is_calibrated and not User.objects.trainers().filter(pk=person.pk).exists():
        raise NotAnObserver
    if must_calibrate(person, grid):
        raise NotCalibrated


@transaction.atomic
def rate_reference(
    *, person: User, reference: ReferencePage, levels: Levels, rated_at: datetime | None = None
) -> Rating:
    """Keep what someone saw in a reference interview; in agreement with its authors, they may sign with its grid.

    Once a day for each interview. Raises GridNotOpen, Incomplete, TooFewLevels, RatedToday.
    """
    version = GridVersion.objects.filter(grid__page_ptr=reference.get_parent()).select_related("grid").first()
    if version is None:
        raise GridNotOpen
    codes = [one["code"] for one in version.criteria]
    if missing := [code for code in codes if code not in levels]:
        raise Incomplete(missing)
    expected = reference.expected
    found = agreement_with({code: expected.get(code) for code in codes}, levels)
    if not found.is_enough:
        raise TooFewLevels(found.wanted)
    when = rated_at or timezone.now()
    rating = Rating(
        person=person,
        reference=reference,
        version=version,
        levels={code: levels[code] for code in codes},
        expected=expected,
        kappa=found.kappa,
        pairs=found.pairs,
        is_agreed=found.is_agreed,
        rated_at=when,
        rated_on=timezone.localdate(when),
    )
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # two tabs at once: the second is told
    if Rating.objects.filter(person=person, reference=reference, rated_on=rating.rated_on).exists():
        raise RatedToday
    rating.save()
    if rating.is_agreed:
        made = Observer(person=person, grid=version.grid, rating=rating, since=when)
        Observer.objects.bulk_create([made], ignore_conflicts=True)
    return rating


@transaction.atomic
def accept_requests(*, person: User, grid: GridPage, is_available: bool) -> None:
    """Say whether colleagues may ask one to observe them with a grid. Raises NotAnObserverYet."""
    if not Observer.objects.of(person).filter(grid=grid).update(is_available=is_available):
        raise NotAnObserverYet


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

    Raises Observation.DoesNotExist, AlreadySigned, Incomplete, NotCalibrated, NotAnObserver when the observer may no
    longer.
    """
    observation = _locked(Observation.objects.filter(observer=observer), public_id)
    if observation.signed_at is not None:
        raise AlreadySigned
    missing = [one["code"] for one in observation.version.criteria if one["code"] not in observation.levels]
    if missing or observation.held_on is None:
        raise Incomplete(missing, has_day=observation.held_on is not None)
    if all(level is None for level in observation.levels.values()):
        raise NothingSeen
    if observation.held_on < timezone.localdate(observation.asked_at) - MEMORY:
        raise TooLongAgo
    _check_may_sign(observer, observation.version.grid)
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
    _tell(observation, observation.observer, f"{person} a répondu à votre observation", "replied")
    return observation


@transaction.atomic
def withdraw(*, person: User, public_id: UUID) -> None:
    """Take back a request, as long as nothing is signed; an observer who had begun is told.

    Raises Observation.DoesNotExist, AlreadySigned.
    """
    observation = _locked(Observation.objects.filter(person=person), public_id)
    if observation.signed_at is not None:
        raise AlreadySigned
    if observation.saved_at is not None:
        _tell(observation, observation.observer, f"{person} a retiré sa demande", "withdrawn")
    observation.delete()


@transaction.atomic
def decline(*, observer: User, public_id: UUID) -> None:
    """Say one will not come: the request goes, and whoever asked is told. Raises as `withdraw`."""
    observation = _locked(Observation.objects.filter(observer=observer), public_id)
    if observation.signed_at is not None:
        raise AlreadySigned
    _tell(observation, observation.person, f"{observer} ne peut pas vous observer", "declined")
    observation.delete()


@transaction.atomic
def share_observation(*, person: User, public_id: UUID, trainer: User) -> Share:
    """Show a signed observation of oneself to a trainer, from now on; shown already, it stays so.

    Raises Observation.DoesNotExist, CannotBeShown.
    """
    observation = _locked(Observation.objects.filter(person=person), public_id)
    if observation.signed_at is None or trainer.pk in (person.pk, observation.observer_id):
        raise CannotBeShown
    if not User.objects.trainers().filter(pk=trainer.pk).exists():
        raise CannotBeShown
    Share.objects.bulk_create([Share(observation=observation, trainer=trainer)], ignore_conflicts=True)
    return Share.objects.open().get(observation=observation, trainer=trainer)


@transaction.atomic
def revoke_share(*, person: User, public_id: UUID, pk: int) -> None:
    """Take back an observation one showed. Raises Share.DoesNotExist."""
    share = (
        Share.objects.open()
        .select_for_update()
        .get(pk=pk, observation__public_id=public_id, observation__person=person)
    )
    share.revoked_at = timezone.now()
    share.save(update_fields=["revoked_at"])


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
        valid_until=(observation.held_on or timezone.localdate()) + LASTS,
    )


def _tell_courses(observation: Observation) -> None:
    """A signed observation counts in every open enrolment of its person that asks for its grid.

    The interview was held since the day they enrolled: signing an older one is no way through.
    """
    asked = {"rule": RULE, "grid": observation.version.grid_id}
    enrolments = Enrolment.objects.of(observation.person).open().filter(version__manifest__contains=[asked])
    began = enrolments.filter(enrolled_at__lt=_end_of(observation.held_on))
    for enrolment in began.select_related("version", "person"):
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


def _end_of(day: date | None) -> datetime:
    day = day or timezone.localdate()
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _tell(observation: Observation, person: User, subject: str, name: str) -> None:
    address = f"{settings.WAGTAILADMIN_BASE_URL}{observation.get_absolute_url()}"
    ask = f"{settings.WAGTAILADMIN_BASE_URL}{reverse('ask_observation')}"
    context = signature() | {"observation": observation, "person": person, "address": address, "ask": ask}
    body = render_to_string(f"observations/mail/{name}.txt", context)
    send_mail(" ".join(subject.split()), body.strip(), None, [person.email])
