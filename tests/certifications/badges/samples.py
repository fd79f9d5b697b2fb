"""An attestation, the keys of a site, and what somebody could make of its badges."""

import base64
import hashlib
import hmac
import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from certifications.badges.credential import open_badge
from certifications.badges.integrity import add_proof
from certifications.badges.issuer import Issuer
from certifications.badges.jwt import sign_jwt
from certifications.badges.keys import Keyring, SigningKey, kid_of
from certifications.badges.status_list import status_list_credential

SITE = "https://attestations.example"
DID = "did:web:attestations.example"
ISSUER = Issuer(did=DID, name="Département du Calvados", url=SITE)
STATUS_LIST = f"{SITE}/badges/etats/0/"

KEY = SigningKey(bytes(range(32)))
RETIRED = SigningKey(bytes(range(1, 33)))
STRANGER = SigningKey(bytes(range(2, 34)))
KEYRING = Keyring(DID, (KEY.public, RETIRED.public))

SNAPSHOT: dict[str, Any] = {
    "format": "socle-attestation/1",
    "id": "3f0c2f0e-6f0b-4d0e-9a55-0f6f3e8f7a10",
    "kind": "attestation_suivi",
    "kind_label": "Attestation de suivi",
    "title": "Attestation de suivi — Socle commun d'information",
    "issued_at": "2024-11-30T08:00:00Z",
    "valid_from": "2024-11-30",
    "valid_until": "2124-11-30",
    "holder": {
        "id": "9c1c5f3e-5a0f-4c27-8f3c-0b8a6d1f2e33",
        "first_name": "Clémence",
        "last_name": "Martel-Nguyen",
        "name": "Clémence Martel-Nguyen",
    },
    "employer": {"name": "Mission locale Zéphyr", "siret": "22500502000011"},
    "training": {
        "title": "Socle commun d'information",
        "code": "SOCLE",
        "version": 2,
        "cycle": 1,
        "format_label": "À distance, à mon rythme",
        "nature": "Action de formation (article L6313-1 du Code du travail)",
        "objectives": ["Situer la réforme", "Nommer les acteurs d'un territoire"],
        "starts_on": "2024-10-02",
        "ends_on": "2024-11-30",
    },
    "hours": {
        "minutes": 240,
        "steps": [
            {"title": "Accueillir & écouter", "kind_label": "Leçon", "module": "Repères", "minutes": 20,
             "completed_on": "2024-10-05"},
        ],
        "half_days": [
            {"session": "Journée 1", "on": "2024-10-10", "label": "matin", "starts_at": "09:00", "ends_at": "12:30",
             "minutes": 210, "signed_on": "2024-10-10", "countersigned_by": "Paul Trainer"},
        ],
    },
    "results": {
        "assessment": "Un quiz à la fin de chaque module.",
        "items": [{"title": "Quiz des repères", "score": 85, "pass_mark": 70, "passed_on": "2024-10-20"}],
    },
    "provider": {"name": "Département du Calvados", "legal_form": "", "address": "Caen", "siret": "",
                 "activity_number": ""},
    "signatory": {"name": "Anne Signe", "quality": "Directrice", "signature": None},
    "logo": None,
    "wording": {
        "definition": "0b6b3a5e-1f77-4a0b-8a35-2f4f7d2f7b44",
        "version": 3,
        "statement": "Nous attestons que Clémence Martel-Nguyen, de la Mission locale Zéphyr, a suivi le socle.",
        "paragraphs": [],
        "mentions": ["Ce document n'est pas une certification professionnelle inscrite au RNCP."],
    },
    "verification_url": f"{SITE}/attestations/verifier/3f0c2f0e-6f0b-4d0e-9a55-0f6f3e8f7a10/",
    "renews": None,
    "supersedes": None,
    "correction_reason": "",
}  # fmt: skip

CREATED = datetime(2024, 11, 30, 8, tzinfo=UTC)


