"""What a badge says of an attestation, and of the person."""

import hashlib
import json
from copy import deepcopy
from datetime import date, datetime
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from certifications.badges.credential import LONGEST_NARRATIVE, duration, snapshot_sha256
from certifications.badges.documents import LONGEST
from certifications.badges.jwt import verify_jwt
from tests.certifications.badges.samples import DID, KEYRING, SITE, SNAPSHOT, STATUS_LIST, badge, token


def test_the_badge_of_an_attestation() -> None:
    digest = hashlib.sha256(rfc8785.dumps(SNAPSHOT)).hexdigest()
    hashed = hashlib.sha256(b"9c1c5f3e-5a0f-4c27-8f3c-0b8a6d1f2e339f3b1c").hexdigest()
    said = badge()
    resource = said.pop("relatedResource")
    assert snapshot_sha256({"relatedResource": resource}) == digest
    assert said == {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
        ],
        "id": SNAPSHOT["verification_url"],
        "type": ["VerifiableCredential", "AchievementCredential"],
        "name": "Attestation de suivi — Socle commun d'information",
        "issuer": {"id": DID, "type": ["Profile"], "name": "Département du Calvados", "url": SITE},
        "validFrom": "2024-11-30T00:00:00+01:00",
        "validUntil": "2124-11-30T23:59:59+01:00",
        "credentialSubject": {
            "id": "urn:uuid:ba1e3dd7-6589-56bd-ab3c-4707e60fbea8",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": f"sha256${hashed}",
                    "identityType": "systemId",
                    "salt": "9f3b1c",
                }
            ],
            "activityStartDate": "2024-10-02T00:00:00+02:00",
            "activityEndDate": "2024-11-30T23:59:59+01:00",
            "achievement": {
                "id": f"{SITE}/attestations/definitions/socle/3/",
                "type": ["Achievement"],
                "achievementType": "CertificateOfCompletion",
                "name": "Attestation de suivi — Socle commun d'information",
                "description": "Attestation de suivi : Socle commun d'information. 4 h. À distance, à mon rythme."
                " Action de formation (article L6313-1 du Code du travail).",
                "criteria": {
                    "narrative": "**Objectifs**\n\n- Situer la réforme\n- Nommer les acteurs d'un territoire\n\n"
                    "**Parcours (4 h)**\n\n- Leçon : Accueillir \\& écouter (20 min)\n"
                    "- Journée 1, 2024-10-10, matin (3 h 30)\n\n"
                    "**Évaluation**\n\nUn quiz à la fin de chaque module.\n\n- Quiz des repères : 70 % demandés\n\n"
                    "**Mentions**\n\n- Ce document n'est pas une certification professionnelle inscrite au RNCP."
                },
                "inLanguage": "fr",
                "humanCode": "SOCLE",
                "version": "2",
            },
        },
        "credentialStatus": {
            "id": f"{STATUS_LIST}#7",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "7",
            "statusListCredential": STATUS_LIST,
        },
        "credentialSchema": [
            {
                "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
                "type": "1EdTechJsonSchemaValidator2019",
            }
        ],
    }


def test_what_does_not_exist_is_not_said() -> None:
    snapshot = deepcopy(SNAPSHOT) | {"valid_until": None, "results": None, "employer": None}
    snapshot["training"] |= {"code": "", "version": None, "objectives": []}
    snapshot["hours"] |= {"minutes": 0, "half_days": []}
    said = badge(snapshot)
    achievement = said["credentialSubject"]["achievement"]
    assert {"validUntil", "humanCode", "version", "image"}.isdisjoint({*said, *achievement})
    assert achievement["criteria"]["narrative"].startswith("**Parcours**")
    assert achievement["description"].startswith("Attestation de suivi : Socle commun d'information. À distance")
    assert "Évaluation" not in achievement["criteria"]["narrative"]


def test_the_images_when_there_are_some() -> None:
    said = badge(achievement_image=f"{SITE}/badge.svg")
    assert said["credentialSubject"]["achievement"]["image"] == {"id": f"{SITE}/badge.svg", "type": "Image"}


def words_of(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).casefold()


@pytest.mark.parametrize("email", ["", "clemence.martel@zephyr.example"])
def test_undisclosed_a_badge_says_nothing_of_who_the_person_is(email: str) -> None:
    said = words_of(badge(email=email))
    employer, holder = SNAPSHOT["employer"], SNAPSHOT["holder"]
    private = {*holder["name"].split(), "Martel", "Nguyen", holder["id"], "Zéphyr", "Mission locale", employer["siret"]}
    others = {"Trainer", "Signe", "85", "2024-10-05", "2024-10-20"}
    assert [word for word in private | others if word.casefold() in said] == []


