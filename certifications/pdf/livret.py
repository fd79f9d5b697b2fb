"""« Mon livret »: all that a person did, theirs for good, on paper."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from certifications.pdf.french import instant, moment
from certifications.pdf.typesetting import typeset

NARROWEST, WIDEST = 11, 44  # characters


def render_livret(data: Mapping[str, Any], *, fonts: Path) -> bytes:
    """The record of `data["holder"]`: its sections are tables of any length, or the sentence said when there is no row.

    Raises CannotTypeset.
    """
    return typeset(
        "livret.typ",
        {
            "name": data["holder"]["name"],
            "service": data["service"],
            "made_at": f"Arrêté le {moment(data['made_at'])}",
            "hours_total": data["hours_total"],
            "sections": [
                {"title": section["title"], "empty": section["empty"], "columns": section["columns"]}
                | {"rows": section["rows"], "widths": widths(section)}
                for section in data["sections"]
            ],
        },
        title=f"Livret de formation – {data['holder']['name']}",
        author=data["service"],
        keywords=["livret de formation"],
        made_at=instant(data["made_at"]),
        fonts=fonts,
    )


def widths(section: Mapping[str, Any]) -> list[int]:
    """The share of each column, from its longest text: neither a date on two lines nor a title that takes all."""
    columns = zip(section["columns"], *section["rows"], strict=True)
    return [min(max(NARROWEST, *map(len, column)), WIDEST) for column in columns]
