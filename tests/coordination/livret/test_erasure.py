"""Erasing somebody: who they were and what they wrote go, in every room; figures and numbers stay, and are nobody's."""

import html
from datetime import date
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.contenttypes.models import ContentType
from django.core.mail import get_connection, send_mail
from django.utils import timezone
from time_machine import travel
from wagtail.models import ModelLogEntry

from certifications.models import Credential, ExternalTraining
from certifications.services import declare_training
from cms.accounts.models import Session, User
from cms.core.models import OutboxMessage
from cms.roadmap.models import Evidence
from coordination.errors import CannotErase
from coordination.livret.models import Erasure, ObservationChoice
from coordination.livret.services import show_observation
from coordination.services import erase_person
from courses.h5p.models import Attempt as H5PAttempt
from courses.h5p.models import Registration, SavedState, Statement
from courses.models import Enrolment
from courses.sessions.models import Attendance
from courses.sessions.models import Registration as Place
from courses.sessions.services import sign
from interview_toolkit.commitments.models import Commitment
from interview_toolkit.commitments.services import answer, commit_to
from interview_toolkit.journal.models import Entry
from interview_toolkit.journal.services import share_entry, write_entry
from interview_toolkit.observations.models import Observation
from interview_toolkit.observations.services import ask_for
from interview_toolkit.practices.models import Comment
from interview_toolkit.triads.models import Note, Seat
from interview_toolkit.triads.services import open_triad
from tests.courses.h5p.helpers import imported
from tests.factories.certifications import credential
from tests.factories.courses import course_tree, theme
from tests.factories.sessions import at, training_session
from tests.factories.toolkit import grid, practice, technique
from tests.interview_toolkit.test_observations import signed

pytestmark = pytest.mark.django_db

ASKED = "demande"


def words(response):
    return " ".join(html.unescape(response.content.decode()).split()).replace("\xa0", " ")


def erase(person, author):
    return erase_person(person=person, author=author, reason=ASKED)


def test_what_an_attestation_says_goes_and_its_page_still_answers(client, professional, administrator):
    awarded = credential(professional, course_tree(title="Socle commun"))
    name = professional.get_full_name()
    erase(professional, administrator)
    kept = Credential.objects.get()
    assert (kept.snapshot, kept.sha256, kept.public_id) == (None, awarded.sha256, awarded.public_id)
    page = client.get(awarded.get_absolute_url())
    assert page.status_code == 200
    assert name not in words(page)
    assert "Socle commun" not in words(page)


def test_the_account_is_nobodys_and_no_door_opens_it(professional, administrator):
    address = professional.email
    Authenticator.objects.create(user=professional, type="totp", data={})
    SocialAccount.objects.create(user=professional, provider="openid", uid="1", extra_data={"name": "Claire"})
    professional.last_name = "Durand"
    professional.save()
    erase(professional, administrator)
    professional.refresh_from_db()
    assert (professional.get_full_name(), professional.is_active) == ("Personne effacée", False)
    assert not User.objects.filter(email=address).exists()
    for rows in (Authenticator.objects, SocialAccount.objects, professional.former_names, Session.objects):
        assert not rows.exists()


def test_figures_stay(professional, administrator, organisation):
    tree = course_tree(title="Socle commun")
    credential(professional, tree)
    Evidence.objects.create(person=professional, theme=theme(), kind="tried", source="commitment:1")
    before = (Enrolment.objects.completed().count(), Evidence.objects.count(), Credential.objects.count())
    erase(professional, administrator)
    assert (Enrolment.objects.completed().count(), Evidence.objects.count(), Credential.objects.count()) == before


def test_what_they_wrote_goes_from_every_room(professional, trainer, lead, administrator):
    page, skill = grid(), technique("PAUSE", title="Laisser un silence")
    entry = write_entry(person=professional, texts={"situation": "Un jour"}, techniques=[], themes=[])
    share_entry(entry=entry, trainer=trainer)
    observed = signed(ask_for(person=professional, observer=trainer, grid=page, setting="reel"))
    show_observation(person=professional, observation=observed, is_shown=True)
    triad = open_triad(person=professional, grid=page, role="observateur")
    seat = triad.seats.get()
    Seat.objects.filter(pk=seat.pk).update(remarks=["Un mot"])
    Note.objects.create(seat=seat, at=3, text="Un mot")
    tried = commit_to(
        person=professional, technique=skill, interview="suivi", due_on=timezone.localdate(), form_key=uuid4()
    )
    answer(commitment=tried, answer="essaye", line="J'ai osé.")
    sheet = practice(owner=lead)
    Comment.objects.create(practice=sheet, person=professional, text="Bravo")
    Comment.objects.create(practice=sheet, person=lead, to=professional, text="Merci")
    declare_training(
        person=professional,
        title="Ailleurs",
        provider="CNFPT",
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 1, 2),
        minutes=60,
    )
    erase(professional, administrator)
    for model in (Entry, Observation, ObservationChoice, Note, Comment, ExternalTraining):
        assert not model.objects.exists(), model
    assert Seat.objects.get().remarks == []
    assert Commitment.objects.get().line == ""


