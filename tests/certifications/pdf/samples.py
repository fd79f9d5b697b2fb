"""Snapshots, and the data of the other documents, as the rest of the application makes them."""

import hashlib
import io
from typing import Any

from PIL import Image, ImageDraw

ID = "3f0c5a1e-7c1b-4b0e-9a54-0a4a4f6f2b11"


def picture(width: int, height: int, *, mode: str = "RGBA", kind: str = "PNG") -> bytes:
    """A drawing that stands for a logo or a signature."""
    image = Image.new(mode, (width, height))
    pen = ImageDraw.Draw(image)
    ink = (11, 93, 94, 255)[: len(image.getbands())]
    pen.line([(8, height - 10), (width / 3, 12), (width / 2, height - 14), (width - 10, height / 3)], fill=ink, width=5)
    content = io.BytesIO()
    image.save(content, kind)
    return content.getvalue()


LOGO, SIGNATURE = picture(360, 120), picture(300, 110)
ASSETS = {hashlib.sha256(content).hexdigest(): content for content in (LOGO, SIGNATURE)}
LOGO_HASH, SIGNATURE_HASH = ASSETS


def snapshot(**changes: Any) -> dict[str, Any]:
    """An attestation de suivi. `holder__name="…"` changes one value inside."""
    stated: dict[str, Any] = {
        "format": "socle-attestation/1",
        "id": ID,
        "kind": "attestation_suivi",
        "kind_label": "Attestation de suivi",
        "title": "Attestation de suivi — Socle commun d'information",
        "issued_at": "2026-11-30T08:00:00Z",
        "valid_from": "2026-11-30",
        "valid_until": "2028-11-30",
        "holder": {
            "id": "6c0b8a52-55ad-44f0-9a3a-3c8f2f1f7d02",
            "first_name": "Claire",
            "last_name": "Martel",
            "name": "Claire Martel",
        },
        "employer": {"name": "Département de la Manche", "siret": "22500502000011"},
        "training": {
            "title": "Socle commun d'information",
            "code": "SOCLE",
            "version": 2,
            "cycle": 1,
            "format_label": "À distance, à mon rythme, avec une journée en salle",
            "nature": "Action de formation (article L6313-1 du Code du travail)",
            "objectives": [
                "Situer les acteurs de l'insertion et ce que chacun d'eux peut décider",
                "Expliquer à une personne ses droits, ses devoirs et la suite de son parcours",
                "Conduire un premier entretien en partant de ce que dit la personne",
            ],
            "starts_on": "2026-10-02",
            "ends_on": "2026-11-30",
        },
        "hours": {
            "minutes": 240,
            "steps": [
                {
                    "title": "Qui fait quoi dans le parcours",
                    "kind_label": "Leçon",
                    "module": "Repères",
                    "minutes": 20,
                    "completed_on": "2026-10-05",
                },
                {
                    "title": "Le contrat d'engagement",
                    "kind_label": "Quiz",
                    "module": "Repères",
                    "minutes": 10,
                    "completed_on": "2026-10-20",
                },
            ],
            "half_days": [
                {
                    "session": "Journée 1 — Repères et écoute",
                    "on": "2026-10-10",
                    "label": "matin",
                    "starts_at": "09:00",
                    "ends_at": "12:30",
                    "minutes": 210,
                    "signed_on": "2026-10-10",
                    "countersigned_by": "Paul Trainer",
                }
            ],
        },
        "results": {
            "assessment": "Un quiz par module, validé à 70 % de bonnes réponses.",
            "items": [{"title": "Le contrat d'engagement", "score": 85, "pass_mark": 70, "passed_on": "2026-10-20"}],
        },
        "provider": {
            "name": "Département de la Manche",
            "legal_form": "collectivité territoriale",
            "address": "Maison du Département\n98 route de Candol\n50000 Saint-Lô",
            "siret": "22500502000011",
            "activity_number": "25500123450",
        },
        "signatory": {
            "name": "Hélène Durand",
            "quality": "Directrice de l'insertion, par délégation du Président",
            "signature": {"sha256": SIGNATURE_HASH, "media_type": "image/png"},
        },
        "logo": {"sha256": LOGO_HASH, "media_type": "image/png", "alt": "Département de la Manche"},
        "wording": {
            "definition": "b5ad2e4f-52a3-4a0c-a1a5-b7f4a8f07a33",
            "version": 3,
            "statement": "Nous attestons que Claire Martel a suivi la formation décrite ci-dessous, et validé toutes "
            "les étapes demandées.",
            "paragraphs": ["Cette formation est commune aux professionnels du service public de l'insertion."],
            "mentions": ["Attestation délivrée en application de l'article L6353-1 du Code du travail."],
        },
        "verification_url": f"https://socle.example/attestations/verifier/{ID}/",
        "renews": None,
        "supersedes": None,
        "correction_reason": "",
    }
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = stated
        for parent in parents:
            place = place[parent]
        place[last] = value
    return stated


