"""A certificate for each session: once a person, once it is over and its half-days signed and countersigned."""

import html
import io
import re
from datetime import date, time, timedelta

import pikepdf
import pytest
from django.db import IntegrityError, transaction
from django.db.utils import Error
from time_machine import travel

from certifications.checking import faults
from certifications.models import Credential
from certifications.queries.definitions import problems_of
from certifications.queries.due import attended_whole, sessions_over
from certifications.samples import sample_snapshot
from certifications.services import correct, issue_for, issue_for_session, issue_missing, withdraw_definition
from certifications.snapshot import Employer
from cms.accounts import services as accounts
from courses.services import enrol
from courses.sessions.enums import CorrectionKind
from courses.sessions.models import Attendance, Correction
from courses.sessions.services import countersign, register, sign
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.certifications import complete, definition
from tests.factories.courses import course_tree
from tests.factories.sessions import at, training_session

pytestmark = pytest.mark.django_db

MENTIONS = "{personne}, {employeur}, a suivi « {formation} » ({duree}), du {debut} au {fin}."
EVENING = at(19)


def per_session(course, **values):
    said = {"kind": "certificat_realisation", "title": "Certificat de réalisation", "path": "session"}
    return definition(course, **{**said, "statement": MENTIONS, **values})


def attend(session, person, trainer, *, halves=None):
    """Sign and have countersigned every half-day, or those of these places."""
    for number, half in enumerate(session.halves):
        if halves is None or number in halves:
            with travel(half.ends, tick=False):
                sign(person=person, half_day=half)
                countersign(trainer=trainer, half_day=half)


@pytest.fixture
def session(professional, trainer):
    with travel(at(8), tick=False):
        return training_session(course_tree(title="Conduire un entretien").course, trainer, people=(professional,))


def test_a_session_attended_whole_is_awarded_once_and_says_its_half_days(session, professional, trainer, organisation):
    per_session(session.course)
    attend(session, professional, trainer)
    with travel(EVENING, tick=False):
        assert (issue_missing(), issue_missing()) == (1, 0)
        assert issue_for_session(session_id=session.pk) == []
    awarded = Credential.objects.get()
    said = awarded.snapshot
    assert (awarded.session, awarded.enrolment, awarded.valid_until) == (session, None, None)
    assert said["employer"]["name"] == organisation.name
    assert said["training"]["title"] == "Conduire un entretien : Journée 1 : repères et écoute"
    assert (said["training"]["format_label"], said["training"]["starts_on"], said["training"]["ends_on"]) == (
        "En salle",
        "2026-12-10",
        "2026-12-10",
    )
    assert said["hours"] == {
        "minutes": 420,
        "steps": [],
        "half_days": [
            half_day("matin", "09:00", "12:30", trainer),
            half_day("après-midi", "13:30", "17:00", trainer),
        ],
    }
    assert said["wording"]["statement"] == (
        f"{professional.get_full_name()}, {organisation.name}, a suivi « Conduire un entretien : Journée 1 : repères "
        "et écoute » (7 h), du 10 décembre 2026 au 10 décembre 2026."
    )


def half_day(label, starts_at, ends_at, trainer):
    return {
        "session": "Journée 1 : repères et écoute",
        "on": "2026-12-10",
        "label": label,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "minutes": 210,
        "signed_on": "2026-12-10",
        "countersigned_by": str(trainer),
    }


def test_nothing_before_the_last_half_day_is_over(session, professional, trainer):
    per_session(session.course)
    attend(session, professional, trainer, halves=[0])
    with travel(at(14), tick=False):
        sign(person=professional, half_day=session.halves[1])
        countersign(trainer=trainer, half_day=session.halves[1])
        assert issue_missing() == 0


def test_nothing_for_a_half_day_missed_unsigned_voided_or_a_session_called_off(session, professional, trainer):
    per_session(session.course)
    attend(session, professional, trainer, halves=[0])
    with travel(EVENING, tick=False):
        sign(person=professional, half_day=session.halves[1])
        assert issue_missing() == 0
        countersign(trainer=trainer, half_day=session.halves[1])
        last = Attendance.objects.get(half_day=session.halves[1])
        Correction.objects.create(attendance=last, kind=CorrectionKind.VOIDED, reason="Erreur", by=trainer)
        assert issue_missing() == 0
        Correction.objects.create(attendance=last, kind=CorrectionKind.RESTORED, reason="Non", by=trainer)
        type(session).objects.filter(pk=session.pk).update(cancelled_at=EVENING, cancelling_reason="Neige")
        assert (issue_missing(), issue_for_session(session_id=session.pk)) == (0, [])