def test_what_they_observed_of_others_is_those_others(professional, trainer, administrator):
    observed = signed(ask_for(person=professional, observer=trainer, grid=grid(), setting="reel"))
    erase(trainer, administrator)
    observed.refresh_from_db()
    assert (observed.remarks, str(observed.observer)) == (["Un fait."], "Personne effacée")


def test_what_they_answered_in_contents_goes_and_their_score_stays(professional, administrator):
    content = imported()
    version = content.versions.first()
    usage = Registration.objects.create(person=professional, content=content, version=version, context="ici")
    SavedState.objects.create(registration=usage, data_type="state", body="{}")
    told = {"verb": "answered", "activity": "", "response": "Ma vie", "score": [1, 2]}
    Statement.objects.create(registration=usage, version=version, uuid=uuid4(), sequence=1, body=told)
    now = timezone.now()
    H5PAttempt.objects.create(
        registration=usage,
        version=version,
        number=1,
        statement=uuid4(),
        score=1,
        max_score=2,
        is_derived=False,
        started_at=now,
        finished_at=now,
        answers=[told],
    )
    erase(professional, administrator)
    without = {"verb": "answered", "activity": "", "score": [1, 2]}
    assert not SavedState.objects.exists()
    assert Statement.objects.get().body == without
    assert (H5PAttempt.objects.get().answers, H5PAttempt.objects.get().score) == ([without], 1)


def test_signatures_stay_and_places_to_come_are_given_back(professional, trainer, administrator):
    course = course_tree().course
    with travel(at(8), tick=False):
        held = training_session(course, trainer, people=(professional,))
        to_come = training_session(course, trainer, people=(professional,), day=date(2026, 12, 17))
    with travel(at(10), tick=False):
        sign(person=professional, half_day=held.halves[0])
    place = Place.objects.get(session=held)
    Attendance.objects.create(
        half_day=held.halves[1], registration=place, is_absent=True, absent_reason="Rendez-vous médical"
    )
    with travel(at(18), tick=False):
        erase(professional, administrator)
    assert Attendance.objects.signed().count() == 1
    assert Attendance.objects.get(is_absent=True).absent_reason == ""
    assert Place.objects.get(session=to_come).withdrawn_at is not None
    assert Place.objects.get(session=held).withdrawn_at is None


def test_mail_not_sent_and_logs_of_the_publishing_tools_no_longer_name_them(professional, lead, administrator):
    outbox = get_connection("cms.core.mail.OutboxBackend")
    for person in (professional, lead):
        send_mail("Bonjour", f"Bonjour {person}", None, [person.email], connection=outbox)
    people = ContentType.objects.get_for_model(User)
    ModelLogEntry.objects.create(
        content_type=people,
        object_id=str(professional.pk),
        label=str(professional),
        action="wagtail.edit",
        data={"email": professional.email},
        timestamp=timezone.now(),
    )
    erase(professional, administrator)
    assert [one.payload["to"] for one in OutboxMessage.objects.filter(kind="mail")] == [[lead.email]]
    assert [(one.label, one.data) for one in ModelLogEntry.objects.filter(content_type=people)] == [
        ("Personne effacée", {})
    ]


def test_done_twice_it_is_done_once(professional, administrator):
    first = erase(professional, administrator)
    assert erase(professional, administrator) == first
    assert Erasure.objects.count() == 1


def test_only_the_administration_erases_and_never_itself(professional, coordinator, administrator):
    for author, person in ((coordinator, professional), (professional, professional), (administrator, administrator)):
        with pytest.raises(CannotErase):
            erase(person, author)
    assert not Erasure.objects.exists()


def test_the_page_asks_to_type_the_address_again(sign_in, professional, administrator):
    client = sign_in(administrator)
    address = f"/pilotage/personnes/{professional.public_id}/effacer/"
    assert address in words(client.get(f"/pilotage/personnes/{professional.public_id}/"))
    assert professional.email in words(client.get(address))
    refused = client.post(address, {"reason": ASKED, "address": "autre@test.example"})
    assert (refused.status_code, "Ce n'est pas l'adresse de cette personne." in words(refused)) == (422, True)
    assert client.post(address, {"address": professional.email}).status_code == 422
    assert not Erasure.objects.exists()
    done = client.post(address, {"reason": ASKED, "address": f" {professional.email.upper()} "}, follow=True)
    assert "Les données de cette personne sont effacées." in words(done)
    assert Erasure.objects.get().author == administrator
    assert client.get(address).status_code == 404


def test_nobody_else_has_that_page(sign_in, professional, lead, coordinator, trainer):
    for other in (professional, lead, coordinator, trainer):
        client = sign_in(other)
        address = f"/pilotage/personnes/{professional.public_id}/effacer/"
        assert client.get(address).status_code == 404
        assert client.post(address, {"reason": ASKED, "address": professional.email}).status_code == 404
    assert "/effacer/" not in words(sign_in(coordinator).get(f"/pilotage/personnes/{professional.public_id}/"))


def test_the_administration_is_told_it_cannot_erase_itself(sign_in, administrator):
    address = f"/pilotage/personnes/{administrator.public_id}/effacer/"
    answer = sign_in(administrator).post(address, {"reason": ASKED, "address": administrator.email})
    assert (answer.status_code, "et jamais les siennes" in words(answer)) == (422, True)
