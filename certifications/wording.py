"""The words of a definition: what may be replaced in them, and what the law asks them to say. Pure.

Sources: Code du travail, L6353-1 (attestation de fin de formation: objectives, nature and duration of the action,
results of the assessment), R6313-3 (certificat de réalisation) and D6313-3-1 (distance learning).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from certifications.enums import Kind

PLACEHOLDERS = ("personne", "employeur", "formation", "duree", "debut", "fin")
SLOT = re.compile(r"\{([^{}]*)\}")

# Said of every credential, whatever its definition says.
NOT_RNCP = "Ce document n'est pas une certification professionnelle inscrite au RNCP."

# « Certification professionnelle », « diplôme » and « titre professionnel » name what only the State registers
# (Code du travail, L6113-1).
RESERVED = re.compile(r"certification\s+professionnelle|dipl[ôo]me|titre\s+professionnel", re.IGNORECASE)

ASSESSED = {Kind.SKILLS, Kind.END}


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its slots replaced; an employer nobody has goes with the comma before it."""
    if not values.get("employeur"):
        text = re.sub(r",\s*\{employeur\}(?=\s*,)", "", text)
    return re.sub(r"[ \t]{2,}", " ", SLOT.sub(lambda slot: values.get(slot[1], ""), text)).strip()


def unknown_slots(text: str) -> list[str]:
    return sorted({name for name in SLOT.findall(text) if name not in PLACEHOLDERS})


def missing_mentions(content: Mapping[str, Any], *, courses: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what must still be said before this can be published, in words; nothing when all is there.

    `content` is that of a `DefinitionVersion`; `courses`: `{title, objectives, assessment, is_assessed}` of those
    that lead to it.
    """
    missing = []
    statement = content["statement"]
    if not content["title"].strip():
        missing.append("le titre")
    missing += [
        f"« {{{slot}}} » dans la phrase d'attestation"
        for slot in ("personne", "formation")
        if f"{{{slot}}}" not in statement
    ]
    if content["kind"] == Kind.DONE:
        missing += [
            f"« {{{slot}}} » dans la phrase d'attestation (certificat de réalisation : R6313-3)"
            for slot in ("employeur", "duree", "debut", "fin")
            if f"{{{slot}}}" not in statement
        ]
    if content["kind"] == Kind.END and "{duree}" not in statement:
        missing.append("« {duree} » dans la phrase d'attestation (attestation de fin de formation : L6353-1)")
    if not content["nature"].strip():
        missing.append("la nature de l'action (L6353-1)")
    provider = content["provider"]
    missing += [
        f"{label} de l'organisme qui délivre (Réglages)"
        for name, label in (("name", "la dénomination"), ("address", "l'adresse"), ("siret", "le SIRET"))
        if not provider[name].strip()
    ]
    signatory = content["signatory"]
    if not signatory["name"].strip():
        missing.append("le nom du signataire")
    if not signatory["quality"].strip():
        missing.append("la qualité du signataire")
    if not courses:
        missing.append("au moins une formation qui y mène")
    for course in courses:
        if not course["objectives"]:
            missing.append(f"les objectifs de « {course['title']} » (L6353-1)")
        if content["kind"] in ASSESSED and not course["is_assessed"]:
            missing.append(f"une évaluation notée dans « {course['title']} » : cette attestation en rend compte")
    return missing


def misused_words(content: Mapping[str, Any]) -> list[str]:
    """Return the words reserved to what the State registers, where the definition uses them."""
    said = [content["title"], content["statement"], *content["paragraphs"]]
    return sorted({found[0].lower() for text in said for found in RESERVED.finditer(text)})
