"""What is answered to whoever holds a number: each state, in words and to programs, and nothing to those who guess."""

import json
import logging
import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from time_machine import travel

from certifications.canonical import fingerprint
from certifications.models import Credential
from certifications.services import correct, extend, forget_holder, issue_for, revoke
from cms.accounts import services as accounts
from cms.accounts.queries import Name
from cms.core.templatetags.socle import minutes
from courses.services import retake
from tests.factories.certifications import credential, do_steps
from tests.factories.courses import course_tree

pytestmark = pytest.mark.django_db

JANUARY = datetime(2026, 1, 15, 9, tzinfo=UTC)


@pytest.fixture
def held(professional):
    """Valid for a year from the 15th of January 2026."""
    with travel(JANUARY):
        return credential(professional, course_tree(title="Socle commun", quizzes=1), at=JANUARY, validity_months=12)


def address(one):
    return f"/attestations/verifier/{one.public_id}/"


def seen(client, one, on=date(2026, 6, 1)):
    """The page of a credential as read that day."""
    with travel(datetime(on.year, on.month, on.day, 14, 32, tzinfo=UTC), tick=False):
        response = client.get(address(one))
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def told(client, one, on=date(2026, 6, 1)):
    """What a program reads that day."""
    with travel(datetime(on.year, on.month, on.day, 14, 32, tzinfo=UTC), tick=False):
        response = client.get(address(one), headers={"accept": "application/json"})
    assert response["Content-Type"] == "application/json"
    return response.json()


