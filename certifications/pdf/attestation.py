"""An attestation, or a certificat de réalisation, from the snapshot that was frozen when it was issued."""

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
from segno.encoder import DataOverflowError

from certifications.pdf.errors import CannotTypeset
from certifications.pdf.french import SPACE, counted, day, duration, instant, period, short_day, siret
from certifications.pdf.text import one_line
from certifications.pdf.typesetting import PDF, PICTURES, Form, Ours, Unbroken, typeset

# Written in each document. Raised with any change of what is drawn: the template, the fonts, typst itself.
TEMPLATE_VERSION = 2

Snapshot = Mapping[str, Any]
NOT_A_CERTIFICATION = "n'est pas une certification professionnelle inscrite au RNCP"


@dataclass(frozen=True)
class Words:
    """What changes with the kind of document. `the`: as after « remplace »; `this`: as first word of a sentence."""

    the: str
    this: str
    holder: str
    issued: str
    what: str
    hours: str
    dates: str
    number: str
    detail: str


ATTESTATION = Words(
    the="l'attestation",
    this="Cette attestation",
    holder="Délivrée à",
    issued="Délivrée le",
    what="Ce qui est attesté",
    hours="Durée suivie",
    dates="Dates",
    number="Attestation n°",
    detail="Détail de ce qui a été suivi",
)
CERTIFICATE = Words(
    the="le certificat",
    this="Ce certificat",
    holder="Établi au nom de",
    issued="Établi le",
    what="Ce qui est certifié",
    hours="Durée effectivement réalisée",
    dates="Dates de l'action",
    number="Certificat n°",
    detail="Détail de ce qui a été réalisé",
)


def words_of(snapshot: Snapshot) -> Words:
    return CERTIFICATE if snapshot["kind"] == "certificat_realisation" else ATTESTATION


def render_attestation(snapshot: Snapshot, *, assets: Mapping[str, bytes], fonts: Path, preview: bool = False) -> bytes:
    """The document of `snapshot`; `assets` holds its images by the hexadecimal SHA-256 of their bytes.

    A preview is crossed by « SPÉCIMEN ». Raises CannotTypeset: an image is missing, altered or unreadable.
    """
    content: bytes = _typeset(snapshot, assets, fonts, preview=preview, form=PDF)
    return content


def draw_specimen(snapshot: Snapshot, *, assets: Mapping[str, bytes], fonts: Path) -> list[bytes]:
    """The pages of a preview, as PNG pictures. Raises CannotTypeset."""
    pages = _typeset(snapshot, assets, fonts, preview=True, form=PICTURES)
    return [pages] if isinstance(pages, bytes) else list(pages)


def _typeset(snapshot: Snapshot, assets: Mapping[str, bytes], fonts: Path, *, preview: bool, form: Form) -> Any:
    name = snapshot["holder"]["name"]
    title = f"{snapshot['title']} – {name}"
    return typeset(
        "attestation.typ",
        contents(snapshot, assets=assets) | {"preview": preview},
        title=f"SPÉCIMEN – {title}" if preview else title,
        form=form,
        author=snapshot["provider"]["name"],
        keywords=[f"urn:uuid:{snapshot['id']}", snapshot["format"], f"modèle {TEMPLATE_VERSION}"],
        made_at=instant(snapshot["issued_at"]),
        fonts=fonts,
    )


def contents(snapshot: Snapshot, *, assets: Mapping[str, bytes]) -> dict[str, Any]:
    """What the template lays out, in the order of reading."""
    words = words_of(snapshot)
    wording, signatory, hours = snapshot["wording"], snapshot["signatory"], snapshot["hours"]
    url = one_line(snapshot["verification_url"])
    return {
        "kind": snapshot["kind_label"],
        "title": without_kind(snapshot["title"], kind=snapshot["kind_label"]),
        "logo": image(snapshot["logo"], assets, alt=one_line((snapshot["logo"] or {}).get("alt", "")) or "Logo"),
        "holder": {"label": words.holder, "name": snapshot["holder"]["name"]},
        "statement": lines(wording["statement"]),
        "paragraphs": [lines(paragraph) for paragraph in wording["paragraphs"]],
        "what": words.what,
        "facts": facts(snapshot, words),
        "issued": f"{words.issued} {day(snapshot['issued_at'])}",
        "validity": validity(snapshot),
        "signatory": {
            "name": signatory["name"],
            "quality": signatory["quality"],
            "signature": image(signatory["signature"], assets, alt=f"Signature de {signatory['name']}"),
        },
        "provider": provider(snapshot["provider"]),
        "mentions": mentions(snapshot, words),
        "number": {"label": words.number, "value": Unbroken(snapshot["id"])},
        "verification": {
            "url": Unbroken(url),
            "address": Ours(url) if re.fullmatch(r"https?://[!-~]+", url) else None,
            "qr": Ours(code) if (code := qr_code(url)) else None,
        },
        "detail": words.detail,
        "steps": [
            [
                step["title"],
                step["kind_label"],
                step["module"],
                duration(step["minutes"]),
                short_day(step["completed_on"]),
            ]
            for step in hours["steps"]
        ],
        "half_days": [
            [
                half["session"],
                f"{short_day(half['on'])}, {half['label']}",
                f"{half['starts_at']} – {half['ends_at']}",
                duration(half["minutes"]),
                f"{short_day(half['signed_on'])}" if half["signed_on"] else "Non signée",
                half["countersigned_by"],
            ]
            for half in hours["half_days"]
        ],
        "total": duration(hours["minutes"]),
        "template": f"Modèle {TEMPLATE_VERSION}",
    }