def test_each_person_has_their_own_and_nobody_another(session, professional, lead, trainer):
    per_session(session.course)
    with travel(at(8), tick=False):
        register(session=session, person=lead)
    attend(session, professional, trainer)
    attend(session, lead, trainer, halves=[0])
    with travel(EVENING, tick=False):
        assert [one.person for one in issue_for_session(session_id=session.pk)] == [professional]


def test_the_database_refuses_a_second_one_for_a_session(session, professional, trainer):
    per_session(session.course)
    attend(session, professional, trainer)
    with travel(EVENING, tick=False):
        [awarded] = issue_for_session(session_id=session.pk)
    twin = Credential.objects.get(pk=awarded.pk)
    twin.pk, twin.public_id = None, "11111111-1111-4111-8111-111111111111"
    with pytest.raises(IntegrityError, match="credential_once_per_session"), transaction.atomic():
        twin.save(force_insert=True)


def test_what_earned_it_is_frozen_too(session, professional, trainer):
    per_session(session.course)
    attend(session, professional, trainer)
    with travel(EVENING, tick=False):
        [awarded] = issue_for_session(session_id=session.pk)
    with pytest.raises(Error, match="never changed"), transaction.atomic():
        Credential.objects.filter(pk=awarded.pk).update(session=None)


def test_its_document_is_for_its_holder_their_lead_and_the_coordination(
    sign_in, session, professional, trainer, lead, coordinator
):
    per_session(session.course)
    attend(session, professional, trainer)
    with travel(EVENING, tick=False):
        [awarded] = issue_for_session(session_id=session.pk)
        address = f"/attestations/{awarded.public_id}/pdf/"
        for reader in (professional, lead, coordinator):
            assert sign_in(reader).get(address).content.startswith(b"%PDF")
        for other in (trainer, UserFactory()):
            assert sign_in(other).get(address).status_code == 404
        assert "Conduire un entretien : Journée 1" in html.unescape(
            sign_in(professional).get("/mon-parcours/attestations/").content.decode()
        )


def test_the_proof_of_a_session_is_a_document_for_who_runs_it(
    sign_in, client, session, professional, trainer, lead, coordinator
):
    attend(session, professional, trainer, halves=[0])
    address = f"/formations/seances/{session.public_id}/dossier.pdf"
    with travel(EVENING, tick=False):
        for reader in (trainer, coordinator):
            response = sign_in(reader).get(address)
            with pikepdf.open(io.BytesIO(response.content)) as document, document.open_metadata() as said:
                assert said["dc:title"] == f"Dossier de preuve – {session.title}"
                assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("2", "A")
            assert address in sign_in(reader).get(f"/formations/seances/{session.public_id}/dossier/").content.decode()
        for other in (professional, lead):
            assert sign_in(other).get(address).status_code == 404
        assert client.get(address).status_code == 302


def test_it_says_the_employer_of_the_day_even_issued_late(session, professional, trainer, organisation):
    per_session(session.course)
    attend(session, professional, trainer)
    accounts.move_person(person=professional, organisation=OrganisationFactory(name="CAF"), on=date(2026, 12, 20))
    with travel(EVENING + timedelta(days=30), tick=False):
        issue_missing()
    assert Credential.objects.get().snapshot["employer"]["name"] == organisation.name


def test_a_correction_keeps_the_session(session, professional, trainer, coordinator):
    per_session(session.course)
    attend(session, professional, trainer)
    with travel(EVENING, tick=False):
        [awarded] = issue_for_session(session_id=session.pk)
        again = correct(credential=awarded, author=coordinator, reason="Employeur", employer=Employer("CAF"))
        assert (again.session, issue_missing()) == (session, 0)


