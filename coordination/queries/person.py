"""One person, and those invited to come."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from cms.accounts.models import Invitation, Membership, Organisation, User
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence
from coordination.queries.reach import Reach
from courses.enums import StepStatus
from courses.models import Enrolment


@dataclass(frozen=True, slots=True)
class StepRow:
    title: str
    module: str
    kind: str
    is_required: bool
    status: str
    best_score: int | None
    """The best percent, rounded down as its author reads it."""
    attempts_count: int
    first_completed_at: datetime | None

    @property
    def status_label(self) -> str:
        return str(StepStatus(self.status).label)


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    enrolment: Enrolment
    steps: tuple[StepRow, ...]


EVIDENCE_ICONS = {
    EvidenceKind.INFORMED: "book",
    EvidenceKind.TRAINED: "cap",
    EvidenceKind.TRIED: "step",
    EvidenceKind.OBSERVED: "eye",
}


@dataclass(frozen=True, slots=True)
class EvidenceCount:
    """On how many themes a person has valid evidence of one kind."""

    kind: EvidenceKind
    themes: int

    @property
    def icon(self) -> str:
        return EVIDENCE_ICONS[self.kind]


@dataclass(frozen=True, slots=True)
class PersonSheet:
    person: User
    memberships: tuple[Membership, ...]
    enrolments: tuple[EnrolmentRow, ...]
    evidence: tuple[EvidenceCount, ...]
    shows_scores: bool
    """Tries and scores help the coordination see who is stuck; an employer sees states only."""


def sheet_of(person: User, user: User, reach: Reach) -> PersonSheet:
    """All that `user` may read of `person`: states and counters, never an answer to a quiz, nor a score for a lead."""
    memberships = person.memberships.select_related("organisation").order_by("-starts_on", "-pk")
    if reach.organisations is not None:
        memberships = memberships.filter(organisation__in=reach.organisations)
    enrolments = Enrolment.objects.of(person).visible_to(user).with_state().prefetch_related("step_states")
    themes = dict(
        Evidence.objects.of(person).valid(reach.day).values_list("kind").annotate(Count("theme", distinct=True))
    )
    return PersonSheet(
        person=person,
        memberships=tuple(memberships),
        enrolments=tuple(
            EnrolmentRow(enrolment, steps_of(enrolment)) for enrolment in enrolments.order_by("-enrolled_at", "-pk")
        ),
        evidence=tuple(EvidenceCount(kind, themes.get(kind, 0)) for kind in EvidenceKind),
        shows_scores=user.sees_everyone,
    )


def steps_of(enrolment: Enrolment) -> tuple[StepRow, ...]:
    """The steps asked by the version the person follows, with where each stands."""
    states = {str(state.step_key): state for state in enrolment.step_states.all()}
    rows = []
    for step in enrolment.version.manifest:
        state = states.get(step["step_key"])
        if step.get("is_withdrawn"):
            continue
        rows.append(
            StepRow(
                title=step["title"],
                module=step.get("module", ""),
                kind=step["kind"],
                is_required=step["is_required"],
                status=state.status if state else StepStatus.NOT_STARTED,
                best_score=None if state is None or state.best_score is None else int(state.best_score),
                attempts_count=state.attempts_count if state else 0,
                first_completed_at=state.first_completed_at if state else None,
            )
        )
    return tuple(rows)


def waiting_invitations(reach: Reach) -> QuerySet[Invitation]:
    """Invitations sent and not yet accepted, the latest first; those whose delay is over included."""
    waiting = Invitation.objects.filter(accepted_at=None).select_related("organisation").order_by("-expires_at")
    if reach.organisations is not None:
        waiting = waiting.filter(organisation__in=reach.organisations)
    return waiting[:50]


def invitations_of(user: User) -> QuerySet[Invitation]:
    """The waiting invitations `user` answers for: those of the organisations they lead, all for the coordination."""
    organisations = Organisation.objects.visible_to(user)
    return Invitation.objects.filter(accepted_at=None, organisation__in=organisations).select_related("organisation")