def without_kind(title: str, *, kind: str) -> str:
    """« Attestation de suivi — Socle » is printed on two lines: its kind, then the rest."""
    return re.sub(rf"^{re.escape(kind)}\s*[—–:-]\s*(?=\S)", "", title)


def facts(snapshot: Snapshot, words: Words) -> list[dict[str, Any]]:
    """Term, then one or several lines; `bullets` are a list under them."""
    training, employer, results = snapshot["training"], snapshot["employer"], snapshot["results"]
    edition = [
        training["code"],
        f"version {training['version']}" if training["version"] is not None else "",
        f"cycle {training['cycle']}" if training["cycle"] is not None and training["cycle"] > 1 else "",
    ]
    described = [training["title"], ", ".join(filter(None, edition)), training["format_label"]]
    rows: list[dict[str, Any]] = [{"term": "Personne formée", "lines": [snapshot["holder"]["name"]]}]
    if employer:
        number = f"SIRET {siret(employer['siret'])}" if employer["siret"] else ""
        rows.append({"term": "Employeur", "lines": [employer["name"], number]})
    rows += [
        {"term": "Formation", "lines": described},
        {"term": "Nature de l'action", "lines": [training["nature"]]},
        {"term": words.dates, "lines": [period(training["starts_on"], training["ends_on"])]},
        {"term": words.hours, "lines": [duration(snapshot["hours"]["minutes"]), shares(snapshot["hours"])]},
        {"term": "Objectifs", "bullets": training["objectives"]},
    ]
    if results:
        passed = [
            f"{item['title']}{SPACE}: {item['score']}{SPACE}% (seuil{SPACE}: {item['pass_mark']}{SPACE}%), "
            f"le {short_day(item['passed_on'])}"
            for item in results["items"]
        ]
        rows.append({"term": "Évaluation des acquis", "lines": lines(results["assessment"]), "bullets": passed})
    said = [
        {"term": row["term"], "lines": present(row.get("lines", [])), "bullets": present(row.get("bullets", []))}
        for row in rows
    ]
    return [row for row in said if row["lines"] or row["bullets"]]


def shares(hours: Mapping[str, Any]) -> str:
    """« 3 h 30 en salle et 30 min à distance », when the two make the whole."""
    in_room = sum(half["minutes"] for half in hours["half_days"])
    remote = sum(step["minutes"] for step in hours["steps"])
    if not in_room or not remote or in_room + remote != hours["minutes"]:
        return ""
    signed = counted(len(hours["half_days"]), "demi-journée")
    return f"Dont {duration(in_room)} en salle ({signed}) et {duration(remote)} à distance"


def validity(snapshot: Snapshot) -> str:
    if until := snapshot["valid_until"]:
        return f"Valable du {day(snapshot['valid_from'])} au {day(until)}"
    return f"Valable à partir du {day(snapshot['valid_from'])}, sans limite de durée"


def provider(snapshot: Snapshot) -> dict[str, Any]:
    name = f"{snapshot['name']}, {snapshot['legal_form']}" if snapshot["legal_form"] else snapshot["name"]
    number = f"SIRET {siret(snapshot['siret'])}" if snapshot["siret"] else ""
    declared = ""
    if snapshot["activity_number"]:
        declared = (
            f"Déclaration d'activité enregistrée sous le numéro {snapshot['activity_number']}. "
            "Cet enregistrement ne vaut pas agrément de l'État (article L6352-12 du Code du travail)."
        )
    return {"name": name, "lines": present([", ".join(lines(snapshot["address"])), number, declared])}


def mentions(snapshot: Snapshot, words: Words) -> list[str]:
    said = list(snapshot["wording"]["mentions"])
    if not any(NOT_A_CERTIFICATION in mention.replace("’", "'") for mention in said):
        said.append(f"{words.this} {NOT_A_CERTIFICATION}.")
    if snapshot["renews"]:
        said.append(f"Renouvelle {words.the} n° {snapshot['renews']}.")
    if snapshot["supersedes"]:
        reason = snapshot["correction_reason"].rstrip(" .")
        why = f" Motif de la correction{SPACE}: {reason}." if reason else ""
        said.append(f"Remplace {words.the} n° {snapshot['supersedes']}.{why}")
    return present(said)


def image(description: Mapping[str, str] | None, assets: Mapping[str, bytes], *, alt: str) -> dict[str, Any] | None:
    if description is None:
        return None
    content = assets.get(description["sha256"])
    if content is None or hashlib.sha256(content).hexdigest() != description["sha256"]:
        raise CannotTypeset(f"L'image « {alt} » manque, ou n'est plus celle du jour de la délivrance.")
    formats = {"image/png": "png", "image/jpeg": "jpg"}
    if description["media_type"] not in formats:
        raise CannotTypeset(f"L'image « {alt} » n'est ni PNG ni JPEG.")
    return {"content": content, "format": Ours(formats[description["media_type"]]), "alt": alt}


def qr_code(url: str) -> str:
    """An SVG of the code, without the quiet zone; nothing when there is no address, or when none could hold it."""
    if not url:
        return ""
    drawing = io.BytesIO()
    try:
        code = segno.make(url.encode("utf-8", "replace"), error="m", micro=False)
    except DataOverflowError:
        return ""
    code.save(drawing, kind="svg", border=0, xmldecl=False, svgns=True, dark="#1b2430")
    return drawing.getvalue().decode()


def lines(text: str) -> list[str]:
    return present(text.splitlines())


def present(texts: Sequence[str]) -> list[str]:
    return [text for text in texts if text.strip()]