def alter(one, **changes):
    """What somebody who commands the database could do, its triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Credential.objects.filter(pk=one.pk).update(**changes)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_valid_one_says_all_that_it_states(client, held, professional, organisation):
    page = seen(client, held)
    assert "<h2>Cette attestation est valable</h2>" in page
    assert "Vérifié le 1er juin 2026 à 16:32." in page
    for words in (
        "Elle vaut jusqu'au 15 janvier 2027 inclus.",
        "délivrée par Département d'essai",
        held.snapshot["wording"]["statement"],
        professional.get_full_name(),
        organisation.name,
        "Socle commun",
        minutes(held.snapshot["hours"]["minutes"]),
        "Quiz 1.1&nbsp;: 80&nbsp;% (demandé&nbsp;: 70&nbsp;%), le 15 janvier 2026",
        "Anne Lemoine",
        "22500502000019",
        str(held.public_id),
        held.sha256,
        "n'est pas une certification professionnelle inscrite au RNCP",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    ("on", "state", "words"),
    [
        (date(2026, 1, 14), "not_yet", "n'est pas encore valable</h2> <p>Elle le sera à partir du 15 janvier 2026."),
        (date(2026, 6, 1), "valid", "Cette attestation est valable</h2>"),
        (date(2026, 12, 1), "expiring", "Elle peut être renouvelée depuis le 17 octobre 2026."),
        (date(2027, 1, 15), "expiring", "Elle vaut jusqu'au 15 janvier 2027 inclus."),
        (date(2027, 1, 16), "expired", "a expiré</h2> <p>Elle était valable jusqu'au 15 janvier 2027."),
    ],
)
def test_its_state_is_that_of_the_day(client, held, on, state, words):
    assert words in seen(client, held, on)
    assert told(client, held, on)["state"] == state


def test_one_without_an_end_says_so(client, professional):
    endless = credential(professional, at=JANUARY)
    assert "Elle vaut depuis le 15 janvier 2026, sans date de fin." in seen(client, endless)
    assert told(client, endless)["valid_until"] is None


def test_a_revoked_one_says_when_and_why_but_not_by_whom(client, held, coordinator):
    with travel(JANUARY + timedelta(days=30)):
        revoke(credential=held, author=coordinator, reason="Deux dossiers confondus.")
    page = seen(client, held)
    assert "Cette attestation a été retirée</h2>" in page
    assert "Elle ne vaut plus rien depuis le 14 février 2026. Raison&nbsp;: Deux dossiers confondus." in page
    assert coordinator.get_full_name() not in page
    said = told(client, held)
    assert (said["state"], said["state_label"]) == ("revoked", "Retirée")
    assert [(event["kind"], event["reason"]) for event in said["events"]] == [("revoked", "Deux dossiers confondus.")]


def test_a_replaced_one_leads_to_what_replaces_it(client, held, coordinator):
    with travel(JANUARY + timedelta(days=30)):
        right = correct(credential=held, author=coordinator, reason="Nom mal écrit.", name=Name("Jeanne", "Durand"))
    page = seen(client, held)
    assert "Cette attestation a été remplacée</h2>" in page
    assert f'<a href="{address(right)}">Une attestation corrigée la remplace</a> depuis le 14 février 2026.' in page
    assert "Raison&nbsp;: Nom mal écrit." in page
    after = seen(client, right)
    assert "Jeanne Durand" in after
    assert "Corrige la précédente" in after
    assert address(held) in after
    assert told(client, held)["superseded_by"] == str(right.public_id)
    assert told(client, right)["superseded_by"] is None


def test_a_renewed_one_says_by_which_and_the_chain_is_shown(client, held):
    again = retake(enrolment=held.enrolment)
    do_steps(again, at=datetime(2026, 12, 1, 9, tzinfo=UTC))
    [next_one] = issue_for(enrolment_id=again.pk)
    page = seen(client, held, date(2027, 6, 1))
    assert "a expiré</h2>" in page
    assert f'<a href="{address(next_one)}">renouvelée par celle du' in page
    assert "Renouvelle la précédente" in page
    assert told(client, held, date(2027, 6, 1))["renewed_by"] == str(next_one.public_id)
    before = seen(client, next_one, date(2027, 6, 1))
    assert address(held) in before
    assert "du 1er décembre 2026 au 15 janvier 2028" in before


def test_a_renewal_that_was_revoked_renews_nothing(client, held, coordinator):
    again = retake(enrolment=held.enrolment)
    do_steps(again, at=datetime(2026, 12, 1, 9, tzinfo=UTC))
    [next_one] = issue_for(enrolment_id=again.pk)
    revoke(credential=next_one, author=coordinator, reason="Erreur.")
    assert told(client, held, date(2026, 12, 5))["renewed_by"] is None


def test_an_extended_one_says_until_when_and_not_why(client, held, coordinator):
    extend(credential=held, author=coordinator, until=date(2027, 3, 1), reason="Congé de maternité.")
    page = seen(client, held, date(2027, 2, 1))
    assert "Elle vaut jusqu'au 1er mars 2027 inclus." in page
    assert "Prolongée jusqu'au 1er mars 2027" in page
    said = told(client, held, date(2027, 2, 1))
    assert (said["valid_until"], said["events"][0]["reason"], "maternité" in page) == ("2027-03-01", "", False)


def test_after_erasure_only_number_fingerprint_and_dates_are_left(
    client, held, professional, organisation, coordinator
):
    name = professional.last_name
    revoke(credential=held, author=coordinator, reason=f"Demandé par {name}.")
    accounts.erase(person=professional)
    forget_holder(person=professional)
    page = seen(client, held)
    assert "Ce qu'elle disait a été effacé le" in page
    for left in (str(held.public_id), held.sha256, "15 janvier 2026", "15 janvier 2027"):
        assert left in page
    for gone in (name, organisation.name, "Socle commun", "Raison", "Anne Lemoine"):
        assert gone not in page
    said = told(client, held)
    assert (said["state"], said["snapshot"]) == ("revoked", None)
    assert (said["superseded_by"], said["renewed_by"]) == (None, None)
    assert [event["reason"] for event in said["events"]] == ["", ""]


@pytest.mark.parametrize("what", ["word", "number", "dates", "gone"])
def test_one_altered_in_our_own_database_is_not_trusted(client, held, caplog, what):
    said = held.snapshot
    if what == "word":
        alter(held, snapshot=said | {"title": "Diplôme d'État"})
    elif what == "number":
        other = said | {"id": str(uuid4())}
        alter(held, snapshot=other, sha256=fingerprint(other))
    elif what == "dates":
        alter(held, valid_until=date(2099, 1, 1))
    else:
        alter(held, snapshot=None)
    with caplog.at_level(logging.ERROR):
        page = seen(client, held)
    assert "Cette attestation a été altérée dans notre base, ne vous y fiez pas" in page
    assert "Diplôme" not in page
    assert str(held.public_id) in caplog.text
    answer = told(client, held)
    assert (answer["state"], answer["snapshot"]) == ("altered", None)


def test_what_it_says_is_never_read_from_live_data(client, held, professional, organisation):
    then = professional.get_full_name()
    held.enrolment.course.title = "Autre titre"
    held.enrolment.course.save()
    professional.last_name = "Nouveaunom"
    professional.save()
    organisation.name = "Autre employeur"
    organisation.save()
    page = seen(client, held)
    assert then in page
    assert not any(word in page for word in ("Autre titre", "Nouveaunom", "Autre employeur"))


def test_the_json_gives_what_recomputes_the_fingerprint(client, held):
    said = told(client, held)
    assert fingerprint(said["snapshot"]) == said["sha256"] == held.sha256
    assert said | {"snapshot": None} == {
        "id": str(held.public_id),
        "state": "valid",
        "state_label": "Valable",
        "checked_at": "2026-06-01T16:32:00+02:00",
        "valid_from": "2026-01-15",
        "valid_until": "2027-01-15",
        "issued_at": told(client, held)["issued_at"],
        "events": [],
        "sha256": held.sha256,
        "snapshot": None,
        "superseded_by": None,
        "renewed_by": None,
    }


ASKED = {
    "*/*": "text/html",
    "application/json": "application/json",
    "text/html;q=0.5, application/json": "application/json",
    "application/json;q=0.5, text/html": "text/html",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "text/html",
    "application/*": "application/json",
    "application/json;q=0, */*": "text/html",
    "image/png": "text/html",
    "nonsense": "text/html",
}


def test_what_is_asked_for_is_what_is_given(client, held):
    responses = {accept: client.get(address(held), headers={"accept": accept}) for accept in ASKED}
    assert {accept: response["Content-Type"].split(";")[0] for accept, response in responses.items()} == ASKED
    assert all("Accept" in response["Vary"] for response in responses.values())
    assert client.get(address(held))["Content-Type"].startswith("text/html")


def test_the_page_is_not_indexed_not_kept_and_told_to_no_other_site(client, held):
    for path in (address(held), f"/attestations/verifier/{uuid4()}/", "/attestations/verifier/"):
        response = client.get(path)
        assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "same-origin"
        assert '<meta name="robots" content="noindex' in response.content.decode()
    assert "Disallow: /attestations/" in client.get("/robots.txt").content.decode()
    for page in ("/", "/feuille-de-route/"):
        # Where to verify is said everywhere; no number is.
        assert not re.search(r"/attestations/(verifier/)?[0-9a-f]{8}-", client.get(page, follow=True).content.decode())


def test_an_unknown_number_is_told_what_to_look_at(client, db):
    number = uuid4()
    response = client.get(f"/attestations/verifier/{number}/")
    page = response.content.decode().replace("&#x27;", "'")
    assert response.status_code == 404
    assert "Aucune attestation n'a ce numéro" in page
    assert str(number) in page
    assert client.get(f"/attestations/verifier/{number}/", headers={"accept": "application/json"}).json() == {
        "error": "Aucune attestation n'a ce numéro."
    }


@pytest.mark.parametrize("wrong", ["abc", "<script>alert(1)</script>", "0" * 400, "été"])
def test_an_address_copied_wrong_is_an_unknown_number(client, db, wrong):
    assert client.get(f"/attestations/verifier/{wrong}/").status_code in (400, 404)


def test_an_address_in_capitals_or_cut_by_a_mail_is_understood(client, held):
    for meant in (str(held.public_id).upper(), held.public_id.hex, f"{held.public_id})"):
        assert client.get(f"/attestations/verifier/{meant}/")["Location"] == address(held)


SHAPES = (
    "{}",
    "  {} ",
    "{upper}",
    "{hex}",
    "https://socle.example/attestations/verifier/{}/",
    "n° {}.",
    "{dashes}",
    "{hidden}",
)


def test_who_has_no_link_finds_where_to_verify_from_any_page(client, db):
    assert 'href="/attestations/verifier/"' in client.get("/compte/login/").content.decode()


def test_a_number_typed_or_pasted_leads_to_its_page(client, held):
    for shape in SHAPES:
        number = str(held.public_id)
        typed = shape.format(
            number,
            upper=number.upper(),
            hex=held.public_id.hex,
            dashes=number.replace("-", "\u2013"),
            hidden=number.replace("-", "\u2011\u200b"),
        )
        assert client.get("/attestations/verifier/", {"numero": typed})["Location"] == address(held)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Écrivez le numéro"),
        ("12", "pas complet"),
        ("x" * 501, "trop long"),
        ("a\0b", "caractère invisible"),
    ],
)
def test_what_is_no_number_is_said_beside_the_field(client, db, typed, words):
    response = client.get("/attestations/verifier/", {"numero": typed})
    assert response.status_code == 422
    assert words in response.content.decode()


def test_a_page_costs_three_queries_however_long_the_chain(client, held, coordinator, assert_constant_queries):
    def serve():
        assert client.get(address(held)).status_code == 200

    def grow():
        last = held
        for number in range(4):
            last = correct(
                credential=Credential.objects.get(pk=last.pk),
                author=coordinator,
                reason="Nom.",
                name=Name("A", f"B{number}"),
            )

    assert assert_constant_queries(serve, grow) <= 3
    with CaptureQueriesContext(connection) as asked:
        client.get(address(held))
    assert len(asked) == 3


def test_someone_else_reads_the_same_as_a_passer_by(client, held, sign_in, lead):
    assert "Cette attestation est valable" in seen(client, held)
    assert "Cette attestation est valable" in seen(sign_in(lead), held)


def test_the_rates_are_those_promised(settings):
    assert settings.ACCOUNT_RATE_LIMITS == {"verify_credential": "60/m/ip", "verify_file": "20/10m/ip"}


def test_who_looks_too_often_is_told_to_wait(client, held, settings):
    settings.ACCOUNT_RATE_LIMITS = {"verify_credential": "3/m/ip"}
    with travel(JANUARY + timedelta(days=90), tick=False) as clock:
        assert [client.head(address(held)).status_code for _look in range(3)] == [200] * 3
        refused = client.get(address(held))
        assert (refused.status_code, refused["Retry-After"]) == (429, "60")
        assert "Trop de demandes en peu de temps" in refused.content.decode()
        guessed = client.get(f"/attestations/verifier/{uuid4()}/", headers={"accept": "application/json"})
        assert (guessed.status_code, guessed.json()) == (429, {"error": "Trop de demandes : attendez une minute."})
        assert client.get("/attestations/verifier/0/").status_code == 429
        assert client.get(address(held), REMOTE_ADDR="192.0.2.7").status_code == 200
        clock.shift(61)
        assert client.get(address(held)).status_code == 200


def test_behind_a_proxy_each_visitor_is_counted_apart(client, held, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {"verify_credential": "1/m/ip"}
    first, second = {"x-forwarded-for": "192.0.2.1"}, {"x-forwarded-for": "192.0.2.2"}
    forged = {"x-forwarded-for": "198.51.100.9, 192.0.2.1"}
    asked = [client.get(address(held), headers=one).status_code for one in (first, first, second, forged)]
    assert asked == [200, 429, 200, 429]


def test_hostile_words_are_shown_as_themselves(client, professional):
    professional.first_name, professional.last_name = '<img src=x onerror="a()">', "אבג $x$"
    professional.save()
    one = credential(professional, course_tree(title="<b>Cours</b>"), at=timezone.now())
    response = client.get(address(one))
    page = response.content.decode()
    assert "<img src=x" not in page
    assert "&lt;b&gt;Cours&lt;/b&gt;" in page


def test_only_looking_is_allowed(client, held):
    assert client.post(address(held)).status_code == 405
    assert client.head(address(held)).status_code == 200
    assert json.loads(client.get(address(held), headers={"accept": "application/json"}).content)["id"] == str(
        held.public_id
    )


def test_the_numbers_of_an_erased_person_are_told_apart(client, held, professional, coordinator):
    fixed = correct(credential=held, author=coordinator, reason="Nom", name=Name("Zoé", "Autre"))
    assert str(fixed.public_id) in seen(client, held)
    accounts.erase(person=professional)
    forget_holder(person=professional)
    for one, other in ((held, fixed), (fixed, held)):
        page, said = seen(client, one), told(client, one)
        assert str(other.public_id) not in page
        assert (said["superseded_by"], said["renewed_by"]) == (None, None)
