"""« Mon livret »: everything someone did, theirs for good, on screen, in a spreadsheet and on paper."""

import csv
import html
import io
from datetime import date, timedelta
from uuid import uuid4

import pikepdf
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from time_machine import travel

from certifications.services import declare_training, withdraw_definition
from cms.accounts.services import move_person
from cms.core.templatetags.socle import day
from coordination.livret.files import livret_data
from coordination.livret.models import ObservationChoice
from coordination.livret.queries import livret_of
from coordination.livret.services import show_observation
from courses.services import retake
from courses.sessions.services import countersign, sign
from interview_toolkit.observations.services import ask_for
from tests.factories.accounts import OrganisationFactory
from tests.factories.certifications import complete, credential
from tests.factories.courses import course_tree
from tests.factories.sessions import at, training_session
from tests.factories.toolkit import grid
from tests.interview_toolkit.test_observations import signed

pytestmark = pytest.mark.django_db

LIVRET = "/mon-parcours/livret/"
ELSEWHERE = {
    "title": "Écoute active",
    "provider": "CNFPT",
    "starts_on": date(2025, 3, 4),
    "ends_on": date(2025, 3, 5),
    "minutes": 840,
}
DAY = timezone.localdate() - timedelta(days=30)


def words(response):
    shown = " ".join(html.unescape(response.content.decode()).split()).replace("\xa0", " ")
    return shown[shown.index("<main") : shown.index("</main")]


