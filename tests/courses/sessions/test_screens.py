"""Sessions on the site: one gesture for the trainee, a room for the trainer, a file for the coordination."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from cms.accounts.models import User
from courses.enums import EnrolmentSource
from courses.services import enrol
from courses.sessions.models import Attendance, Registration, TrainingSession
from courses.sessions.services import countersign, mark_absent, register, sign
from tests.courses.sessions.conftest import Clock
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.courses import CourseTree
from tests.factories.sessions import at, training_session
from tests.interview_toolkit.test_observations import text

pytestmark = pytest.mark.django_db
People = tuple[User, User, User]


def address(name: str, session: TrainingSession, *more: int) -> str:
    return reverse(name, args=[session.public_id, *more])


def test_a_professional_signs_with_one_button(
    sign_in, clock: Clock, session: TrainingSession, people: People, trainer: User
) -> None:
    professional = people[2]
    client, url = sign_in(professional), session.get_absolute_url()
    before = text(client.get(url))
    assert "Votre place est prise. Vous signerez ici" in before
    assert "Signer ma présence" not in before
    clock(at(9, 5))
    page = text(client.get(url))
    assert page.count("Signer ma présence du matin") == 1
    assert "Signer ma présence du matin" in text(client.get("/formations/seances/"))
    done = client.post(address("sign_half_day", session, session.halves[0].pk), follow=True)
    assert "Votre présence du matin est signée." in text(done)
    assert "signée le 10 décembre 2026 à 09:05, en attente de contresignature" in text(done)
    assert "Signer ma présence" not in text(done)
    early = client.post(address("sign_half_day", session, session.halves[1].pk), follow=True)
    assert "On signe à partir du début de la demi-journée : jeudi 10 décembre à 13 h 30." in text(early)
    countersign(trainer=trainer, half_day=session.halves[0])
    clock(at(14))
    page = text(client.get(url))
    assert f"contresignée par {trainer} le 10 décembre 2026" in page
    assert "Signer ma présence de l'après-midi" in page
    clock(at(18) + timedelta(days=1))
    assert "le délai pour signer est passé" in text(client.get(url))


def test_a_trainer_countersigns_a_room(
    sign_in, clock: Clock, session: TrainingSession, people: People, trainer: User
) -> None:
    client, url, morning = sign_in(trainer), session.get_absolute_url(), session.halves[0]
    clock(at(10))
    for person in people[:2]:
        sign(person=person, half_day=morning)
    page = text(client.get(url))
    assert "2 à contresigner" in text(client.get("/formations/seances/"))
    assert "Contresigner le matin (2 personnes)" in page
    assert "Annuler la séance" not in page
    assert "2 présences signées sur 3, dont 0 contresignée" in page
    one = session.registrations.get(person=people[1])
    told = client.post(address("countersign_half_day", session, morning.pk), {"one": one.pk}, follow=True)
    assert "1 présence contresignée." in text(told)
    assert "Contresigner le matin (1 personne)" in text(told)
    told = client.post(address("countersign_half_day", session, morning.pk), follow=True)
    assert "1 présence contresignée." in text(told)
    assert "Contresigner le matin" not in text(told)
    again = client.post(address("countersign_half_day", session, morning.pk), follow=True)
    assert "Aucune présence signée n'attend d'être contresignée." in text(again)


def test_a_trainer_notes_absences_hands_the_device_over_and_corrects(
    sign_in, clock: Clock, session: TrainingSession, people: People, trainer: User
) -> None:
    client, morning = sign_in(trainer), session.halves[0]
    places = [session.registrations.get(person=person).pk for person in people]
    absences = address("half_day_absences", session, morning.pk)
    clock(at(10))
    assert "Cochez les personnes absentes." in text(client.post(absences, follow=True))
    noted = client.post(absences, {"absent": places[:2], "reason": "Grève des trains"}, follow=True)
    assert "2 absences notées" in text(noted)
    assert "Grève des trains" in text(noted)
    assert "L'absence est retirée." in text(client.post(absences, {"back": places[0]}, follow=True))
    assert Attendance.objects.filter(is_absent=True).count() == 1
    hand = address("hand_sign_half_day", session, morning.pk, places[0])
    assert "Alix Auvray, signez votre présence" in text(client.get(hand))
    unticked = client.post(hand)
    assert (unticked.status_code, "c'est votre signature" in text(unticked)) == (422, True)
    told = text(client.post(hand, {"is_me": "on"}, follow=True))
    assert "C'est signé : Alix Auvray. Rendez l'appareil." in told
    assert f"sur l'appareil de {trainer}" in told
    signed = Attendance.objects.signed().get()
    correction = address("correct_attendance", session, signed.pk)
    assert "Dites pourquoi." in text(client.post(correction, {"kind": "annulee"}, follow=True))
    told = text(client.post(correction, {"kind": "annulee", "reason": "Ce n'était pas elle."}, follow=True))
    assert "Signature annulée" in told
    assert "Ce n'était pas elle." in told
    assert client.post(absences, {"absent": [*places, 999_999]}).status_code == 404


def test_nobody_else_finds_a_session(
    sign_in, clock: Clock, tree: CourseTree, session: TrainingSession, people: People, other_trainer: User
) -> None:
    morning = session.halves[0]
    place = session.registrations.get(person=people[0])
    strangers = [UserFactory(), other_trainer, MembershipFactory(role="lead").person]
    for person in strangers:
        client = sign_in(person)
        for name in ("session", "session_calendar", "session_sheet", "session_proof", "cancel_session"):
            assert client.get(address(name, session)).status_code == 404
        for name in ("join_session", "leave_session", "register_in_session"):
            assert client.post(address(name, session)).status_code == 404
        for name in ("sign_half_day", "countersign_half_day", "half_day_absences"):
            assert client.post(address(name, session, morning.pk)).status_code == 404
        assert client.post(address("withdraw_from_session", session, place.pk)).status_code == 404
        assert client.get(address("hand_sign_half_day", session, morning.pk, place.pk)).status_code == 404
    clock(at(10))
    signed = sign(person=people[0], half_day=morning)
    expected = sign_in(people[0])
    assert expected.get(session.get_absolute_url()).status_code == 200
    for name in ("session_sheet", "session_proof", "cancel_session"):
        assert expected.get(address(name, session)).status_code == 404
    assert expected.post(address("countersign_half_day", session, morning.pk)).status_code == 404
    assert expected.post(address("correct_attendance", session, signed.pk)).status_code == 404
    others = session.registrations.get(person=people[1])
    assert expected.post(address("withdraw_from_session", session, others.pk)).status_code == 404
    assert "Bao Binet" not in expected.get(session.get_absolute_url()).content.decode()


def test_the_link_of_a_virtual_class_is_for_those_on_the_list(
    sign_in, clock: Clock, tree: CourseTree, trainer: User, professional: User
) -> None:
    link = "https://visio.example/salle"
    session = training_session(tree.course, trainer, mode="classe_virtuelle", place="", link=link)
    enrol(person=professional, course=tree.course, source=EnrolmentSource.SELF)
    client, url = sign_in(professional), session.get_absolute_url()
    assert link not in client.get(url).content.decode()
    assert "Dans mes formations" in text(client.get("/formations/seances/"))
    taken = client.post(address("join_session", session), follow=True)
    assert "Votre place est prise." in text(taken)
    assert link in taken.content.decode()
    assert mail.outbox[-1].to == [professional.email]
    assert "BEGIN:VCALENDAR" in client.get(address("session_calendar", session)).content.decode()
    given_back = client.post(address("leave_session", session), follow=True)
    assert "Votre place est rendue." in text(given_back)
    assert link not in client.get(url).content.decode()


def test_a_full_session_says_so(sign_in, clock: Clock, tree: CourseTree, trainer: User, professional: User) -> None:
    session = training_session(tree.course, trainer, capacity=1, people=(UserFactory(),))
    enrol(person=professional, course=tree.course, source=EnrolmentSource.SELF)
    client = sign_in(professional)
    assert "Complète" in text(client.get("/formations/seances/"))
    page = text(client.get(session.get_absolute_url()))
    assert "Cette séance est complète." in page
    assert "Prendre une place" not in page
    refused = client.post(address("join_session", session), follow=True)
    assert "Il n'y a plus de place dans cette séance." in text(refused)


def test_each_puts_on_the_list_those_they_may(
    sign_in, clock: Clock, tree: CourseTree, trainer: User, lead: User, professional: User, coordinator: User
) -> None:
    session = training_session(tree.course, trainer)
    stranger, follower = UserFactory(), UserFactory()
    enrol(person=follower, course=tree.course, source=EnrolmentSource.SELF)
    enrol(person=professional, course=tree.course, source=EnrolmentSource.SELF)
    url = address("register_in_session", session)
    for person, allowed, refused in (
        (trainer, follower, stranger),
        (lead, professional, follower),
        (coordinator, stranger, None),
    ):
        client = sign_in(person)
        if refused is not None:
            said = client.post(url, {"addresses": f"{allowed.email}\n{refused.email}"})
            assert (said.status_code, refused.email in text(said)) == (422, True)
            assert not Registration.objects.filter(person=allowed).exists()
        client.post(url, {"addresses": f" {allowed.email.upper()} ; {allowed.email}"})
        assert Registration.objects.get(person=allowed).session == session
    assert sign_in(professional).post(url, {"addresses": stranger.email}).status_code == 404
    assert sign_in(trainer).post(url, {"addresses": "pas une adresse"}).status_code == 422
    seen = text(sign_in(lead).get(session.get_absolute_url()))
    assert str(professional) in seen
    assert "Les personnes de ma structure" in seen
    assert follower.email not in seen
    assert "Dossier de preuve" not in seen
    place = Registration.objects.get(person=professional)
    sign_in(lead).post(address("withdraw_from_session", session, place.pk))
    assert Registration.objects.get(pk=place.pk).withdrawn_at is not None


def test_the_coordination_cancels_with_a_reason(
    sign_in, clock: Clock, session: TrainingSession, people: People, coordinator: User
) -> None:
    client, url = sign_in(coordinator), address("cancel_session", session)
    assert "3 personnes sur la liste" in text(client.get(url))
    assert client.post(url, {"reason": ""}).status_code == 422
    mail.outbox.clear()
    told = text(client.post(url, {"reason": "La salle est inondée."}, follow=True))
    assert "Séance annulée" in told
    assert "La salle est inondée." in told
    assert len(mail.outbox) == 4


def test_the_file_of_proof_says_what_to_mend(
    sign_in, clock: Clock, session: TrainingSession, people: People, trainer: User, coordinator: User
) -> None:
    for person in (trainer, coordinator):
        assert "Rien : chaque demi-journée" in text(sign_in(person).get(address("session_proof", session)))
    clock(at(10))
    sign(person=people[0], half_day=session.halves[0])
    clock(at(18))
    page = sign_in(coordinator).get(address("session_proof", session))
    assert "à contresigner pour Alix Auvray" in text(page)
    assert f"{session.get_absolute_url()}#demi-journee-{session.halves[0].pk}" in page.content.decode()


def test_the_empty_sheet_has_a_line_for_each(sign_in, clock: Clock, session: TrainingSession, trainer: User) -> None:
    page = text(sign_in(trainer).get(address("session_sheet", session)))
    assert [name in page for name in ("Auvray Alix", "Binet Bao", "10/12/2026, matin", "CCAS")] == [True] * 4


@pytest.mark.parametrize("who", ["professional", "trainer", "coordinator"])
def test_the_list_of_sessions_costs_the_same_however_many(
    request, sign_in, assert_constant_queries, clock: Clock, tree: CourseTree, session: TrainingSession, trainer: User,
    professional: User, who: str,
) -> None:  # fmt: skip
    client = sign_in(request.getfixturevalue(who))
    clock(at(10))

    def grow() -> None:
        for day in (9, 10, 11, 12):
            training_session(
                tree.course, trainer, day=at(9).date().replace(day=day), people=(professional, UserFactory())
            )

    assert_constant_queries(lambda: client.get("/formations/seances/"), grow)


@pytest.mark.parametrize("name", ["session", "session_proof", "session_sheet"])
def test_a_session_costs_the_same_however_many_are_there(
    sign_in, assert_constant_queries, clock: Clock, session: TrainingSession, people: People, trainer: User, name: str
) -> None:
    client = sign_in(trainer)
    clock(at(14))
    sign(person=people[0], half_day=session.halves[1])
    countersign(trainer=trainer, half_day=session.halves[1])

    def grow() -> None:
        for rank in range(6):
            person = MembershipFactory().person
            place = register(session=session, person=person)
            if rank % 2:
                sign(person=person, half_day=session.halves[1])
            else:
                mark_absent(trainer=trainer, half_day=session.halves[0], registrations=[place])

    assert_constant_queries(lambda: client.get(address(name, session)), grow)
