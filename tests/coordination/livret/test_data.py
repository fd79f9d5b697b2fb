"""« Mes données »: all the site holds of someone, theirs to take away, and how to have it erased."""

import html
import json
from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone

from certifications.services import declare_training, revoke
from interview_toolkit.commitments.services import commit_to
from interview_toolkit.journal.services import write_entry
from interview_toolkit.observations.services import ask_for
from tests.factories.certifications import credential
from tests.factories.courses import course_tree
from tests.factories.toolkit import grid, technique
from tests.interview_toolkit.test_observations import signed

pytestmark = pytest.mark.django_db

ADDRESS = "/compte/mes-donnees/"
FILE = f"{ADDRESS}mes-donnees.json"


def exported(client):
    response = client.get(FILE)
    assert response["Content-Disposition"] == f'attachment; filename="mes-donnees-{timezone.localdate()}.json"'
    return json.loads(response.content)


def test_the_page_says_how_to_take_them_and_how_to_have_them_erased(sign_in, professional, client):
    page = " ".join(html.unescape(sign_in(professional).get(ADDRESS).content.decode()).split())
    assert FILE in page
    assert "RGPD, article 17" in page
    assert (client.get(ADDRESS).status_code, client.get(FILE).status_code) == (302, 302)


def test_the_file_holds_everything_of_its_person(sign_in, professional, trainer, coordinator, organisation):
    awarded = credential(professional, course_tree(title="Socle commun", lessons=1, quizzes=1))
    revoke(credential=awarded, author=coordinator, reason="Erreur.")
    declare_training(
        person=professional,
        title="Ailleurs",
        provider="CNFPT",
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 1, 2),
        minutes=60,
    )
    write_entry(person=professional, texts={"situation": "Un jour"}, techniques=[], themes=[])
    commit_to(
        person=professional,
        technique=technique("PAUSE", title="Laisser un silence"),
        interview="suivi",
        due_on=timezone.localdate(),
        form_key=uuid4(),
    )
    signed(ask_for(person=professional, observer=trainer, grid=grid(), setting="reel"))
    said = exported(sign_in(professional))
    assert said["format"] == "socle-mes-donnees/1"
    assert said["person"]["email"] == professional.email
    assert [one["organisation"] for one in said["memberships"]] == [organisation.name]
    [enrolment] = said["enrolments"]
    assert (enrolment["course"], enrolment["status"], len(enrolment["attempts"])) == ("Socle commun", "completed", 2)
    [held] = said["credentials"]
    assert (held["snapshot"], held["sha256"]) == (awarded.snapshot, awarded.sha256)
    assert [event["reason"] for event in held["events"]] == ["Erreur."]
    assert [one["title"] for one in said["external_trainings"]] == ["Ailleurs"]
    assert [one["texts"]["situation"] for one in said["journal"]] == ["Un jour"]
    assert [one["subject"] for one in said["commitments"]] == ["Laisser un silence"]
    assert [one["remarks"] for one in said["observations"]] == [["Un fait."]]


def test_the_file_holds_nothing_of_anybody_else(sign_in, professional, lead):
    credential(professional, course_tree(title="Socle commun"))
    said = exported(sign_in(lead))
    assert (said["enrolments"], said["credentials"], said["person"]["email"]) == ([], [], lead.email)


def test_the_file_costs_no_more_for_more(sign_in, professional, assert_constant_queries):
    client = sign_in(professional)

    def grow():
        credential(professional, course_tree(title=str(uuid4())))
        write_entry(person=professional, texts={"situation": "Un jour"}, techniques=[], themes=[])

    grow()
    assert_constant_queries(lambda: client.get(FILE), grow)
