"""What an attestation says, as an Open Badge 3.0 and a W3C Verifiable Credential 2.0, before it is signed.

The person is under a pseudonym, and known by hashes to whoever already knows who they are; their name is written only
when they choose to. Neither employer, nor scores, nor dates of steps, nor names of trainers are ever part of it.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from certifications.badges.issuer import OB_CONTEXT, SCHEMA_CONTEXT, VC_CONTEXT, Issuer
from certifications.badges.status_list import entry
from certifications.canonical import fingerprint

TYPES = {
    "attestation_suivi": "CertificateOfCompletion",
    "attestation_competences": "Competency",
    "attestation_fin_formation": "CertificateOfCompletion",
    "certificat_realisation": "CertificateOfCompletion",
}
"""The `achievementType` of each kind, among those of Open Badges 3.0 §B.2."""

SCHEMA = {
    "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
    "type": "1EdTechJsonSchemaValidator2019",
}
PARIS = ZoneInfo("Europe/Paris")
LAST_SECOND = time(23, 59, 59)
LONGEST_NARRATIVE = 12_000
"""Characters: a token is read by phones, and carried in images."""

MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|~&"})


def open_badge(
    snapshot: Mapping[str, Any],
    *,
    issuer: Issuer,
    status_list: str,
    status_index: int,
    disclose: bool,
    salt: str,
    achievement_url: str,
    achievement_image: str = "",
    email: str = "",
    extended_until: date | None = None,
) -> dict[str, Any]:
    """Return the credential of a snapshot (Open Badges 3.0 §B.1, VC Data Model 2.0 §4), not signed yet.

    `status_list`, `status_index`: the address of the list, and the place in that list.
    `disclose`: the person chose to have their name written. `salt`: drawn for this badge, and kept with it.
    `email`: one more identifier, hashed, by which the places where people keep their badges know them.
    `extended_until`: the last day of validity, when it is no longer the one of the snapshot.
    """
    ends_on = extended_until or (date.fromisoformat(snapshot["valid_until"]) if snapshot["valid_until"] else None)
    credential: dict[str, Any] = {
        "@context": [VC_CONTEXT, OB_CONTEXT, SCHEMA_CONTEXT],
        "id": snapshot["verification_url"],
        "type": ["VerifiableCredential", "AchievementCredential"],
        "name": snapshot["title"],
        "issuer": issuer.profile(),
        "validFrom": _start_of(date.fromisoformat(snapshot["valid_from"])),
        "credentialSubject": {
            "id": f"urn:uuid:{uuid5(UUID(snapshot['holder']['id']), salt)}",
            "type": ["AchievementSubject"],
            "identifier": _identifiers(snapshot["holder"], salt=salt, email=email, disclose=disclose),
            "activityStartDate": _start_of(date.fromisoformat(snapshot["training"]["starts_on"])),
            "activityEndDate": _end_of(date.fromisoformat(snapshot["training"]["ends_on"])),
            "achievement": _achievement(snapshot, achievement_url, achievement_image),
        },
        "credentialStatus": entry(status_list, status_index),
        "credentialSchema": [SCHEMA],
        "relatedResource": [_named_by_digest(snapshot)],
    }
    if ends_on:
        credential["validUntil"] = _end_of(ends_on)
    return credential


def snapshot_sha256(credential: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of the snapshot a badge of ours was made from."""
    digest: str = credential["relatedResource"][0]["digestSRI"]
    return base64.b64decode(digest.removeprefix("sha256-")).hex()


def _named_by_digest(snapshot: Mapping[str, Any]) -> dict[str, str]:
    """The frozen text the badge was made from (VC Data Model 2.0 §5.3), named by its digest (RFC 6920 §3).

    It has no address: it holds the name of the person. Whoever was given it can tell that it is the one.
    """
    digest = bytes.fromhex(fingerprint(snapshot))
    return {
        "id": f"ni:///sha-256;{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}",
        "digestSRI": f"sha256-{base64.b64encode(digest).decode()}",
        "mediaType": "application/json",
    }


