"""What is answered to whoever holds the number of a credential: what it says, and what it is worth now."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils import timezone

from certifications.enums import EventKind, State
from certifications.integrity import fault_of
from certifications.models import Credential, CredentialEvent
from certifications.querysets import dates_of
from certifications.states import state_of

logger = logging.getLogger(__name__)

ALTERED = "altered"
DAYS = {"valid_from", "valid_until", "on"}


@dataclass(frozen=True)
class Link:
    """One credential of a chain. `how`: it renews the one before ("renews"), corrects it ("corrects"), or neither."""

    credential: Credential
    state: State
    how: str
    is_here: bool


@dataclass(frozen=True)
class Verification:
    """`events`: oldest first, without the reasons of extensions, nor any once the person is erased.

    `chain`: itself included, oldest first; none of an erased person, for several numbers together would say that they
    were one person's.
    """

    credential: Credential
    checked_at: datetime
    state: State
    events: list[CredentialEvent]
    chain: list[Link]
    is_erased: bool
    is_intact: bool

    @property
    def said(self) -> dict[str, Any] | None:
        """The snapshot, its days and instants ready to be written in words; None when there is nothing to trust."""
        return _dated(self.credential.snapshot) if self.is_intact and self.credential.snapshot else None

    @property
    def ends_on(self) -> date | None:
        return dates_of(self.credential).ends_on

    @property
    def window_opens_on(self) -> date | None:
        return dates_of(self.credential).window_opens_on

    @property
    def extensions(self) -> list[CredentialEvent]:
        return [event for event in self.events if event.kind == EventKind.EXTENDED]

    @property
    def revocation(self) -> CredentialEvent | None:
        return next((event for event in self.events if event.kind == EventKind.REVOKED), None)

    @property
    def erasure(self) -> CredentialEvent | None:
        return next((event for event in self.events if event.kind == EventKind.ERASED), None)

    @cached_property
    def superseded_by(self) -> Credential | None:
        return next(self._after("supersedes_id"), None)

    @cached_property
    def renewed_by(self) -> Credential | None:
        """What renews it and stands."""
        stands = [one for one in self._after("renews_id") if not one.is_revoked and not one.is_superseded]
        return stands[-1] if stands else None

    def _after(self, link: str) -> Iterator[Credential]:
        return (one.credential for one in self.chain if getattr(one.credential, link) == self.credential.pk)

    def as_json(self) -> dict[str, Any]:
        """The same for a program. `state` is one of `State`, or "altered"."""
        credential = self.credential
        return {
            "id": str(credential.public_id),
            "state": self.state.value if self.is_intact else ALTERED,
            "state_label": self.state.label if self.is_intact else "Altérée",
            "checked_at": _instant(self.checked_at),
            "valid_from": credential.valid_from.isoformat(),
            "valid_until": self.ends_on.isoformat() if self.ends_on else None,
            "issued_at": _instant(credential.issued_at),
            "events": [
                {
                    "kind": event.kind,
                    "label": event.get_kind_display(),
                    "recorded_at": _instant(event.recorded_at),
                    "until": event.until.isoformat() if event.until else None,
                    "reason": event.reason,
                }
                for event in self.events
            ],
            "sha256": credential.sha256,
            "snapshot": credential.snapshot if self.is_intact else None,
            "superseded_by": self.superseded_by and str(self.superseded_by.public_id),
            "renewed_by": self.renewed_by and str(self.renewed_by.public_id),
        }


def verification_of(number: UUID) -> Verification | None:
    """Return what is known of the credential of that number, or None. Three queries, however long its history."""
    credential = Credential.objects.with_facts().filter(public_id=number).first()
    return verified(credential) if credential else None


def verified(credential: Credential) -> Verification:
    """Return what is known of a credential read `with_facts()`. What its row no longer says truly is logged."""
    events = list(credential.events.all())
    is_erased = any(event.kind == EventKind.ERASED for event in events)
    fault = fault_of(credential, is_erased=is_erased)
    if fault:
        logger.error("Credential %s is not what was issued: %s", credential.public_id, fault[1])
    for event in events:
        if is_erased or event.kind == EventKind.EXTENDED:
            event.reason = ""
    now = timezone.now()
    return Verification(
        credential=credential,
        checked_at=now,
        state=state_of(dates_of(credential), timezone.localdate(now)),
        events=events,
        chain=[] if is_erased else _chain(credential, timezone.localdate(now)),
        is_erased=is_erased,
        is_intact=fault is None,
    )


def _chain(credential: Credential, day: date) -> list[Link]:
    """Those it comes from and those that come from it, itself included, in the order they were issued."""
    family = Credential.objects.filter(person=credential.person_id, definition=credential.definition_id)
    rows = list(family.with_facts().order_by("pk"))
    ties = [(row.pk, row.supersedes_id or row.renews_id) for row in rows]
    linked = {credential.pk}
    while more := {pk for tie in ties if linked & set(tie) for pk in tie if pk is not None} - linked:
        linked |= more
    return [
        Link(
            credential=row,
            state=state_of(dates_of(row), day),
            how="corrects" if row.supersedes_id else "renews" if row.renews_id else "",
            is_here=row.pk == credential.pk,
        )
        for row in rows
        if row.pk in linked
    ]


def _dated(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: _dated(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_dated(inner) for inner in value]
    if isinstance(value, str) and (name in DAYS or name.endswith("_on")):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if name == "issued_at" else value


def _instant(value: datetime) -> str:
    return value.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds")