def livret(rows: int = 3, **changes: Any) -> dict[str, Any]:
    return {
        "holder": {"name": "Claire Martel"},
        "made_at": "2026-11-30T08:00:00Z",
        "service": "SPIE de la Manche",
        "hours_total": "12 h 30",
        "sections": [
            {
                "title": "Formations",
                "empty": "Aucune formation suivie.",
                "columns": ["Formation", "Du", "Au", "Durée", "État"],
                "rows": [
                    [f"Socle commun d'information, partie {number}", "02/10/2026", "30/11/2026", "4 h", "Validée"]
                    for number in range(1, rows + 1)
                ],
            },
            {
                "title": "Séances en salle",
                "empty": "Aucune séance.",
                "columns": ["Séance", "Demi-journée", "Durée", "Signée le"],
                "rows": [["Journée 1 — Repères et écoute", "10/10/2026, matin", "3 h 30", "10/10/2026"]],
            },
            {
                "title": "Formations suivies ailleurs",
                "empty": "Vous n'avez rien ajouté ici.",
                "columns": ["Formation", "Organisme", "Durée"],
                "rows": [],
            },
        ],
    } | changes


def proof(people: int = 3, half_days: int = 2, **changes: Any) -> dict[str, Any]:
    kinds: list[dict[str, Any]] = [
        {"signed_at": "le 10/10/2026 à 9 h 04", "countersigned": "le 10/10/2026 à 12 h 31", "absent": False},
        {"signed_at": "", "countersigned": "", "absent": True},
        {"signed_at": "", "countersigned": "", "absent": False},
        {"signed_at": "le 10/10/2026 à 14 h 02", "countersigned": "", "absent": False},
    ]
    return {
        "session": {
            "title": "Journée 1 — Repères et écoute",
            "course": "Socle commun d'information",
            "place": "Maison du Département, Saint-Lô",
            "trainers": ["Paul Trainer", "Hélène Durand"],
        },
        "half_days": [
            {
                "label": f"{10 + number // 2}/10/2026, {('matin', 'après-midi')[number % 2]}",
                "minutes": 210,
                "room": "Salle 2",
            }
            for number in range(half_days)
        ],
        "people": [
            {
                "name": f"Claire Martel {number}",
                "employer": "Département de la Manche",
                "cells": [kinds[(number + half) % 4] for half in range(half_days)],
            }
            for number in range(people)
        ],
        "checks": [
            {"level": "error", "text": "Une demi-journée n'est pas signée : Claire Martel 2, 10/10/2026, matin."},
            {"level": "warning", "text": "La séance tombe un jour férié."},
            {"level": "ok", "text": "Personne n'animait dans deux salles à la fois."},
        ],
        "made_at": "2026-11-30T08:00:00Z",
        "service": "SPIE de la Manche",
    } | changes
