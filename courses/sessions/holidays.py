"""The eleven public holidays of France (Code du travail, L3133-1). Pure."""

from datetime import date, timedelta
from functools import cache

from dateutil.easter import easter


@cache
def public_holidays(year: int) -> dict[date, str]:
    """Those of a year, by day. Two may fall on the same day: both are named."""
    sunday = easter(year)
    named = [
        (date(year, 1, 1), "jour de l'An"),
        (sunday + timedelta(days=1), "lundi de Pâques"),
        (date(year, 5, 1), "fête du Travail"),
        (date(year, 5, 8), "8 Mai"),
        (sunday + timedelta(days=39), "Ascension"),
        (sunday + timedelta(days=50), "lundi de Pentecôte"),
        (date(year, 7, 14), "14 Juillet"),
        (date(year, 8, 15), "Assomption"),
        (date(year, 11, 1), "Toussaint"),
        (date(year, 11, 11), "11 Novembre"),
        (date(year, 12, 25), "Noël"),
    ]
    found: dict[date, str] = {}
    for day, name in named:
        found[day] = f"{found[day]} et {name}" if day in found else name
    return found
