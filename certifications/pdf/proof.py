"""The « dossier de preuve » of a session: who signed each half-day, who countersigned, and what does not agree."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from certifications.pdf.french import duration, instant, moment
from certifications.pdf.typesetting import typeset

LEVELS = {"error": "Erreur", "warning": "À vérifier", "ok": "Conforme"}
HALF_DAYS_ON_A_SHEET = 5


def render_proof(data: Mapping[str, Any], *, fonts: Path) -> bytes:
    """The attendance of `data["session"]`, its instants already in words. Raises CannotTypeset."""
    session, half_days = data["session"], data["half_days"]
    return typeset(
        "proof.typ",
        {
            "title": session["title"],
            "facts": [
                ["Formation", session["course"]],
                ["Lieu", session["place"]],
                ["Animation", ", ".join(session["trainers"])],
                ["Durée prévue", duration(sum(half["minutes"] for half in half_days))],
            ],
            "checks": [
                {"is_error": check["level"] == "error", "level": LEVELS[check["level"]], "text": check["text"]}
                for check in data["checks"]
            ],
            "sheets": [
                sheet(data, range(start, min(start + HALF_DAYS_ON_A_SHEET, len(half_days))))
                for start in range(0, len(half_days), HALF_DAYS_ON_A_SHEET)
            ],
            "service": data["service"],
            "made_at": f"Arrêté le {moment(data['made_at'])}",
        },
        title=f"Dossier de preuve – {session['title']}",
        author=data["service"],
        keywords=["dossier de preuve", "feuilles d'émargement"],
        made_at=instant(data["made_at"]),
        fonts=fonts,
    )


def sheet(data: Mapping[str, Any], numbers: range) -> dict[str, Any]:
    """The half-days that stand side by side on one page, a line for each person."""
    shown = [data["half_days"][number] for number in numbers]
    return {
        "title": "Demi-journées" if len(data["half_days"]) <= HALF_DAYS_ON_A_SHEET
        else f"Demi-journées {numbers.start + 1} à {numbers.stop}",
        "half_days": [[half["label"], duration(half["minutes"]), half["room"]] for half in shown],
        "people": [
            {
                "name": person["name"],
                "employer": person["employer"],
                "cells": [signature(person["cells"][number]) for number in numbers],
            }
            for person in data["people"]
        ],
    }  # fmt: skip


def signature(cell: Mapping[str, Any]) -> dict[str, Any]:
    if cell["absent"]:
        return {"state": "Absence", "is_missing": False, "lines": []}
    countersigned = f"Contresigné{'' if cell['countersigned'].startswith('le ') else ' :'} {cell['countersigned']}"
    if not cell["signed_at"]:
        return {"state": "Non signé", "is_missing": True, "lines": []}
    return {
        "state": "Signé",
        "is_missing": False,
        "lines": [cell["signed_at"], countersigned if cell["countersigned"] else "Non contresigné"],
    }