@settings(deadline=None)
@given(name=st.text("ABCDEFGH", min_size=12, max_size=20))
def test_undisclosed_whoever_the_person_is_the_badge_differs_by_its_digest_only(name: str) -> None:
    holder = SNAPSHOT["holder"] | {"first_name": name, "last_name": name, "name": f"{name} {name}"}
    said, other = badge(SNAPSHOT | {"holder": holder, "employer": {"name": name, "siret": name}}), badge()
    assert said.pop("relatedResource") != other.pop("relatedResource")
    assert said == other


def test_disclosed_the_name_is_written_and_nothing_else_is() -> None:
    said = badge(disclose=True)
    hashed, name = said["credentialSubject"]["identifier"]
    assert name == {
        "type": "IdentityObject", "hashed": False, "identityHash": "Clémence Martel-Nguyen", "identityType": "name",
    }  # fmt: skip
    said["credentialSubject"]["identifier"] = [hashed]
    assert said == badge()


def test_two_badges_of_a_person_do_not_tell_that_they_are_of_the_same() -> None:
    one, other = (badge(salt=salt)["credentialSubject"] for salt in ("a", "b"))
    assert one["id"] != other["id"]
    assert one["identifier"][0]["identityHash"] != other["identifier"][0]["identityHash"]


def test_a_badge_lasts_from_the_first_day_to_the_last_in_french_time() -> None:
    said = badge(SNAPSHOT | {"valid_from": "2026-07-01", "valid_until": "2028-01-31"})
    assert (said["validFrom"], said["validUntil"]) == ("2026-07-01T00:00:00+02:00", "2028-01-31T23:59:59+01:00")


def test_extended_it_lasts_longer_and_names_the_same_snapshot() -> None:
    said = badge(extended_until=date(2125, 1, 31))
    assert said["validUntil"] == "2125-01-31T23:59:59+01:00"
    assert said["relatedResource"] == badge()["relatedResource"]


@pytest.mark.parametrize(
    ("kind", "achievement_type"),
    [
        ("attestation_suivi", "CertificateOfCompletion"),
        ("attestation_competences", "Competency"),
        ("attestation_fin_formation", "CertificateOfCompletion"),
        ("certificat_realisation", "CertificateOfCompletion"),
    ],
)
def test_each_kind_has_its_achievement_type(kind: str, achievement_type: str) -> None:
    said = badge(SNAPSHOT | {"kind": kind})
    assert said["credentialSubject"]["achievement"]["achievementType"] == achievement_type


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (65, "1 h 05"), (210, "3 h 30"), (2400, "40 h")]
)
def test_durations_in_words(minutes: int, words: str) -> None:
    assert duration(minutes) == words


def with_steps(titles: list[str]) -> dict[str, Any]:
    snapshot = deepcopy(SNAPSHOT)
    snapshot["hours"]["steps"] = [snapshot["hours"]["steps"][0] | {"title": title} for title in titles]
    snapshot["training"]["objectives"] = titles
    snapshot["results"] = {"assessment": titles[0] * 100, "items": []}
    return snapshot


def narrative_of(snapshot: dict[str, Any]) -> str:
    return str(badge(snapshot)["credentialSubject"]["achievement"]["criteria"]["narrative"])


def test_a_title_is_not_markup() -> None:
    snapshot = with_steps(["[x](javascript:y)\n# *a* <script>_b_</script> `c`"])
    assert "\\[x\\](javascript:y) \\# \\*a\\* \\<script\\>\\_b\\_\\</script\\> \\`c\\`" in narrative_of(snapshot)


@pytest.mark.parametrize("letter", ["a", "é", "🎓", "*"])
def test_the_longest_training_still_makes_a_token_that_is_read(letter: str) -> None:
    snapshot = with_steps([letter * 250] * 500)
    assert len(narrative_of(snapshot)) < LONGEST_NARRATIVE + 1000
    assert "de plus" in narrative_of(snapshot)
    signed = token(badge(snapshot))
    assert len(signed) < LONGEST and verify_jwt(signed, KEYRING) == badge(snapshot)


@settings(deadline=None)
@given(title=st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_title_is_signed_and_read_as_itself(title: str) -> None:
    said = badge(SNAPSHOT | {"title": title})
    assert verify_jwt(token(said), KEYRING)["name"] == title


def test_instants_are_whole_and_know_their_zone() -> None:
    said = badge()
    for instant in (said["validFrom"], said["validUntil"], said["credentialSubject"]["activityStartDate"]):
        assert datetime.fromisoformat(instant).tzinfo is not None
