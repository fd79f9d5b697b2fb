"""What was measured, beside what was aimed at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from tests.bench.driving import Slice

GROWTH = 10  # percent


@dataclass
class Measure:
    """One page at one size, over all rounds."""

    page: str
    people: int
    queries: int
    slices: list[Slice] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(len(one.latencies) for one in self.slices)

    @property
    def per_second(self) -> float:
        return self.requests / sum(one.seconds for one in self.slices)

    @property
    def processor_ms(self) -> float:
        return 1000 * sum(one.processor for one in self.slices) / self.requests

    @property
    def kilobytes(self) -> float:
        return sum(one.received for one in self.slices) / self.requests / 1000

    def quantile_ms(self, percent: int) -> float:
        latencies = [latency for one in self.slices for latency in one.latencies]
        return 1000 * quantiles(latencies, n=100)[percent - 1] if len(latencies) > 1 else 1000 * latencies[0]


HEADERS = ("page", "prof.", "req/s", "p50 ms", "p95 ms", "CPU ms", "× session", "× insert", "SQL", "ko", "n")


def rows(measures: Sequence[Measure]) -> Iterable[tuple[str, ...]]:
    ladder = {(one.page, one.people): one.processor_ms for one in measures}
    for one in measures:
        session, insert = ladder[("session", one.people)], ladder[("insertion", one.people)]
        yield (
            one.page,
            f"{one.people:_}".replace("_", " "),
            f"{one.per_second:.0f}",
            f"{one.quantile_ms(50):.1f}",
            f"{one.quantile_ms(95):.1f}",
            f"{one.processor_ms:.2f}",
            f"{one.processor_ms / session:.2f}",
            f"{one.processor_ms / insert:.2f}",
            str(one.queries),
            f"{one.kilobytes:.1f}",
            str(one.requests),
        )


def table(measures: Sequence[Measure]) -> str:
    lines = [HEADERS, *rows(measures)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEADERS))]

    def show(line: Sequence[str]) -> str:
        return "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )

    return "\n".join([show(lines[0]), "  ".join("─" * width for width in widths), *map(show, lines[1:])])


@dataclass(frozen=True)
class Goal:
    words: str
    reached: float
    limit: float

    def __str__(self) -> str:
        verdict = "atteint" if self.reached <= self.limit else "MANQUÉ"
        return f"  {verdict:8} {self.words} : {self.reached:.2f} (but : {self.limit:.2f} au plus)"


def goals(measures: Sequence[Measure], grown: Sequence[str]) -> list[Goal]:
    """The goals, each at the largest size measured."""
    by = {(one.page, one.people): one.processor_ms for one in measures}
    sizes = sorted({one.people for one in measures})
    small, large = sizes[0], sizes[-1]
    found = []
    for page in ("leçon", "leçon, relue"):
        if (page, large) in by:
            found.append(Goal(f"{page} / page avec session", by[page, large] / by["session", large], 3.0))
    if ("progression", large) in by:
        found.append(Goal("progression / insertion", by["progression", large] / by["insertion", large], 2.5))
    if ("activité, résultat", large) in by:
        found.append(
            Goal("résultat d'activité / insertion", by["activité, résultat", large] / by["insertion", large], 5)
        )
    if small != large:
        found += [
            Goal(f"{page}, de {small} à {large} professionnels", by[page, large] / by[page, small], 1 + GROWTH / 100)
            for page in grown
            if (page, small) in by
        ]
    return found
