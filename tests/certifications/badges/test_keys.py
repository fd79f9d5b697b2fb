"""The keys of a site: their names, and the documents they are published in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifications.badges.keys import Keyring, PublicKey, SigningKey, did_web
from tests.certifications.badges.samples import DID, KEY, KEYRING, RETIRED, STRANGER


def test_the_thumbprint_and_the_multikey_are_those_of_the_standards() -> None:
    key = PublicKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
    assert key.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"  # RFC 8037, appendix A.3
    # VC Data Integrity EdDSA 1.0, appendix B: the key pair of the test vectors
    seed = bytes.fromhex("c96ef9ea10c5e414c471723aff9de72c35fa5b70fae97e8832ecac7d2e2b8ed6")
    assert SigningKey(seed).public.multikey == "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"


@given(seed=st.binary(min_size=32, max_size=32))
def test_a_key_is_the_same_however_it_is_written(seed: bytes) -> None:
    key = SigningKey(seed)
    assert SigningKey.from_jwk(key.jwk) == SigningKey.from_seed(key.jwk["d"]) == key
    assert PublicKey.from_jwk(key.jwk) == key.public
    assert key.public.accepts(key.sign(b"message"), b"message")


def test_generated_keys_differ() -> None:
    assert SigningKey.generate() != SigningKey.generate()


def test_a_private_key_does_not_show_itself() -> None:
    assert repr(KEY) == "SigningKey()"
    published = f"{KEYRING.jwks()}{KEYRING.did_document()}"
    assert KEY.jwk["d"] not in published and "'d'" not in published


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "OKP", "crv": "X25519", "d": KEY.jwk["d"], "x": KEY.jwk["x"]},
        KEY.jwk | {"d": "court"},
        KEY.jwk | {"d": "*"},
        KEY.jwk | {"d": None},
        KEY.jwk | {"x": STRANGER.jwk["x"]},
    ],
)
def test_what_is_not_an_ed25519_key_is_refused(jwk: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="key"):
        SigningKey.from_jwk(jwk)


@pytest.mark.parametrize(
    ("address", "did"),
    [
        ("https://socle.example", "did:web:socle.example"),
        ("https://socle.example/", "did:web:socle.example"),
        ("https://Socle.example:8443/", "did:web:socle.example%3A8443"),
        ("https://socle.example/la/manche", "did:web:socle.example:la:manche"),
        ("https://socle.example/é:t", "did:web:socle.example:%C3%A9%3At"),
        ("http://127.0.0.1:8000", "did:web:127.0.0.1%3A8000"),
        ("http://[::1]:8000/", "did:web:%5B%3A%3A1%5D%3A8000"),
    ],
)
def test_the_did_of_a_site_is_its_address(address: str, did: str) -> None:
    assert did_web(address) == did


def test_an_address_without_a_host_has_no_did() -> None:
    with pytest.raises(ValueError, match="no host"):
        did_web("/attestations/")


def test_each_key_stands_twice_in_the_document_and_may_sign() -> None:
    document = KEYRING.did_document()
    names = [f"{DID}#{name}" for key in (KEY.public, RETIRED.public) for name in (key.thumbprint, key.multikey)]
    assert (document["id"], document["assertionMethod"]) == (DID, names)
    assert [(method["id"], method["type"], method["controller"]) for method in document["verificationMethod"]] == [
        (name, kind, DID) for name, kind in zip(names, ["JsonWebKey", "Multikey"] * 2, strict=True)
    ]


def test_rotating_keys_renames_none() -> None:
    before = Keyring(DID, (RETIRED.public,))
    kept = [
        method for method in KEYRING.did_document()["verificationMethod"] if method["id"] in str(before.did_document())
    ]
    assert kept == before.did_document()["verificationMethod"]
    assert before.jwks()["keys"][0] in KEYRING.jwks()["keys"]


def test_the_key_that_signs_stands_first() -> None:
    assert KEYRING.jwks()["keys"][0] == {
        "kty": "OKP", "crv": "Ed25519", "x": KEY.jwk["x"], "kid": f"{DID}#{KEY.public.thumbprint}", "alg": "EdDSA",
        "use": "sig",
    }  # fmt: skip
