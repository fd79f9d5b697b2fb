"""The badge of one's own attestation, and what the site publishes so that others verify it."""

import base64
import gzip
import hashlib
import json
import subprocess
from datetime import date
from pathlib import Path
from uuid import uuid4

import jwt
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.utils import Error
from django.test.utils import CaptureQueriesContext
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from certifications.badges.baking import unbake
from certifications.badges.keys import SigningKey
from certifications.badges.status_list import BITS
from certifications.checks import badge_keys_are_keys
from certifications.errors import HolderErased, KeyRevoked, NoBadge, NoBadgeKey
from certifications.models import BadgeChoice, BadgeKey, Credential
from certifications.services import badge_of, choose_badge, correct, extend, forget_holder, revoke, revoke_badge_key
from cms.accounts import services as accounts
from cms.accounts.queries import Name
from tests.certifications.badges import test_independent
from tests.factories.certifications import credential
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db

NEWER = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"
TOKEN, DOCUMENT = "application/vc+jwt", "application/vc"
FORMS = ("svg", "png", "json", "jwt")


def read(one):
    return Credential.objects.with_facts().select_related("person").get(pk=one.pk)


@pytest.fixture
def held(professional):
    return read(credential(professional, validity_months=12))


@pytest.fixture
def holder(sign_in, professional):
    return sign_in(professional)


def address(one, form=""):
    return f"/attestations/{one.public_id}/badge.{form}/" if form else f"/attestations/{one.public_id}/badge/"


