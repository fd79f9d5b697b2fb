"""A credential with its proof inside: Data Integrity, cryptosuite `eddsa-jcs-2022`.

Data Integrity EdDSA Cryptosuites 1.0 §3.3. Nothing depends on JSON-LD processing: what is signed is the canonical
JSON (RFC 8785) of the document, so that no word of it is outside the signature.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import base58
import rfc8785

from certifications.badges.errors import Altered, NotOurs, NotReadable
from certifications.badges.keys import Keyring, SigningKey, method_of

MEDIA_TYPE = "application/vc"
SUITE = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod"}
MEMBERS = {*SUITE, "@context", "created", "verificationMethod", "proofValue"}


def add_proof(credential: Mapping[str, Any], key: SigningKey, did: str, created: datetime) -> dict[str, Any]:
    """Return the credential with its proof (§3.3.1). `created` must know its time zone."""
    if created.tzinfo is None:
        raise ValueError("A proof is dated with a time zone.")
    options = {
        "@context": credential["@context"],
        **SUITE,
        "created": created.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "verificationMethod": method_of(did, key.public),
    }
    value = base58.b58encode(key.sign(_hash_data(credential, options))).decode()
    return {**credential, "proof": {**options, "proofValue": f"z{value}"}}


def verify_proof(document: Mapping[str, Any], keyring: Keyring) -> dict[str, Any]:
    """Return the credential, without its proof, when we signed it as it stands (§3.3.2). Raises BadgeRefused.

    Stricter than the algorithm, which lets contexts be added after the signature: those of the document are signed as
    they stand. Nothing is said of the day.
    """
    credential = dict(document)
    proof = credential.pop("proof", None)
    if not isinstance(proof, dict):
        raise NotReadable
    if set(proof) != MEMBERS or any(proof[name] != value for name, value in SUITE.items()):
        raise NotOurs("La preuve de ce badge n'est pas de celles que fait cette plateforme.")
    key = keyring.of_proof(proof["verificationMethod"])
    issuer = credential.get("issuer")
    if key is None or not isinstance(issuer, dict) or issuer.get("id") != keyring.did:
        raise NotOurs
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        message = _hash_data(credential, options)
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeEncodeError) as error:
        raise NotReadable from error
    if not key.accepts(_signature(proof["proofValue"]), message):
        raise Altered
    return credential


def _hash_data(credential: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """Transformation and hashing (§3.3.3 to §3.3.5)."""
    return b"".join(hashlib.sha256(rfc8785.dumps(dict(part))).digest() for part in (options, credential))


def _signature(value: object) -> bytes:
    """The 64 bytes of a proof value, in base58btc, as written by us and no other way."""
    if not isinstance(value, str) or not value.startswith("z") or len(value) > 100:
        raise Altered
    try:
        signature = base58.b58decode(value[1:])
    except ValueError as error:
        raise Altered from error
    if len(signature) != 64 or base58.b58encode(signature).decode() != value[1:]:
        raise Altered
    return signature
