"""Dates, durations and numbers, as one writes them in French."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
SPACE = "\u00a0"


def instant(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


def day(iso: str) -> str:
    """« 1er décembre 2026 », of a day, or of an instant as read in Paris."""
    on = instant(iso).astimezone(PARIS).date() if "T" in iso else date.fromisoformat(iso)
    return f"{'1er' if on.day == 1 else on.day}{SPACE}{MONTHS[on.month - 1]} {on.year}"


def moment(iso: str) -> str:
    at = instant(iso).astimezone(PARIS)
    return f"{day(iso)} à {at.hour}{SPACE}h{SPACE}{at.minute:02}"


def short_day(iso: str) -> str:
    return f"{date.fromisoformat(iso):%d/%m/%Y}"


def period(starts_on: str, ends_on: str) -> str:
    return f"Le {day(starts_on)}" if starts_on == ends_on else f"Du {day(starts_on)} au {day(ends_on)}"


def duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{SPACE}min"
    return f"{hours}{SPACE}h{SPACE}{rest:02}" if rest else f"{hours}{SPACE}h"


def siret(number: str) -> str:
    """14 digits by 3, 3, 3 and 5; anything else as it is."""
    if len(number) != 14 or not (number.isascii() and number.isdigit()):
        return number
    return SPACE.join((number[:3], number[3:6], number[6:9], number[9:]))


def counted(count: int, noun: str) -> str:
    """Two and more take an s, to each word."""
    return f"{count}{SPACE}{noun if count < 2 else ' '.join(f'{word}s' for word in noun.split())}"
