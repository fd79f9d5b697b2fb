"""What may be chosen on the screens of credentials, and what was chosen."""

from dataclasses import dataclass
from typing import Any

from certifications.enums import State
from coordination.attestations.enums import End, Order
from coordination.filters import NO_ORGANISATION, Addressed, Choice


@dataclass(frozen=True, slots=True)
class CredentialChoices:
    definitions: tuple[Choice, ...]
    organisations: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class CredentialFilters(Addressed):
    """What was chosen; everything by default."""

    definition: Choice | None = None
    organisation: Choice | None = None
    is_without_organisation: bool = False
    state: State | None = None
    end: End | None = None
    name: str = ""
    order: Order = Order.ISSUE_REVERSED
    usual_order: Order = Order.ISSUE_REVERSED

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "modele": self.definition and self.definition.code,
            "structure": NO_ORGANISATION
            if self.is_without_organisation
            else self.organisation and self.organisation.code,
            "etat": self.state and self.state.value,
            "fin": self.end and self.end.value,
            "q": self.name,
            "tri": self.order.value if self.order != self.usual_order else None,
        }

    @property
    def words(self) -> dict[str, str]:
        return {
            "modele": f"Attestation : {self.definition and self.definition.label}",
            "structure": "Sans structure aujourd'hui"
            if self.is_without_organisation
            else f"Structure : {self.organisation and self.organisation.label}",
            "etat": f"État : {self.state and self.state.label}",
            "fin": f"Fin : {self.end and self.end.label}",
            "q": f"Nom : {self.name}",
        }