def words(response):
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def withdrawn(number=0):
    """The bits of a list, decoded with what Python gives."""
    said = json.loads(StrictClient().get(f"/attestations/statuts/{number}/").content)
    encoded = said["credentialSubject"]["encodedList"][1:]
    bits = gzip.decompress(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return [place for place in range(len(bits) * 8) if bits[place // 8] & 0x80 >> place % 8]


def test_the_holder_sees_what_it_looks_like_and_takes_it_in_four_forms(holder, held):
    page = words(holder.get(address(held)))
    assert "Mon badge" in page
    for form in FORMS:
        assert f'href="{address(held, form)}"' in page
    svg, png, document, token = (holder.get(address(held, form)) for form in FORMS)
    assert [one["Content-Type"] for one in (svg, png, document, token)] == [
        "image/svg+xml", "image/png", DOCUMENT, TOKEN
    ]  # fmt: skip
    assert unbake(svg.content) == unbake(png.content) == token.content.decode()
    assert json.loads(document.content)["name"] == held.snapshot["title"]
    for one in (svg, png, document, token):
        assert one["Content-Disposition"].startswith('attachment; filename="badge_2026-')
        assert one["Cache-Control"] == "private, no-store"
        assert held.snapshot["holder"]["last_name"] not in one["Content-Disposition"]


def test_the_same_facts_always_give_the_same_bytes(held):
    first, again = badge_of(credential=held), badge_of(credential=read(held))
    assert [getattr(first, form) for form in FORMS] == [getattr(again, form) for form in FORMS]


def test_nobody_else_reaches_a_badge(sign_in, held, lead, coordinator, administrator, client):
    for person in (lead, coordinator, administrator):
        for path in (address(held), *(address(held, form) for form in FORMS)):
            assert sign_in(person).get(path).status_code == 404
        assert sign_in(person).post(address(held), {"shows_name": "on"}).status_code == 404
    assert client.get(address(held)).status_code == 302
    assert client.get(address(held, "png")).status_code == 302
    assert not BadgeChoice.objects.exists()


def test_another_form_or_another_number_is_not_found(holder, held):
    assert holder.get(address(held, "gif")).status_code == 404
    assert holder.get(f"/attestations/{uuid4()}/badge/").status_code == 404


def test_neither_name_nor_employer_nor_address_is_in_a_badge_until_its_holder_says_so(holder, held, professional):
    said = held.snapshot
    secret = [said["holder"]["last_name"], said["employer"]["name"], professional.email, said["holder"]["id"]]

    def texts():
        badge = badge_of(credential=read(held))
        payload = badge.token.split(".")[1]
        return badge.json.decode(), base64.urlsafe_b64decode(payload + "==").decode(), badge.svg.decode()

    assert not [word for word in secret for text in texts() if word in text]
    assert "checked" not in words(holder.get(address(held))).partition('name="shows_name"')[2][:60]
    response = holder.post(address(held), {"shows_name": "on"}, follow=True)
    assert "C'est noté" in words(response)
    document, token, _svg = texts()
    assert said["holder"]["name"] in document
    assert said["holder"]["name"] in token
    assert not [word for word in secret[1:] for text in texts() if word in text]
    holder.post(address(held), {})
    assert not [word for word in secret for text in texts() if word in text]
    assert [choice.shows_name for choice in BadgeChoice.objects.order_by("pk")] == [False, True, False]
    assert len({choice.salt for choice in BadgeChoice.objects.all()}) == 1


def test_the_same_choice_is_kept_once_and_no_choice_is_changed(held):
    for _time in range(2):
        choose_badge(credential=held, shows_name=True)
    assert BadgeChoice.objects.count() == 2
    with pytest.raises(Error, match="only ever added"):
        BadgeChoice.objects.update(shows_name=False)


def test_who_knows_an_address_recognises_it_in_the_badge(held, professional):
    identifiers = badge_of(credential=held).document["credentialSubject"]["identifier"]
    [one] = [item for item in identifiers if item["identityType"] == "emailAddress"]
    assert one["identityHash"] == "sha256$" + hashlib.sha256((professional.email + one["salt"]).encode()).hexdigest()


def test_an_extension_is_in_the_badges_taken_after_it(held, coordinator):
    extend(credential=held, author=coordinator, until=date(2028, 1, 31), reason="Séance reportée.")
    assert badge_of(credential=read(held)).document["validUntil"].startswith("2028-01-31")


def test_a_revoked_a_replaced_or_an_erased_one_gives_no_new_badge(holder, held, coordinator, professional):
    right = correct(credential=held, author=coordinator, reason="Nom.", name=Name("A", "B"))
    with pytest.raises(NoBadge):
        badge_of(credential=read(held))
    for path in (address(held), address(held, "png")):
        response = holder.get(path)
        assert response.status_code == 409
        assert "elle ne donne plus de badge" in words(response)
    assert holder.post(address(held), {"shows_name": "on"}).status_code == 409
    revoke(credential=right, author=coordinator, reason="Erreur.")
    with pytest.raises(NoBadge):
        badge_of(credential=read(right))
    accounts.erase(person=professional)
    forget_holder(person=professional)
    with pytest.raises(HolderErased):
        badge_of(credential=read(right))


def test_what_a_person_chose_goes_with_them(held, professional):
    badge_of(credential=held)
    choose_badge(credential=held, shows_name=True)
    forget_holder(person=professional)
    assert not BadgeChoice.objects.exists()


def test_a_list_shows_what_was_revoked_replaced_or_erased_and_nothing_else(held, lead, trainer, coordinator):
    kept, erased = credential(lead), credential(trainer)
    assert withdrawn() == []
    right = correct(credential=held, author=coordinator, reason="Nom.", name=Name("A", "B"))
    assert withdrawn() == [held.pk]
    revoke(credential=right, author=coordinator, reason="Erreur.")
    forget_holder(person=trainer)
    assert withdrawn() == sorted([held.pk, right.pk, erased.pk])
    assert kept.pk not in withdrawn()


def test_a_list_is_given_in_both_forms_kept_and_asked_again_cheaply(held, coordinator, client):
    path = "/attestations/statuts/0/"
    document, token = client.get(path), client.get(path, headers={"accept": TOKEN})
    assert (document["Content-Type"], token["Content-Type"]) == (DOCUMENT, TOKEN)
    assert json.loads(document.content)["proof"]["cryptosuite"] == "eddsa-jcs-2022"
    assert token.content.count(b".") == 2
    assert document["ETag"] != token["ETag"]
    assert "Accept" in document["Vary"]
    assert document["Access-Control-Allow-Origin"] == "*"
    with CaptureQueriesContext(connection) as asked:
        same = client.get(path)
        unchanged = client.get(path, headers={"if-none-match": document["ETag"]})
    assert len(asked) == 2
    assert (same.content, unchanged.status_code, unchanged.content) == (document.content, 304, b"")
    revoke(credential=held, author=coordinator, reason="Erreur.")
    changed = client.get(path, headers={"if-none-match": document["ETag"]})
    assert (changed.status_code, changed["ETag"] == document["ETag"]) == (200, False)


@pytest.mark.parametrize("number", [1, 999, 10**30])
def test_a_list_nobody_is_in_is_not_found(db, client, number):
    assert client.get(f"/attestations/statuts/{number}/").status_code == 404


def test_the_places_of_the_second_list_start_from_nought(held, coordinator):
    """A row far beyond the first list, as there will be one day."""
    far = Credential.objects.get(pk=held.pk)
    far.pk, far.public_id, far.supersedes = BITS + 7, uuid4(), held
    far.save(force_insert=True)
    entry = badge_of(credential=read(far)).document["credentialStatus"]
    assert (entry["statusListIndex"], entry["statusListCredential"].endswith("/attestations/statuts/1/")) == ("7", True)
    revoke(credential=far, author=coordinator, reason="Erreur.")
    assert (withdrawn(0), withdrawn(1)) == ([held.pk], [7])


def test_keys_are_kept_after_another_replaced_them(held, settings, client):
    old = SigningKey.from_seed(settings.SOCLE_BADGE_KEYS[0]).public.thumbprint
    badge_of(credential=held)
    settings.SOCLE_BADGE_KEYS = [NEWER]
    new = SigningKey.from_seed(NEWER).public.thumbprint
    badge_of(credential=held)
    assert [(row.kid, row.retired_at is None) for row in BadgeKey.objects.all()] == [(new, True), (old, False)]
    published = client.get("/.well-known/jwks.json")
    assert published["Content-Type"] == "application/jwk-set+json"
    assert [key["kid"].split("#")[1] for key in published.json()["keys"]] == [new, old]
    document = client.get("/.well-known/did.json")
    assert document["Content-Type"] == "application/did+json"
    assert [one.split("#")[1] for one in document.json()["assertionMethod"]][0::2] == [new, old]
    assert not [key for key in published.json()["keys"] if "d" in key]


def test_a_key_that_leaked_is_published_no_more_and_signs_no_more(held, settings, client):
    badge_of(credential=held)
    kid = BadgeKey.objects.get().kid
    call_command("badges", "revoke", kid)
    assert kid not in client.get("/.well-known/jwks.json").content.decode()
    assert kid not in client.get("/.well-known/did.json").content.decode()
    with pytest.raises(KeyRevoked):
        badge_of(credential=held)
    with pytest.raises(CommandError, match="Aucune clé de ce nom"):
        call_command("badges", "revoke", "inconnue")
    settings.SOCLE_BADGE_KEYS = [NEWER]
    assert badge_of(credential=held).token


def test_the_command_gives_keys_and_lists_those_that_signed(held, settings, capsys):
    call_command("badges", "key")
    seed = capsys.readouterr().out.strip()
    badge_of(credential=held)
    settings.SOCLE_BADGE_KEYS = [seed]
    badge_of(credential=held)
    call_command("badges", "list")
    assert [line.split("\t")[2][:9] for line in capsys.readouterr().out.splitlines()] == ["signe", "remplacée"]
    revoke_badge_key(kid=BadgeKey.objects.last().kid)
    call_command("badges", "list")
    assert "répudiée le" in capsys.readouterr().out


def test_without_a_key_there_is_no_badge_and_the_words_say_so(holder, held, settings, client):
    settings.SOCLE_BADGE_KEYS = []
    with pytest.raises(NoBadgeKey):
        badge_of(credential=held)
    assert "pas de clé pour signer" in words(holder.get(address(held)))
    assert client.get("/.well-known/jwks.json").json() == {"keys": []}


def test_a_wrong_key_is_told_at_the_start(settings):
    settings.SOCLE_BADGE_KEYS = [NEWER, "motdepasse"]
    assert [one.msg for one in badge_keys_are_keys(None)] == ["BADGE_KEYS : la clé n° 2 n'en est pas une."]


def test_a_badge_page_costs_few_queries(holder, held):
    holder.get(address(held))
    with CaptureQueriesContext(connection) as asked:
        holder.get(address(held))
    assert len([one for one in asked if "SAVEPOINT" not in one["sql"]]) <= 5


@pytest.fixture
def published(held, coordinator, settings):
    """A badge under a retired key, one under the key of now, and what fetches as a verifier does."""
    older = badge_of(credential=held)
    settings.SOCLE_BADGE_KEYS = [NEWER]
    newer = badge_of(credential=held)
    client = StrictClient()

    def fetch(url):
        path = url.replace("http://127.0.0.1:8000", "").replace("https://127.0.0.1:8000", "")
        response = client.get(path, headers={"accept": TOKEN} if "statuts" in path else {})
        assert response.status_code == 200
        return response.content

    return older, newer, fetch


def test_other_peoples_programs_verify_what_the_site_gives(published, held, coordinator):
    """jose and Digital Bazaar in one process; PyJWT and openbadgeslib here, which fetches the list too."""
    older, newer, fetch = published
    keys, document = json.loads(fetch("/.well-known/jwks.json")), json.loads(fetch("/.well-known/did.json"))
    title = held.snapshot["title"]
    vectors = {
        "jwks": keys,
        "didDocument": document,
        "contexts": {},
        "words": {},
        "tokens": {
            "older": {"token": older.token},
            "newer": {"token": newer.token},
            "list": {"token": fetch("/attestations/statuts/0/").decode()},
            "tampered": {"token": newer.token[:-40] + older.token[-40:]},
        },
        "documents": {
            "older": {"document": older.document},
            "newer": {"document": newer.document},
            "list": {"document": json.loads(StrictClient().get("/attestations/statuts/0/").content)},
            "tampered": {"document": newer.document | {"name": "Diplôme d'État"}},
        },
    }
    ran = subprocess.run(
        [test_independent.node(), str(Path(test_independent.__file__).with_name("verify.mjs"))],
        input=json.dumps(vectors), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    results = json.loads(ran.stdout)
    accepted = {kind: {name: one["accepted"] for name, one in results[kind].items()} for kind in results}
    expected = {"older": True, "newer": True, "list": True, "tampered": False}
    assert accepted == {"tokens": expected, "documents": expected, "words": {}}
    for badge in (older, newer):
        known = {key.key_id: key for key in jwt.PyJWKSet.from_dict(keys).keys}
        key = known[jwt.get_unverified_header(badge.token)["kid"]]
        assert jwt.decode(badge.token, key, algorithms=["EdDSA"], issuer=document["id"])["name"] == title
        verifier = OB3Verifier.for_issuer_did(document["id"], download=fetch)
        assert verifier.verify(badge.token, check_status=True, download=fetch).name == title
    revoke(credential=held, author=coordinator, reason="Erreur.")
    with pytest.raises(OB3VerificationError, match="revocation"):
        OB3Verifier.for_issuer_did(document["id"], download=fetch).verify(
            newer.token, check_status=True, download=fetch
        )
