"""What is wrong with a package: every problem at once, each with a stable code and a sentence in French."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

MOST = 200


class Severity(StrEnum):
    """`ERROR`: the package is refused. `WARNING`: it is accepted, and the trainer is told."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """`code` never changes once published; `path` is that of a member of the package, or of a parameter in it."""

    code: str
    message: str
    path: str = ""
    severity: Severity = Severity.ERROR

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Issues:
    """The problems found so far, the same one told once; past `MOST`, only counted."""

    found: dict[tuple[str, str], Issue] = field(default_factory=dict)
    unsaid: int = 0

    def error(self, code: str, message: str, path: str = "") -> None:
        self._add(Issue(code, message, path))

    def warn(self, code: str, message: str, path: str = "") -> None:
        self._add(Issue(code, message, path, Severity.WARNING))

    def _add(self, issue: Issue) -> None:
        key = (issue.code, issue.path)
        if key in self.found:
            return
        # Warnings never take the place of errors.
        if len(self.found) >= (MOST if issue.severity == Severity.WARNING else 2 * MOST):
            self.unsaid += 1
        else:
            self.found[key] = issue

    @property
    def is_valid(self) -> bool:
        return all(issue.severity != Severity.ERROR for issue in self.found.values())

    def __iter__(self) -> Iterator[Issue]:
        """Errors first, then in the order they were met."""
        return iter(sorted(self.found.values(), key=lambda issue: issue.severity != Severity.ERROR))

    def __len__(self) -> int:
        return len(self.found)
