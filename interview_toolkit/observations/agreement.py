"""How far two people saw the same things: Cohen's weighted kappa, with its n. Pure.

J. Cohen, "Weighted kappa: nominal scale agreement with provision for scaled disagreement or partial credit",
Psychological Bulletin 70 (1968); the weights are the squares of the gaps. From 0.6, agreement is called substantial
by J. R. Landis and G. G. Koch, "The measurement of observer agreement for categorical data", Biometrics 33 (1977).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Levels = Mapping[str, int | None]
Pair = tuple[int, int]

AGREED = 0.6
# Of the criteria to which the reference gives a level, how many one must give one too: « sans objet » hides nothing.
ENOUGH = Fraction(3, 4)


@dataclass(frozen=True)
class Agreement:
    """`kappa` is None when it cannot be computed: nothing in common, or both said one single level all along."""

    kappa: float | None
    pairs: int
    wanted: int
    """How many pairs make it enough."""

    @property
    def is_enough(self) -> bool:
        return self.pairs >= self.wanted

    @property
    def is_agreed(self) -> bool:
        return self.is_enough and self.kappa is not None and self.kappa >= AGREED


def agreement_with(reference: Levels, said: Levels) -> Agreement:
    """The agreement of what someone said with a reference, by criterion."""
    rated = sum(level is not None for level in reference.values())
    pairs = paired(reference, said)
    wanted = max(2, -(-rated * ENOUGH.numerator // ENOUGH.denominator))
    return Agreement(weighted_kappa(pairs), len(pairs), wanted)


def paired(one: Levels, other: Levels) -> list[Pair]:
    """The levels of the criteria both gave one to."""
    both = ((level, other.get(code)) for code, level in one.items())
    return [(a, b) for a, b in both if a is not None and b is not None]


def weighted_kappa(pairs: Sequence[Pair]) -> float | None:
    """1 when all are the same, 0 when they agree as much as by chance, less when they agree less than that.

    One less the disagreement seen over the one expected from what each says overall; the number of levels does not
    matter, since it weighs both alike. None when nothing could have been expected.
    """
    seen = sum((a - b) ** 2 for a, b in pairs)
    expected = sum((a - b) ** 2 for a, _ in pairs for _, b in pairs)
    return float(1 - Fraction(seen * len(pairs), expected)) if expected else None


def mean_kappa(all_levels: Sequence[Levels]) -> tuple[float, int] | None:
    """Between observers: the mean of the kappas of every two of them (Light, 1971), and how many twos it is made of."""
    found = [
        kappa
        for at, one in enumerate(all_levels)
        for other in all_levels[at + 1 :]
        if (kappa := weighted_kappa(paired(one, other))) is not None
    ]
    return (sum(found) / len(found), len(found)) if found else None
