"""Our tokens: what they are made of, and that nobody else makes any."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certifications.badges.errors import Altered, BadgeRefused, NotOurs, NotReadable, TooLarge
from certifications.badges.jwt import sign_jwt, verify_jwt
from certifications.badges.keys import Keyring, kid_of
from certifications.badges.reading import read_badge
from tests.certifications.badges import samples
from tests.certifications.badges.samples import DID, KEY, KEYRING, RETIRED, badge, forged, segment, token

HEADER = {"alg": "EdDSA", "typ": "JWT", "kid": kid_of(DID, KEY.public)}
GOOD = token()
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def part(place: int, signed: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(signed.split(".")[place] + "=="))


def signed_by_us(header: Any, payload: Any) -> str:
    """Anything, under our key: what no honest service of ours does."""
    head = f"{segment(header)}.{segment(payload)}"
    return f"{head}.{segment(KEY.sign(head.encode()))}"


def test_the_header_and_the_claims_are_those_open_badges_asks_for() -> None:
    signed = token()
    assert part(0, signed) == HEADER
    assert part(1, signed) == badge() | {
        "iss": DID,
        "sub": badge()["credentialSubject"]["id"],
        "jti": samples.SNAPSHOT["verification_url"],
        "nbf": 1732921200,
        "exp": 4888681199,
    }


def test_without_an_end_there_is_no_exp() -> None:
    assert "exp" not in part(1, token(samples.lasting("2024-11-30", None)))


def test_the_same_badge_is_always_the_same_token() -> None:
    assert token() == token()


def test_what_was_signed_comes_back() -> None:
    assert verify_jwt(token(), KEYRING) == badge()


def test_a_retired_key_is_still_good_and_a_removed_one_is_not() -> None:
    old = token(key=RETIRED)
    assert verify_jwt(old, KEYRING) == badge()
    with pytest.raises(NotOurs, match="n'est pas signé par une clé de cette plateforme"):
        verify_jwt(old, Keyring(DID, (KEY.public,)))


def test_a_signature_that_does_not_match_is_said_so() -> None:
    with pytest.raises(Altered, match="a été modifié"):
        verify_jwt(forged(HEADER), KEYRING)


def test_a_key_of_ours_for_another_issuer_is_not_ours() -> None:
    elsewhere = sign_jwt(badge(), KEY, "did:web:ailleurs.example")
    with pytest.raises(NotOurs):
        verify_jwt(elsewhere, KEYRING)
    issuer = {"id": "did:web:ailleurs.example", "type": ["Profile"]}
    with pytest.raises(NotOurs):
        verify_jwt(token(badge() | {"issuer": issuer}), KEYRING)


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_any_character_changed_is_refused(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(GOOD) - 1))
    other = data.draw(st.sampled_from(BASE64URL + ".=+/ é").filter(lambda character: character != GOOD[place]))
    with pytest.raises(BadgeRefused):
        verify_jwt(GOOD[:place] + other + GOOD[place + 1 :], KEYRING)


@settings(deadline=None)
@given(length=st.integers(0, len(GOOD) - 1))
def test_any_truncated_token_is_refused(length: int) -> None:
    with pytest.raises(BadgeRefused):
        verify_jwt(GOOD[:length], KEYRING)


def test_the_spare_bits_of_a_signature_are_part_of_it() -> None:
    """86 characters write 64 bytes and four bits over: fifteen other texts would decode to the same signature."""
    good = token()
    last = BASE64URL.index(good[-1])
    for other in (BASE64URL[last & 0b110000 | spare] for spare in range(16)):
        if other != good[-1]:
            with pytest.raises(NotReadable):
                verify_jwt(good[:-1] + other, KEYRING)


@pytest.mark.parametrize(
    "more",
    [
        {"jwk": samples.STRANGER.public.jwk},
        {"jku": "https://example.org/jwks.json"},
        {"x5u": "https://example.org/cert"},
        {"crit": ["exp"], "exp": 0},
        {"b64": False, "crit": ["b64"]},
        {"zip": "DEF"},
        {"cty": "vc"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_a_header_that_asks_for_more_is_refused_even_under_our_key(more: dict[str, Any]) -> None:
    with pytest.raises(NotOurs):
        verify_jwt(signed_by_us(HEADER | more, part(1, token())), KEYRING)


@pytest.mark.parametrize(
    "less",
    [{"alg": "none"}, {"alg": "Ed25519"}, {"alg": "HS256"}, {"alg": ["EdDSA"]}, {"typ": "at+jwt"}, {"kid": None},
     {"kid": "#0"}],
)  # fmt: skip
def test_another_algorithm_type_or_key_is_refused(less: dict[str, Any]) -> None:
    with pytest.raises(NotOurs):
        verify_jwt(signed_by_us(HEADER | less, part(1, token())), KEYRING)


@pytest.mark.parametrize(
    "claims", [{"iss": "did:web:x"}, {"sub": "urn:x"}, {"jti": "x"}, {"nbf": 0}, {"exp": 0}, {"validFrom": "hier"},
               {"issuer": []}, {"credentialSubject": {}}, {"id": None}]
)  # fmt: skip
def test_claims_that_contradict_the_credential_are_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(NotOurs, match="ce n'est pas un badge"):
        verify_jwt(signed_by_us(HEADER, part(1, token()) | claims), KEYRING)


@pytest.mark.parametrize("missing", ["iss", "sub", "jti", "nbf", "exp", "issuer", "validFrom", "credentialSubject"])
def test_missing_claims_are_refused(missing: str) -> None:
    payload = {name: value for name, value in part(1, token()).items() if name != missing}
    with pytest.raises(NotOurs):
        verify_jwt(signed_by_us(HEADER, payload), KEYRING)


@pytest.mark.parametrize(
    "header",
    [b"[]", b"null", b'{"alg":"EdDSA","alg":"none"}', b"\xff", b'{"a":' * 30 + b"1" + b"}" * 30, b"{", b"[" * 100_000],
    ids=["a list", "null", "a name twice", "not UTF-8", "deep", "cut", "very deep"],
)
def test_a_header_that_is_not_plain_json_is_refused(header: bytes) -> None:
    with pytest.raises(NotReadable):
        verify_jwt(forged(header), KEYRING)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "payload", [b"[]", b'{"name":"a","name":"b"}', b'{"a":NaN}', b'{"a":1e999}', b'{"a":"\\ud800"}']
)
def test_a_payload_that_is_not_plain_json_is_refused_even_under_our_key(payload: bytes) -> None:
    with pytest.raises(NotReadable):
        verify_jwt(signed_by_us(HEADER, payload), KEYRING)


def test_a_megabyte_of_token_is_not_looked_at() -> None:
    with pytest.raises(TooLarge):
        verify_jwt(token() + "A" * 1_000_000, KEYRING)


def test_a_status_list_is_ours_and_not_a_badge() -> None:
    assert verify_jwt(samples.status_list(), KEYRING)["id"] == samples.STATUS_LIST
    with pytest.raises(NotOurs, match="ce n'est pas un badge"):
        read_badge(samples.status_list().encode(), KEYRING)
