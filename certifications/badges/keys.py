"""The keys that sign badges: Ed25519 (RFC 8032), as JWK, as Multikey, and in the issuer's `did:web` document.

Each key is named after itself, so that a name never means another key: by its JWK thumbprint (RFC 7638) for tokens,
by its Multikey (Controlled Identifiers 1.0 §2.2.2) for Data Integrity proofs.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote, urlsplit

import base58
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from certifications.badges.documents import decode, encode
from certifications.badges.errors import NotReadable

ED25519_PUB = b"\xed\x01"
"""The multicodec prefix of an Ed25519 public key."""

CONTEXTS = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1", "https://w3id.org/security/multikey/v1"]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """`raw`: the 32 bytes of RFC 8032 §5.1.5."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != 32:
            raise ValueError("An Ed25519 public key has 32 bytes.")

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> Self:
        """Read an OKP key (RFC 8037 §2). Raises ValueError."""
        return cls(_bytes_of(jwk, "x"))

    @property
    def jwk(self) -> dict[str, str]:
        return {"kty": "OKP", "crv": "Ed25519", "x": encode(self.raw)}

    @property
    def thumbprint(self) -> str:
        """The SHA-256 thumbprint of RFC 7638, over the members RFC 8037 §2 requires."""
        return encode(hashlib.sha256(rfc8785.dumps(self.jwk)).digest())

    @property
    def multikey(self) -> str:
        return "z" + base58.b58encode(ED25519_PUB + self.raw).decode()

    def accepts(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """`seed`: the 32 secret bytes of RFC 8032 §5.1.5."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != 32:
            raise ValueError("An Ed25519 private key has 32 bytes.")

    @classmethod
    def generate(cls) -> Self:
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> Self:
        """Read a private OKP key. Raises ValueError, also when its two halves are not of the same key."""
        key = cls(_bytes_of(jwk, "d"))
        if key.public != PublicKey.from_jwk(jwk):
            raise ValueError("The public half of this key is not its own.")
        return key

    @classmethod
    def from_seed(cls, text: str) -> Self:
        """Read the 32 bytes written in base64url. Raises ValueError."""
        return cls(_bytes_of({"kty": "OKP", "crv": "Ed25519", "d": text.rstrip("=")}, "d"))

    @property
    def public(self) -> PublicKey:
        return PublicKey(Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    @property
    def jwk(self) -> dict[str, str]:
        """The private key: never to be published."""
        return self.public.jwk | {"d": encode(self.seed)}

    def sign(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of an issuer whose signatures are accepted: the one that signs first, then those retired.

    A key that leaked is left out altogether. Marking it would not be enough: verifiers look for a key by its name,
    and not all of them look at what it is still good for.
    """

    did: str
    keys: tuple[PublicKey, ...]

    def of_token(self, kid: object) -> PublicKey | None:
        """The key a `kid` header names."""
        return next((key for key in self.keys if kid_of(self.did, key) == kid), None)

    def of_proof(self, method: object) -> PublicKey | None:
        """The key a `verificationMethod` names."""
        return next((key for key in self.keys if method_of(self.did, key) == method), None)

    def jwks(self) -> dict[str, Any]:
        """The JWK Set (RFC 7517 §5), each key under the `kid` tokens name it by."""
        return {
            "keys": [
                key.jwk | {"kid": kid_of(self.did, key), "alg": "EdDSA", "use": "sig"}  # RFC 8037 §3.1
                for key in self.keys
            ]
        }

    def did_document(self) -> dict[str, Any]:
        """The document a `did:web` resolves to (DID Core §5.2 and §5.3.2).

        Each key stands in it twice, since a JsonWebKey is what verifiers of tokens read, and a Multikey what the
        cryptosuites of Data Integrity read.
        """
        methods: list[dict[str, Any]] = []
        for key in self.keys:
            methods += [
                {"id": kid_of(self.did, key), "type": "JsonWebKey", "controller": self.did,
                 "publicKeyJwk": key.jwk | {"kid": key.thumbprint, "alg": "EdDSA"}},
                {"id": method_of(self.did, key), "type": "Multikey", "controller": self.did,
                 "publicKeyMultibase": key.multikey},
            ]  # fmt: skip
        return {
            "@context": CONTEXTS,
            "id": self.did,
            "verificationMethod": methods,
            "assertionMethod": [method["id"] for method in methods],
        }


def kid_of(did: str, key: PublicKey) -> str:
    return f"{did}#{key.thumbprint}"


def method_of(did: str, key: PublicKey) -> str:
    return f"{did}#{key.multikey}"


def did_web(base_url: str) -> str:
    """Return the `did:web` of a site (did:web Method §3.1): a port after %3A, segments of the path after colons.

    The method asks for a domain name; an address works here too, for the demonstration and its tests.
    """
    parts = urlsplit(base_url)
    host = parts.hostname
    if not host:
        raise ValueError(f"There is no host in {base_url!r}.")
    authority = (f"[{host}]" if ":" in host else host) + (f":{parts.port}" if parts.port else "")
    return ":".join(["did:web", *(quote(part, safe="") for part in [authority, *parts.path.split("/")] if part)])


def _bytes_of(jwk: Mapping[str, Any], member: str) -> bytes:
    if jwk.get("kty") != "OKP" or jwk.get("crv") != "Ed25519" or not isinstance(jwk.get(member), str):
        raise ValueError("This is not an Ed25519 key.")
    try:
        return decode(jwk[member])
    except NotReadable as error:
        raise ValueError("This is not an Ed25519 key.") from error
