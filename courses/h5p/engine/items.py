"""Item analysis: what many people answered to each question. Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape

from courses.h5p.engine.xapi import Statement

# What stands between several answers given at once, and between the two sides of a pair (xAPI 1.0.3, part 2, 4.1.5.1).
SEVERAL, PAIR = "[,]", "[.]"
# What may stand before a pattern: {case_matters=false}, {order_matters=false}, {lang=fr}.
SETTINGS = re.compile(r"^(\{[a-z_]+=[^}]*\})+")
TAG = re.compile(r"<[^>]*>")
LISTED = 12
FAILED = 0.5
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Given:
    """One answer that was given or could be: how many gave it, and whether it is right (None: nothing tells)."""

    words: str
    number: int
    is_right: bool | None


@dataclass(slots=True)
class Item:
    """One question of a content. `right` counts those who answered rightly; `scaled` sums what each got (0 to 1)."""

    statement: Statement
    answered: int = 0
    judged: int = 0
    right: int = 0
    scored: int = 0
    scaled: float = 0.0
    responses: Counter[str] = field(default_factory=Counter)

    @property
    def text(self) -> str:
        return plain(self.statement.question.text) or "Question sans texte"

    @property
    def success(self) -> float | None:
        """The share of right answers, None when nothing tells."""
        return self.right / self.judged if self.judged else None

    @property
    def average(self) -> float | None:
        return self.scaled / self.scored if self.scored else None

    @property
    def is_hard(self) -> bool:
        """Fewer than half succeed, among enough people to tell."""
        return self.success is not None and self.judged >= ENOUGH and self.success < FAILED

    @property
    def is_choice(self) -> bool:
        question = self.statement.question
        return question.interaction == "choice" and bool(question.choices)

    @property
    def given(self) -> list[Given]:
        """Every choice there was, in order, or the answers given most; then how many others."""
        return self._choices() if self.is_choice else self._answers()

    @property
    def others(self) -> int:
        """How many different answers are not listed."""
        return 0 if self.is_choice else max(0, len(self.responses) - LISTED)

    def add(self, response: str, *, number: int, right: int, judged: int, scored: int, scaled: float) -> None:
        self.answered += number
        self.right += right
        self.judged += judged
        self.scored += scored
        self.scaled += scaled
        self.responses[response] += number

    def _choices(self) -> list[Given]:
        taken: Counter[str] = Counter()
        for response, number in self.responses.items():
            for one in set(filter(None, response.split(SEVERAL))):
                taken[one] += number
        right = {one for pattern in self.statement.question.correct for one in pattern.split(SEVERAL)}
        found = [
            Given(plain(words) or key, taken[key], key in right if right else None)
            for key, words in self.statement.question.choices
        ]
        without = self.responses[""]
        return found + ([Given("Sans réponse", without, None)] if without else [])

    def _answers(self) -> list[Given]:
        names = dict(self.statement.question.choices)
        right = {_folded(pattern) for pattern in self.statement.question.correct}
        return [
            Given(spoken(response, names), number, _folded(response) in right if right and response else None)
            for response, number in self.responses.most_common(LISTED)
        ]


def plain(text: str) -> str:
    """The words of a text that may hold HTML, on one line."""
    return " ".join(unescape(TAG.sub(" ", text)).split())


def spoken(response: str, names: dict[str, str]) -> str:
    """An answer in words: "0[.]1[,]1[.]0" names the two sides of each pair."""
    if not response:
        return "Sans réponse"
    if response in ("true", "false"):
        return "Vrai" if response == "true" else "Faux"
    return ", ".join(
        " → ".join(plain(names.get(side, side)) for side in one.split(PAIR)) for one in response.split(SEVERAL)
    )


def hardest_first(items: Iterable[Item]) -> list[Item]:
    """Those that fail most first; those nothing judges last, in the order they are asked."""
    return sorted(items, key=lambda item: (item.success is None, item.success or 0.0))


def _folded(response: str) -> str:
    return SETTINGS.sub("", response).strip().casefold()
