"""What a credential is worth on a given day. Pure: no database, no clock.

Nothing stores a state: a worker that has been down for a month changes nothing to what this says.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from certifications.enums import State


@dataclass(frozen=True, slots=True)
class Dates:
    """The facts a state is derived from.

    `valid_until` is the last day of validity as issued, `extended_until` the latest extension; None: no end.
    `window_days`: how long before its end it can be renewed.
    """

    valid_from: date
    valid_until: date | None
    extended_until: date | None = None
    window_days: int = 0
    is_revoked: bool = False
    is_superseded: bool = False
    is_renewed: bool = False

    @property
    def ends_on(self) -> date | None:
        """The last day it is valid, extension included."""
        if self.valid_until is None:
            return None
        return max(self.valid_until, self.extended_until or self.valid_until)

    @property
    def window_opens_on(self) -> date | None:
        """The first day it can be renewed. An extension does not move it: the window stays where it was."""
        return None if self.valid_until is None else self.valid_until - timedelta(days=self.window_days)

    def is_open_on(self, day: date) -> bool:
        """Whether it can be renewed that day without a gap: the window is open, and it has not lapsed."""
        return bool(self.window_opens_on and self.ends_on and self.window_opens_on <= day <= self.ends_on)


def state_of(dates: Dates, day: date) -> State:
    """Return the state on that day; the last day of validity is a valid one."""
    if dates.is_revoked:
        return State.REVOKED
    if dates.is_superseded:
        return State.SUPERSEDED
    if day < dates.valid_from:
        return State.NOT_YET
    if dates.ends_on is None or dates.window_opens_on is None:
        return State.VALID
    if day > dates.ends_on:
        return State.EXPIRED
    return State.EXPIRING if day >= dates.window_opens_on and not dates.is_renewed else State.VALID


def validity(*, completed_on: date, months: int | None, previous: Dates | None = None) -> tuple[date, date | None]:
    """Return the first and the last day of validity of what was earned on `completed_on`.

    Renewed in its window, extension included, the new one ends where it would have ended without the extension: its
    own window does not drift. Renewed before, or once lapsed, it counts from the day it was earned.
    """
    if months is None:
        return completed_on, None
    start = completed_on
    if previous is not None and previous.is_open_on(completed_on) and previous.valid_until:
        start = previous.valid_until
    return completed_on, months_after(start, months)


def months_after(day: date, months: int) -> date:
    """Return the same day that many months later, or the last of a shorter month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))