def test_a_definition_withdrawn_or_starting_later_awards_nothing_and_an_erased_person_has_nothing(
    session, professional, trainer
):
    one = per_session(session.course, applies_from=date(2026, 12, 11))
    attend(session, professional, trainer)
    with travel(EVENING, tick=False):
        assert issue_missing() == 0
    type(one).objects.filter(pk=one.pk).update(applies_from=date(2026, 1, 1))
    with travel(at(8), tick=False):
        withdraw_definition(definition=one)
    with travel(EVENING, tick=False):
        assert issue_missing() == 0
        type(one).objects.filter(pk=one.pk).update(withdrawn_at=None)
        accounts.erase(person=professional)
        assert issue_missing() == 0


def test_completing_the_course_gives_nothing_of_what_is_awarded_by_session(session, professional):
    per_session(session.course)
    tree = course_tree(title="Autre")
    per_session(tree.course)
    assert issue_for(enrolment_id=complete(professional, tree).pk) == []
    assert (issue_missing(), list(faults())) == (0, [])


def test_what_a_crash_left_undone_is_told_by_the_check(session, professional, trainer):
    one = per_session(session.course)
    attend(session, professional, trainer)
    with travel(EVENING, tick=False):
        assert [fault.sentence for fault in faults()] == [f"cette séance donne droit à 1 « {one.title} »"]
        issue_missing()
        assert list(faults()) == []


def test_half_days_of_a_course_are_in_its_attestation(session, professional, trainer):
    tree = course_tree(title="Avec une journée")
    definition(tree.course)
    with travel(at(8), tick=False):
        enrol(person=professional, course=tree.course, source="self")
        other = training_session(
            tree.course, trainer, people=(professional,), halves=(("matin", time(9), time(12)),), day=date(2026, 12, 11)
        )
    attend(other, professional, trainer)
    [awarded] = issue_for(enrolment_id=complete(professional, tree, at=at(18, day=date(2026, 12, 11))).pk)
    [half] = awarded.snapshot["hours"]["half_days"]
    assert (half["label"], half["on"], half["minutes"]) == ("matin", "2026-12-11", 180)
    steps = sum(step["minutes"] for step in awarded.snapshot["hours"]["steps"])
    assert awarded.snapshot["hours"]["minutes"] == steps + 180


def test_its_definition_is_a_certificate_without_end(session):
    one = per_session(session.course)
    one.kind, one.validity_months = "attestation_suivi", 12
    problems = problems_of(one, award=[session.course], renewal=[])
    assert [problem for problem in problems if "séance" in problem] == [
        "ce qui se délivre pour chaque séance est un certificat de réalisation.",
        "un certificat délivré pour une séance n'a pas de fin : laissez la durée vide.",
    ]


def test_its_preview_shows_half_days_signed_by_somebody_invented(session):
    said = sample_snapshot(per_session(session.course))
    assert (said["hours"]["minutes"], said["hours"]["steps"], said["results"]) == (420, [], None)
    assert said["training"]["title"] == "Conduire un entretien : une séance"


def test_the_holder_is_told_by_mail_in_the_same_transaction(session, professional, trainer, mailoutbox):
    per_session(session.course)
    attend(session, professional, trainer)
    mailoutbox.clear()
    with travel(EVENING, tick=False):
        issue_missing()
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (
        [professional.email],
        "Votre certificat « Certificat de réalisation » est prêt",
    )
    number = Credential.objects.get().public_id
    assert re.search(r"connectez-vous :\nhttp\S+/mon-parcours/attestations/\n", mail.body)
    assert re.search(rf"donnez cette adresse[^\n]+\nhttp\S+/attestations/verifier/{number}/\n", mail.body)


def test_who_can_no_longer_sign_in_is_told_nothing(session, professional, trainer, mailoutbox):
    per_session(session.course)
    attend(session, professional, trainer)
    accounts.deactivate(person=professional)
    mailoutbox.clear()
    with travel(EVENING, tick=False):
        assert (issue_missing(), mailoutbox) == (1, [])


def test_a_sweep_of_sessions_costs_no_more_for_many(session, professional, trainer, assert_constant_queries):
    one = per_session(session.course)
    attend(session, professional, trainer)

    def more():
        for person in [MembershipFactory().person for _ in range(3)]:
            with travel(at(8), tick=False):
                register(session=session, person=person)
            attend(session, person, trainer)
        with travel(EVENING, tick=False):
            issue_missing()

    with travel(EVENING, tick=False):
        assert_constant_queries(lambda: (sessions_over(), attended_whole(session, without=one)), more)
