"""What someone holds, and what is left to do to renew it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from certifications.enums import EventKind, Purpose, RenewalPath, State
from certifications.models import Credential, CredentialDefinition, CredentialEvent
from certifications.querysets import dates_of
from certifications.states import state_of
from cms.accounts.models import User
from courses.models import Enrolment

LOOKS = {State.VALID: "done", State.EXPIRING: "current", State.NOT_YET: "info"}
LAPSED = {State.EXPIRED, State.REVOKED}


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An enrolment that will renew: the titles of the steps still to do, in order."""

    enrolment: Enrolment
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """One credential as its holder reads it; `under_way` is empty when nothing renews it."""

    credential: Credential
    state: State
    revoked: CredentialEvent | None
    extended: CredentialEvent | None
    under_way: tuple[UnderWay, ...]

    @property
    def look(self) -> str:
        return "late" if self.state in LAPSED else LOOKS.get(self.state, "")

    @property
    def asks_renewal(self) -> bool:
        """Whether it is to renew: its window is open, or it has lapsed, and nothing has renewed it."""
        return self.state in (State.EXPIRING, State.EXPIRED) and not self.credential.is_renewed

    @property
    def renewal(self) -> Credential | None:
        """What renewed it, as it stands now: neither replaced nor taken back."""
        renewals: Any = self.credential.renewals  # type: ignore[attr-defined]
        return next(iter(renewals.all()), None)

    @property
    def replacement(self) -> Credential | None:
        return getattr(self.credential, "superseded_by", None)


@dataclass(frozen=True, slots=True)
class Mine:
    """What asks for something, what stands, and what was: nothing is left out."""

    to_renew: tuple[Held, ...]
    standing: tuple[Held, ...]
    past: tuple[Held, ...]

    @property
    def all(self) -> tuple[Held, ...]:
        return (*self.to_renew, *self.standing, *self.past)


def held_by(person: User) -> Mine:
    """Everything this person was awarded, the latest first; the number of queries is fixed."""
    standing_renewals = Credential.objects.filter(superseded_by=None).exclude(events__kind=EventKind.REVOKED)
    rows = (
        Credential.objects.of(person)
        .filter(snapshot__isnull=False)
        .with_facts()
        .select_related("definition", "enrolment", "renews", "supersedes", "superseded_by")
        .prefetch_related("events", Prefetch("renewals", standing_renewals), "definition__course_links")
        .order_by("-issued_at", "-pk")
    )
    today = timezone.localdate()
    begun = _begun(person)
    held = [_held(credential, state_of(dates_of(credential), today), begun) for credential in rows]
    standing = {State.VALID, State.NOT_YET, State.EXPIRING}
    return Mine(
        to_renew=tuple(one for one in held if one.asks_renewal),
        standing=tuple(one for one in held if one.state in standing and not one.asks_renewal),
        past=tuple(one for one in held if one.state not in standing and not one.asks_renewal),
    )


def _held(credential: Credential, state: State, begun: list[Enrolment]) -> Held:
    events: Any = credential.events  # type: ignore[attr-defined]
    last: dict[str, CredentialEvent] = {event.kind: event for event in events.all()}
    is_over = credential.is_renewed or state not in (State.EXPIRING, State.EXPIRED)
    return Held(
        credential=credential,
        state=state,
        revoked=last.get(EventKind.REVOKED),
        extended=last.get(EventKind.EXTENDED),
        under_way=() if is_over else tuple(_under_way(credential, begun)),
    )


def _begun(person: User) -> list[Enrolment]:
    """The enrolments under way, with where each of their steps stands."""
    rows = Enrolment.objects.of(person).open().filter(state__completed_at=None)
    return list(rows.with_state().prefetch_related("step_states").order_by("-enrolled_at", "-pk"))


def _under_way(credential: Credential, begun: Iterable[Enrolment]) -> Iterable[UnderWay]:
    definition: CredentialDefinition = credential.definition
    purpose = Purpose.RENEWAL if definition.renewal_path == RenewalPath.COURSES else Purpose.AWARD
    links: Any = definition.course_links  # type: ignore[attr-defined]
    courses = {link.course_id for link in links.all() if link.purpose == purpose}
    for enrolment in begun:
        if enrolment.course_id in courses and enrolment.pk != credential.enrolment_id:
            yield UnderWay(enrolment, tuple(_left(definition, enrolment)))


def _left(definition: CredentialDefinition, enrolment: Enrolment) -> Iterable[str]:
    """The titles of what is still asked: the required steps, or those alone that renew."""
    states: Any = enrolment.step_states  # type: ignore[attr-defined]
    done = {str(state.step_key) for state in states.all() if state.first_completed_at}
    only = {str(key) for key in definition.renewal_steps} if definition.renewal_path == RenewalPath.STEPS else None
    for step in enrolment.version.manifest:
        is_asked = step["is_required"] if only is None else step["step_key"] in only
        if is_asked and not step.get("is_withdrawn") and step["step_key"] not in done:
            yield step["title"]
