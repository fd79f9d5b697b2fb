"""A credential as a signed token, VC-JWT: Open Badges 3.0 §8.2, VC-JOSE-COSE §3.1.1.

The two documents do not ask the same of the header and claims. Every MUST of both is kept:

- `typ` is "JWT": OB 3.0 §8.2.3 allows no other, where VC-JOSE-COSE recommends "vc+jwt";
- the header holds `alg`, `kid`, `typ` and nothing else (OB 3.0 §8.2.3);
- `kid` is an absolute DID URL of the issuer, which both read;
- the credential is the payload itself, without a `vc` claim (VC-JOSE-COSE §3.1.3);
- `iss`, `sub`, `jti`, `nbf` and, if it ends, `exp` repeat what the credential says (OB 3.0 §8.2.4.1).

`alg` is "EdDSA", the name of RFC 8037: verifiers know it. "Ed25519", of RFC 9864, is not read by all of them yet.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSAlgModel, JWSRegistry

from certifications.badges.documents import LONGEST, decode, read_object
from certifications.badges.errors import Altered, NotOurs, NotReadable, TooLarge
from certifications.badges.keys import Keyring, SigningKey, kid_of

MEDIA_TYPE = "application/vc+jwt"
CLAIMS = ("iss", "sub", "jti", "nbf", "exp")


class _EdDSAOnly(JWSRegistry):
    """One algorithm, whatever a header asks for (RFC 8725 §3.1)."""

    def get_alg(self, name: str) -> JWSAlgModel:
        if name != "EdDSA":
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


REGISTRY = _EdDSAOnly()


def sign_jwt(credential: Mapping[str, Any], key: SigningKey, did: str) -> str:
    """Return the compact JWS of a credential. The same credential and key always give the same token."""
    header = {"alg": "EdDSA", "typ": "JWT", "kid": kid_of(did, key.public)}
    payload = json.dumps({**credential, **_claims(credential)}, ensure_ascii=False, separators=(",", ":"))
    return jws.serialize_compact(header, payload, OKPKey.import_key(dict(key.jwk)), registry=REGISTRY)


def verify_jwt(token: str, keyring: Keyring) -> dict[str, Any]:
    """Return the credential a token of ours holds, without its claims. Raises BadgeRefused.

    Nothing is said of the day: an expired or revoked badge was signed by us all the same.
    """
    if len(token) > LONGEST:
        raise TooLarge
    header, payload = _split(token)
    if set(header) != {"alg", "typ", "kid"} or header["alg"] != "EdDSA" or header["typ"] != "JWT":
        raise NotOurs("La signature de ce badge n'est pas de celles que fait cette plateforme.")
    key = keyring.of_token(header["kid"])
    if key is None:
        raise NotOurs
    try:
        jws.deserialize_compact(token, OKPKey.import_key(dict(key.jwk)), registry=REGISTRY)
    except JoseError as error:
        raise Altered from error
    credential = read_object(payload)
    claims = {name: credential.pop(name) for name in CLAIMS if name in credential}
    try:
        coherent = claims == _claims(credential) and claims["iss"] == keyring.did
    except (KeyError, TypeError, ValueError):
        coherent = False
    if not coherent:
        raise NotOurs("Ce document est signé par cette plateforme, mais ce n'est pas un badge.")
    return credential


def _split(token: str) -> tuple[dict[str, Any], bytes]:
    parts = token.split(".")
    if len(parts) != 3:
        raise NotReadable
    header, payload, _signature = map(decode, parts)
    return read_object(header), payload


def _claims(credential: Mapping[str, Any]) -> dict[str, Any]:
    claims = {
        "iss": credential["issuer"]["id"],
        "sub": credential["credentialSubject"]["id"],
        "jti": credential["id"],
        "nbf": _numeric(credential["validFrom"]),
    }
    if "validUntil" in credential:
        claims["exp"] = _numeric(credential["validUntil"])
    return claims


def _numeric(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())