def rows(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


def section(person, code):
    return next(one for one in livret_of(person).sections if one.code == code)


@pytest.fixture
def session(professional, trainer):
    with travel(at(8, day=DAY), tick=False):
        one = training_session(course_tree(title="En salle").course, trainer, people=(professional,), day=DAY)
    attend(one, professional, trainer)
    return one


def attend(session, person, trainer):
    for half in session.halves:
        with travel(half.ends, tick=False):
            sign(person=person, half_day=half)
            countersign(trainer=trainer, half_day=half)


@pytest.fixture
def observation(professional, trainer):
    return signed(ask_for(person=professional, observer=trainer, grid=grid(), setting="reel"))


def test_a_new_one_is_empty_and_says_what_to_do(sign_in, professional):
    text = words(sign_in(professional).get(LIVRET))
    assert "Aucune formation suivie pour l'instant." in text
    assert "Ajouter une formation suivie ailleurs" in text
    assert LIVRET in words(sign_in(professional).get("/mon-parcours/"))


def test_it_holds_courses_sessions_what_was_followed_elsewhere_and_attestations(
    sign_in, professional, trainer, session
):
    awarded = credential(professional, course_tree(title="Socle commun", lessons=2, quizzes=1))
    declare_training(person=professional, **ELSEWHERE)
    text = words(sign_in(professional).get(LIVRET))
    for said in (
        "Socle commun",
        "version 1",
        "Terminé",
        "Journée 1 : repères et écoute",
        f"contresignée par {trainer}",
        "Toutes les demi-journées signées",
        "Écoute active",
        "CNFPT",
        "Déclarée par vous",
        f"n° {awarded.public_id}",
        # Course 45 min, room 7 h, elsewhere 14 h.
        "21 h 45 dont 14 h déclarées",
    ):
        assert said in text


def test_a_step_in_a_room_is_counted_once(professional):
    tree = course_tree(lessons=2, quizzes=0)
    enrolment = complete(professional, tree)
    version = enrolment.version
    version.manifest[0]["kind"] = "session"
    type(version).objects.filter(pk=version.pk).update(manifest=version.manifest)
    assert section(professional, "formations").minutes == version.manifest[1]["est_minutes"]


def test_a_cycle_left_and_one_done_again_are_both_told(professional):
    enrolment = complete(professional, course_tree(title="Socle commun"))
    retake(enrolment=enrolment)
    lines = section(professional, "formations").lines
    assert [(line.title, line.details, line.state) for line in lines] == [
        ("Socle commun", ("version 1, parcours n° 2",), "Pas commencé"),
        ("Socle commun", ("version 1, parcours n° 1",), "Terminé"),
    ]


def test_it_stays_whole_without_employer_and_when_everything_is_unpublished(sign_in, professional, session):
    tree = course_tree(title="Socle commun")
    awarded = credential(professional, tree)
    withdraw_definition(definition=awarded.definition)
    tree.course.refresh_from_db()
    tree.course.unpublish()
    move_person(person=professional, organisation=OrganisationFactory(), on=timezone.localdate())
    professional.memberships.all().delete()
    text = words(sign_in(professional).get(LIVRET))
    for said in ("Socle commun", "Journée 1", str(awarded.public_id)):
        assert said in text


def test_nobody_opens_anybody_elses(sign_in, client, professional, lead, coordinator):
    declare_training(person=professional, **ELSEWHERE)
    for other in (lead, coordinator):
        for address in (LIVRET, f"{LIVRET}livret.csv"):
            assert "Écoute active" not in sign_in(other).get(address).content.decode()
    assert client.get(LIVRET).status_code == 302


def test_more_of_everything_costs_no_more(sign_in, professional, trainer, assert_constant_queries):
    client = sign_in(professional)

    def grow():
        credential(professional, course_tree(title=str(uuid4())))
        declare_training(person=professional, **ELSEWHERE)
        with travel(at(8, day=DAY), tick=False):
            one = training_session(course_tree().course, trainer, people=(professional,), day=DAY)
        attend(one, professional, trainer)
        about = {"grid": grid(title="Autre", slug=str(uuid4())), "setting": "reel"}
        asked = ask_for(person=professional, observer=trainer, **about)
        show_observation(person=professional, observation=signed(asked), is_shown=True)

    grow()
    assert assert_constant_queries(lambda: client.get(LIVRET), grow) <= 12


def test_as_a_spreadsheet_each_thing_is_a_line_with_its_days_and_minutes(sign_in, professional):
    complete(professional, course_tree(title="Socle commun", quizzes=0))
    declare_training(person=professional, note="À relire", **ELSEWHERE)
    response = sign_in(professional).get(f"{LIVRET}livret.csv")
    today = f"{timezone.localdate():%d/%m/%Y}"
    assert response["Content-Disposition"] == f'attachment; filename="livret-{timezone.localdate()}.csv"'
    assert rows(response) == [
        ["Rubrique", "Intitulé", "Précisions", "Du", "Au", "Durée (minutes)", "État", "Note"],
        ["Formations", "Socle commun", "version 1", today, today, "30", "Terminé", ""],
        [
            "Formations suivies ailleurs",
            "Écoute active",
            "CNFPT",
            "04/03/2025",
            "05/03/2025",
            "840",
            "Déclarée par vous",
            "À relire",
        ],
    ]


@pytest.mark.parametrize("said", ["=HYPERLINK(1)", "+33", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_no_spreadsheet_takes_what_was_typed_for_a_formula(sign_in, professional, said):
    declare_training(person=professional, **ELSEWHERE | {"title": said, "provider": said}, note=said)
    [_headers, line] = rows(sign_in(professional).get(f"{LIVRET}livret.csv"))
    assert [line[1], line[2], line[7]] == [f"'{said}"] * 3


def test_on_paper_it_is_a_tagged_archive_in_french(sign_in, professional, session):
    declare_training(person=professional, note='#read("/etc/passwd") $x$ 🙂', **ELSEWHERE)
    credential(professional, course_tree(title="Socle commun"))
    response = sign_in(professional).get(f"{LIVRET}livret.pdf")
    assert response["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(response.content)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "fr-FR"
        with document.open_metadata() as said:
            assert (said["pdfaid:part"], said["pdfaid:conformance"], said["pdfuaid:part"]) == ("2", "A", "1")
            assert said["dc:title"] == f"Livret de formation – {professional.get_full_name()}"


def test_away_from_the_site_an_attestation_says_when_it_is_valid_and_where_it_is_verified(
    sign_in, professional, settings
):
    held = credential(professional, course_tree(title="Socle commun", quizzes=0))
    address = f"{settings.WAGTAILADMIN_BASE_URL}/attestations/verifier/{held.public_id}/"
    said = f"n° {held.public_id}, valable depuis le {day(held.valid_from)} ; à vérifier : {address}"
    *_before, line = rows(sign_in(professional).get(f"{LIVRET}livret.csv"))
    assert (line[0], line[2]) == ("Attestations", said)
    paper = next(one for one in livret_data(livret_of(professional))["sections"] if one["title"] == "Attestations")
    assert [row[1] for row in paper["rows"]] == [said]


def test_on_paper_a_session_is_told_half_day_by_half_day(professional, trainer, session):
    rooms = next(one for one in livret_data(livret_of(professional))["sections"] if one["title"] == "Séances en salle")
    on = day(DAY)
    assert rooms["columns"] == ["Séance", "Demi-journée", "Durée", "Contresignée par"]
    assert rooms["rows"] == [
        [session.title, f"{on}, matin, 09:00 – 12:30", "3 h 30", str(trainer)],
        [session.title, f"{on}, après-midi, 13:30 – 17:00", "3 h 30", str(trainer)],
    ]


def test_an_observation_is_shown_only_once_chosen_and_says_nothing_of_the_notes(
    sign_in, professional, trainer, observation
):
    client = sign_in(professional)
    assert "Pas montrée" in words(client.get(LIVRET))
    assert len(rows(client.get(f"{LIVRET}livret.csv"))) == 1
    client.post(f"{LIVRET}observations/{observation.public_id}/", {"montrer": "oui"})
    client.post(f"{LIVRET}observations/{observation.public_id}/", {"montrer": "oui"})
    assert ObservationChoice.objects.count() == 1
    text = words(client.get(LIVRET))
    assert "Dans mon livret" in text
    assert "Un fait." not in text
    [_headers, line] = rows(client.get(f"{LIVRET}livret.csv"))
    today = f"{timezone.localdate():%d/%m/%Y}"
    assert line == [
        "Observations",
        observation.version.grid.title,
        "Un entretien réel, avec l'accord de la personne",
        today,
        today,
        "",
        "Dans mon livret",
        "",
    ]
    client.post(f"{LIVRET}observations/{observation.public_id}/", {"montrer": "non"})
    assert len(rows(client.get(f"{LIVRET}livret.csv"))) == 1
    assert ObservationChoice.objects.get().withdrawn_at is not None


def test_only_the_one_observed_chooses_and_only_what_is_signed(sign_in, professional, trainer, lead, observation):
    address = f"{LIVRET}observations/{observation.public_id}/"
    for other in (trainer, lead):
        assert sign_in(other).post(address, {"montrer": "oui"}).status_code == 404
    waiting = ask_for(person=professional, observer=trainer, grid=grid(title="Autre", slug="autre"), setting="reel")
    assert sign_in(professional).post(f"{LIVRET}observations/{waiting.public_id}/").status_code == 404
    assert sign_in(professional).get(address).status_code == 405


def test_the_database_refuses_an_observation_shown_twice(observation):
    ObservationChoice.objects.create(observation=observation)
    with pytest.raises(IntegrityError), transaction.atomic():
        ObservationChoice.objects.create(observation=observation)
