"""How a share of people is shown."""


def percent_of(part: int, whole: int) -> int:
    """Return the percent `part` is of `whole`, to the nearest; 0 for a part of nothing.

    A rate is read beside its fraction, and its two ends are promises: 0 % says no one, 100 % says everyone.
    So some is at least 1 %, and not yet all is at most 99 %.
    """
    if part <= 0 or whole <= 0:
        return 0
    if part >= whole:
        return 100
    return min(99, max(1, (200 * part + whole) // (2 * whole)))
