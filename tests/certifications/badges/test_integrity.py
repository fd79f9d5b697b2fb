"""Our Data Integrity proofs: no leaf of a document changes under them."""

import hashlib
import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from typing import Any

import base58
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from certifications.badges.errors import Altered, BadgeRefused, NotOurs, NotReadable
from certifications.badges.integrity import add_proof, verify_proof
from certifications.badges.keys import Keyring, SigningKey
from tests.certifications.badges import samples
from tests.certifications.badges.samples import DID, KEY, KEYRING, RETIRED, altered, badge, document

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[key], (*path, key))
    else:
        yield path


GOOD = document()
LEAVES = list(leaves(GOOD))


def test_the_signature_is_that_of_the_vectors_of_the_recommendation() -> None:
    """VC Data Integrity EdDSA 1.0, appendix B: the credential, the key and the proof value of eddsa-jcs-2022."""
    key = SigningKey(bytes.fromhex("c96ef9ea10c5e414c471723aff9de72c35fa5b70fae97e8832ecac7d2e2b8ed6"))
    credential = {
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    }
    did = f"did:key:{key.public.multikey}"
    proof = add_proof(credential, key, did, datetime.fromisoformat("2023-02-24T23:36:38Z"))["proof"]
    assert proof["verificationMethod"] == f"{did}#{key.public.multikey}"
    assert proof["proofValue"] == (
        "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
    )


def test_the_proof_of_a_badge() -> None:
    proof = document()["proof"]
    assert proof.pop("proofValue").startswith("z")
    assert proof == {
        "@context": badge()["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "proofPurpose": "assertionMethod",
        "created": "2024-11-30T08:00:00Z",
        "verificationMethod": f"{DID}#{KEY.public.multikey}",
    }


def test_what_was_signed_comes_back() -> None:
    assert verify_proof(document(), KEYRING) == badge()


def test_the_order_of_members_does_not_count() -> None:
    backwards = dict(reversed(document().items()))
    assert verify_proof(json.loads(json.dumps(backwards, indent=4)), KEYRING) == badge()


def test_a_retired_key_is_still_good_and_a_removed_one_is_not() -> None:
    assert verify_proof(document(key=RETIRED), KEYRING) == badge()
    with pytest.raises(NotOurs):
        verify_proof(document(key=RETIRED), Keyring(DID, (KEY.public,)))


@settings(deadline=None, max_examples=200)
@given(path=st.sampled_from(LEAVES), leaf=JSON)
def test_any_leaf_changed_is_refused(path: tuple[str | int, ...], leaf: Any) -> None:
    changed = altered(GOOD, path, leaf)
    if json.dumps(changed) != json.dumps(GOOD):
        with pytest.raises(BadgeRefused):
            verify_proof(changed, KEYRING)


@settings(deadline=None)
@given(path=st.sampled_from(LEAVES))
def test_any_leaf_removed_is_refused(path: tuple[str | int, ...]) -> None:
    copy = deepcopy(GOOD)
    inner: Any = copy
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    with pytest.raises(BadgeRefused):
        verify_proof(copy, KEYRING)


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_any_character_of_the_proof_changed_is_refused(data: st.DataObject) -> None:
    value = GOOD["proof"]["proofValue"]
    place = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.sampled_from(BASE58 + "0OIlu é").filter(lambda character: character != value[place]))
    with pytest.raises(BadgeRefused):
        verify_proof(altered(GOOD, ("proof", "proofValue"), value[:place] + other + value[place + 1 :]), KEYRING)


@pytest.mark.parametrize("more", [" ", "\n", "1"])
def test_a_proof_value_is_written_one_way(more: str) -> None:
    value = document()["proof"]["proofValue"]
    with pytest.raises(Altered):
        verify_proof(altered(document(), ("proof", "proofValue"), value + more), KEYRING)


@pytest.mark.parametrize(
    "other", [{"proofPurpose": "authentication"}, {"cryptosuite": "eddsa-rdfc-2022"}, {"type": "Ed25519Signature2020"}]
)
def test_what_our_key_signed_for_something_else_is_not_a_badge(other: dict[str, str]) -> None:
    proof = document()["proof"] | other
    del proof["proofValue"]
    message = b"".join(hashlib.sha256(rfc8785.dumps(part)).digest() for part in (proof, badge()))
    value = f"z{base58.b58encode(KEY.sign(message)).decode()}"
    with pytest.raises(NotOurs):
        verify_proof(badge() | {"proof": proof | {"proofValue": value}}, KEYRING)


def test_a_word_or_a_context_added_is_refused() -> None:
    good = document()
    with pytest.raises(Altered):
        verify_proof(good | {"awardedDate": "2024-11-30"}, KEYRING)
    with pytest.raises(Altered):
        verify_proof(good | {"@context": [*good["@context"], "https://example.org/other-words"]}, KEYRING)
    with pytest.raises(NotOurs):
        verify_proof(good | {"proof": good["proof"] | {"expires": "2199-01-01T00:00:00Z"}}, KEYRING)


@pytest.mark.parametrize("proof", [None, [], "z", {}, [document()["proof"]]])
def test_a_document_without_its_one_proof_is_refused(proof: Any) -> None:
    with pytest.raises(BadgeRefused):
        verify_proof(badge() | {"proof": proof}, KEYRING)


@pytest.mark.parametrize("value", [2**60, float("nan"), float("inf"), "\ud800"])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(NotReadable):
        verify_proof(document() | {"name": value}, KEYRING)


def test_nesting_without_end_is_refused() -> None:
    nested: Any = []
    for _level in range(100_000):
        nested = [nested]
    with pytest.raises(NotReadable):
        verify_proof(document() | {"name": nested}, KEYRING)


def test_a_proof_is_dated_with_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        add_proof(badge(), KEY, DID, datetime(2024, 11, 30))


def test_another_issuer_under_our_key_is_not_ours() -> None:
    with pytest.raises(NotOurs):
        verify_proof(
            add_proof(badge(issuer=samples.ISSUER.__class__("did:web:x", "X", "")), KEY, DID, samples.CREATED), KEYRING
        )
