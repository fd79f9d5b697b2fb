"""The record as a spreadsheet, and as what `certifications.pdf` lays out."""

import csv
import io
from datetime import UTC, date
from typing import Any

from django.conf import settings

from cms.core.templatetags.socle import minutes
from coordination.exports import harmless
from coordination.livret.queries import Line, Livret, Section, when

HEADERS = ("Rubrique", "Intitulé", "Précisions", "Du", "Au", "Durée (minutes)", "État", "Note")


def livret_csv(livret: Livret) -> str:
    """One line for each thing done, as French spreadsheets open it: `;`, UTF-8 with its mark, dates as 31/12/2026."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADERS)
    for section in livret.sections:
        for line in section.shown:
            days = (_french(line.starts_on), _french(line.ends_on))
            row = (
                section.title,
                line.title,
                " ; ".join(_told(section, line)),
                *days,
                line.minutes,
                line.state,
                line.note,
            )
            writer.writerow([harmless(cell) for cell in row])
    return text.getvalue()


def livret_data(livret: Livret) -> dict[str, Any]:
    """What `certifications.pdf.livret.render_livret` takes."""
    return {
        "holder": {"name": livret.holder},
        "made_at": livret.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "service": settings.SOCLE_SERVICE_NAME,
        "sections": [_section(section) for section in livret.sections],
        "hours_total": total_in_words(livret),
    }


def total_in_words(livret: Livret) -> str:
    """ "12 h 30", or "12 h 30 dont 3 h déclarées": what the site knows, and what the person says."""
    total = minutes(livret.attended_minutes + livret.declared_minutes)
    return f"{total} dont {minutes(livret.declared_minutes)} déclarées" if livret.declared_minutes else total


def _told(section: Section, line: Line) -> list[str]:
    """What stands under a title; away from the site, an attestation says where it is verified."""
    told = list(line.details)
    if section.code == "attestations":
        told.append(f"à vérifier : {settings.WAGTAILADMIN_BASE_URL}{line.url}")
    return told


def _section(section: Section) -> dict[str, Any]:
    """Sessions are told half-day by half-day, as they were signed."""
    said = {"title": section.title, "empty": section.empty}
    if section.code == "seances":
        columns = ["Séance", "Demi-journée", "Durée", "Contresignée par"]
        halves = [(line, half) for line in section.shown for half in line.halves]
        rows = [[line.title, when(half), minutes(half.minutes), half.countersigned_by] for line, half in halves]
        return said | {"columns": columns, "rows": rows}
    has_minutes = any(line.minutes for line in section.shown)
    columns = ["Intitulé", "Précisions", "Dates", *(["Durée"] if has_minutes else []), "État"]
    rows = [
        [
            line.title,
            " ; ".join([*_told(section, line), *([line.note] if line.note else [])]),
            line.dates,
            *([minutes(line.minutes) if line.minutes else ""] if has_minutes else []),
            line.state,
        ]
        for line in section.shown
    ]
    return said | {"columns": columns, "rows": rows}


def _french(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
