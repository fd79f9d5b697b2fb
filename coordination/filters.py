"""What may be chosen on the screens of /pilotage/, what was chosen, and the address that says so."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from coordination.enums import Order, Standing

NO_ORGANISATION = "aucune"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something one may filter on: its key in the database, its code in addresses, its words on screen."""

    pk: int
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Choices:
    organisations: tuple[Choice, ...]
    courses: tuple[Choice, ...]
    themes: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    url: str


class Addressed(ABC):
    """Filters that the address of a screen says."""

    __slots__ = ()

    @property
    @abstractmethod
    def parameters(self) -> dict[str, Any]:
        """What each would be in an address; empty for what is not chosen."""

    @property
    @abstractmethod
    def words(self) -> dict[str, str]:
        """What each says on its chip; one that is not there has none."""

    @property
    def query(self) -> dict[str, str]:
        """What was chosen, as parameters of an address."""
        return {key: value for key, value in self.parameters.items() if value}

    def address(self, **changes: object) -> str:
        """`?…` once `changes` (parameters of an address; None removes one) are applied; never empty."""
        return "?" + urlencode({key: value for key, value in (self.query | changes).items() if value})

    @property
    def chips(self) -> list[Chip]:
        """What is filtered, in words, with the address that removes it."""
        words = self.words
        return [Chip(words[key], self.address(**{key: None})) for key in self.query if key in words]


@dataclass(frozen=True, slots=True)
class Filters(Addressed):
    """What was chosen; everything by default."""

    organisation: Choice | None = None
    is_without_organisation: bool = False
    course: Choice | None = None
    theme: Choice | None = None
    standing: Standing | None = None
    name: str = ""
    order: Order = Order.NAME

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "structure": NO_ORGANISATION
            if self.is_without_organisation
            else self.organisation and self.organisation.code,
            "formation": self.course and self.course.code,
            "theme": self.theme and self.theme.code,
            "etat": self.standing and self.standing.value,
            "q": self.name,
            "tri": self.order.value if self.order != Order.NAME else None,
        }

    @property
    def words(self) -> dict[str, str]:
        return {
            "structure": "Sans structure aujourd'hui"
            if self.is_without_organisation
            else f"Structure : {self.organisation and self.organisation.label}",
            "formation": f"Formation : {self.course and self.course.label}",
            "theme": f"Thème : {self.theme and self.theme.label}",
            "etat": f"État : {self.standing and self.standing.label}",
            "q": f"Nom : {self.name}",
        }

    @property
    def for_figures(self) -> "Filters":
        """Those a table of figures depends on: its cells say the state themselves, and it names no one."""
        return replace(self, standing=None, name="", order=Order.NAME)