def badge(snapshot: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    options = {
        "issuer": ISSUER,
        "status_list": STATUS_LIST,
        "status_index": 7,
        "disclose": False,
        "salt": "9f3b1c",
        "achievement_url": f"{SITE}/attestations/definitions/socle/3/",
    }
    return open_badge(snapshot or SNAPSHOT, **(options | changes))


def token(credential: dict[str, Any] | None = None, key: SigningKey = KEY) -> str:
    return sign_jwt(credential or badge(), key, DID)


def document(credential: dict[str, Any] | None = None, key: SigningKey = KEY) -> dict[str, Any]:
    return add_proof(credential or badge(), key, DID, CREATED)


def status_list(*withdrawn: int) -> str:
    return token(
        status_list_credential(
            STATUS_LIST,
            withdrawn,
            ISSUER,
            valid_from=datetime(2024, 11, 30, tzinfo=UTC),
            valid_until=datetime(2124, 11, 30, tzinfo=UTC),
        )
    )


def lasting(valid_from: str, valid_until: str | None) -> dict[str, Any]:
    return badge(SNAPSHOT | {"valid_from": valid_from, "valid_until": valid_until})


def altered(value: dict[str, Any], path: tuple[str | int, ...], leaf: Any) -> dict[str, Any]:
    """A copy, one leaf of which is another."""
    copy = deepcopy(value)
    inner: Any = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = leaf
    return copy


def segment(value: Any) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def forged(header: dict[str, Any], signature: bytes | None = None, *, payload: str = "") -> str:
    """A token with that header, over the payload of ours, signed by a stranger unless said otherwise."""
    signed = f"{segment(header)}.{payload or token().split('.')[1]}"
    return f"{signed}.{segment(STRANGER.sign(signed.encode()) if signature is None else signature)}"


def forged_tokens() -> dict[str, str]:
    header = {"alg": "EdDSA", "typ": "JWT", "kid": kid_of(DID, KEY.public)}
    head, payload, signature = token().split(".")
    lie = segment(json.loads(base64.urlsafe_b64decode(payload + "==")) | {"name": "Diplôme d'État"})
    symmetric = {"alg": "HS256", "typ": "JWT", "kid": header["kid"]}
    signed = f"{segment(symmetric)}.{payload}"
    by_public_key = hmac.new(KEY.public.raw, signed.encode(), hashlib.sha256).digest()
    return {
        "another payload": f"{head}.{lie}.{signature}",
        "a stranger's signature": forged(header),
        "a stranger's key, inside": forged({"alg": "EdDSA", "typ": "JWT", "jwk": STRANGER.public.jwk}),
        "a stranger's key, named as theirs": token(key=STRANGER),
        "no algorithm": forged({"alg": "none", "typ": "JWT", "kid": header["kid"]}, b""),
        "no signature": f"{head}.{payload}.",
        "our public key as a secret": f"{signed}.{segment(by_public_key)}",
        "truncated": f"{head}.{payload}.{signature[:40]}",
        "two parts": f"{head}.{payload}",
    }


def forged_documents() -> dict[str, dict[str, Any]]:
    good, retired = document(), document(key=RETIRED)["proof"]
    subject = ("credentialSubject",)
    return {
        "another title": altered(good, ("name",), "Diplôme d'État"),
        "another issuer's name": altered(good, ("issuer", "name"), "Ministère"),
        "a later end": altered(good, ("validUntil",), "2199-11-30T23:59:59+01:00"),
        "another person": altered(good, (*subject, "identifier", 0, "identityHash"), "sha256$00"),
        "another place in the list": altered(good, ("credentialStatus", "statusListIndex"), "8"),
        "another digest": altered(good, ("relatedResource", 0, "digestSRI"), "sha256-AAAA"),
        "another date of proof": altered(good, ("proof", "created"), "2025-11-30T08:00:00Z"),
        "another suite": altered(good, ("proof", "cryptosuite"), "eddsa-rdfc-2022"),
        "another purpose": altered(good, ("proof", "proofPurpose"), "authentication"),
        "another key of ours": altered(good, ("proof", "verificationMethod"), retired["verificationMethod"]),
        "a stranger's key": document(key=STRANGER),
        "another signature": altered(good, ("proof", "proofValue"), document(key=STRANGER)["proof"]["proofValue"]),
        "one word more": good | {"description": "Mention très bien"},
    }  # fmt: skip
