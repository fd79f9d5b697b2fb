"""Lists of what was withdrawn, decoded here by hand, and by openbadgeslib in `test_independent`."""

import base64
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certifications.badges.status_list import BITS, Place, place_of, status_list_credential
from tests.certifications.badges.samples import CREATED, DID, ISSUER, STATUS_LIST


def made(*withdrawn: int) -> dict[str, object]:
    return status_list_credential(STATUS_LIST, withdrawn, ISSUER, valid_from=CREATED, valid_until=CREATED)


def bits_of(encoded: str) -> str:
    assert encoded[0] == "u"
    raw = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    return "".join(f"{byte:08b}" for byte in raw)


def test_a_list() -> None:
    said = made(2)
    encoded = said["credentialSubject"].pop("encodedList")  # type: ignore[attr-defined]
    assert bits_of(encoded).rstrip("0") == "001"
    assert said == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": STATUS_LIST,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": {"id": DID, "name": "Département du Calvados"},
        "validFrom": "2024-11-30T08:00:00+00:00",
        "validUntil": "2024-11-30T08:00:00+00:00",
        "credentialSubject": {
            "id": f"{STATUS_LIST}#list", "type": "BitstringStatusList", "statusPurpose": "revocation", "ttl": 300_000,
        },
    }  # fmt: skip


@settings(deadline=None, max_examples=25)
@given(withdrawn=st.sets(st.integers(0, BITS - 1), max_size=40))
def test_exactly_what_was_withdrawn_is_marked(withdrawn: set[int]) -> None:
    bits = bits_of(made(*withdrawn)["credentialSubject"]["encodedList"])  # type: ignore[index]
    assert len(bits) == 131_072
    assert {index for index, bit in enumerate(bits) if bit == "1"} == withdrawn


def test_the_same_list_is_always_the_same_bytes() -> None:
    assert made(5, 3) == made(3, 5)


@pytest.mark.parametrize("index", [-1, BITS])
def test_a_place_outside_the_list_is_refused(index: int) -> None:
    with pytest.raises(ValueError, match="no place"):
        made(index)


def test_badges_beyond_a_list_are_in_the_next() -> None:
    assert [place_of(rank) for rank in (0, BITS - 1, BITS, 3 * BITS + 7)] == [
        Place(0, 0), Place(0, BITS - 1), Place(1, 0), Place(3, 7),
    ]  # fmt: skip
