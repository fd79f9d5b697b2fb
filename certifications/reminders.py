"""When the end of a credential is told to someone. Pure: no database, no clock.

A threshold comes so many days before the end, and not before the renewal window opens; the last one on the day after
the end. Of those that have come and were not decided, the most urgent is sent and the others are skipped: a site that
was down for a month sends one mail, not four. An extension makes another end, with its own thresholds; one whose day is
not after the last mail is skipped, so that nobody is told again of what they have just read.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from certifications.enums import Threshold

# So long after the end, a mail would tell of something forgotten: the screens still do.
TOO_LATE = timedelta(days=60)
EARLIEST = timedelta(days=max(Threshold.values))


@dataclass(frozen=True, slots=True)
class Told:
    """One decision taken before; `on` is None when nothing was sent."""

    ends_on: date
    threshold: int
    on: date | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What to send, if anything, and what to skip."""

    send: Threshold | None = None
    skip: tuple[Threshold, ...] = field(default=())


def day_of(threshold: Threshold, *, ends_on: date, window_opens_on: date) -> date:
    """Return the first day a threshold may be told."""
    day = ends_on - timedelta(days=threshold)
    return day if threshold == Threshold.LAPSED else max(day, window_opens_on)


def decide(day: date, *, ends_on: date, window_opens_on: date, told: Iterable[Told]) -> Decision:
    """Return what becomes, on that day, of the thresholds that have come; nothing when all are decided."""
    told = list(told)
    come = [one for one in Threshold if day_of(one, ends_on=ends_on, window_opens_on=window_opens_on) <= day]
    decided = {one.threshold for one in told if one.ends_on == ends_on}
    waiting = [one for one in come if one not in decided]
    if not waiting:
        return Decision()
    urgent = min(come)
    last = max((one.on for one in told if one.on), default=date.min)
    is_news = last < day_of(urgent, ends_on=ends_on, window_opens_on=window_opens_on)
    send = urgent if urgent in waiting and is_news and day <= ends_on + TOO_LATE else None
    return Decision(send=send, skip=tuple(one for one in waiting if one != send))