def _identifiers(holder: Mapping[str, str], *, salt: str, email: str, disclose: bool) -> list[dict[str, Any]]:
    """The IdentityObjects of Open Badges 3.0 §B.1, verified as its §9.3 says."""
    identifiers = [_hashed("systemId", holder["id"], salt)]
    if email:
        identifiers.append(_hashed("emailAddress", email, salt))
    if disclose:
        identifiers.append(
            {"type": "IdentityObject", "hashed": False, "identityHash": holder["name"], "identityType": "name"}
        )
    return identifiers


def _hashed(identity_type: str, value: str, salt: str) -> dict[str, Any]:
    digest = hashlib.sha256((value + salt).encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": identity_type,
        "salt": salt,
    }


def _achievement(snapshot: Mapping[str, Any], url: str, image: str) -> dict[str, Any]:
    training = snapshot["training"]
    achievement = {
        "id": url,
        "type": ["Achievement"],
        "achievementType": TYPES[snapshot["kind"]],
        "name": snapshot["title"],
        "description": _description(snapshot),
        "criteria": {"narrative": _narrative(snapshot)},
        "inLanguage": "fr",
    }
    if training["code"]:
        achievement["humanCode"] = training["code"]
    if training["version"] is not None:
        achievement["version"] = str(training["version"])
    if image:
        achievement["image"] = {"id": image, "type": "Image"}
    return achievement


def _description(snapshot: Mapping[str, Any]) -> str:
    training, minutes = snapshot["training"], snapshot["hours"]["minutes"]
    parts = [
        f"{snapshot['kind_label']} : {training['title']}",
        duration(minutes) if minutes else "",
        training["format_label"],
        training["nature"],
    ]
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def _narrative(snapshot: Mapping[str, Any]) -> str:
    """What had to be done, in Markdown: objectives, steps, half-days, pass marks; and what the law has it say."""
    hours, results = snapshot["hours"], snapshot["results"]
    steps = [
        f"{_inline(step['kind_label'])} : {_inline(step['title'])}{_lasting(step['minutes'])}"
        for step in hours["steps"]
    ]
    half_days = [
        f"{_inline(half['session'])}, {half['on']}, {_inline(half['label'])}{_lasting(half['minutes'])}"
        for half in hours["half_days"]
    ]
    parts = [
        ("Objectifs", "", [_inline(objective) for objective in snapshot["training"]["objectives"]]),
        (f"Parcours{_lasting(hours['minutes'])}", "", steps + half_days),
    ]
    if results:
        marks = [f"{_inline(item['title'])} : {item['pass_mark']} % demandés" for item in results["items"]]
        parts.append(("Évaluation", _inline(results["assessment"]), marks))
    parts.append(("Mentions", "", [_inline(mention) for mention in snapshot["wording"]["mentions"]]))
    return "\n\n".join(_bounded(parts))


def _bounded(parts: Iterable[tuple[str, str, list[str]]]) -> Iterator[str]:
    """Each part with its share of the length: what is cut is counted."""
    share = LONGEST_NARRATIVE // 4
    for heading, text, items in parts:
        lines: list[str] = []
        left = share - len(text[:share])
        for item in items:
            left -= len(item)
            if left < 0:
                lines.append(f"- … et {len(items) - len(lines)} de plus")
                break
            lines.append(f"- {item}")
        if text or lines:
            yield f"**{heading}**"
            yield from filter(None, (text[:share], "\n".join(lines)))


def _inline(text: str) -> str:
    """A text as itself in Markdown, on one line."""
    return " ".join(text.split()).translate(MARKDOWN)


def _lasting(minutes: int) -> str:
    return f" ({duration(minutes)})" if minutes else ""


def duration(minutes: int) -> str:
    """Return "45 min", "4 h" or "3 h 30"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02}" if rest else f"{hours} h"


def _start_of(day: date) -> str:
    return datetime.combine(day, time(), PARIS).isoformat()


def _end_of(day: date) -> str:
    return datetime.combine(day, LAST_SECOND, PARIS).isoformat()
