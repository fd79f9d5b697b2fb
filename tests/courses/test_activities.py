"""Activities in a lesson: played, their results counted, the lesson done when those it requires are."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from cms.accounts.models import User
from courses.activities import Place
from courses.h5p.models import Attempt as Try
from courses.h5p.models import Content, Registration
from courses.models import Attempt, Enrolment, LessonPage, StepState
from courses.services import enrol, publish_version, recompute
from tests.courses.h5p.helpers import imported, item, post
from tests.courses.h5p.test_results import points
from tests.factories.courses import NO_INDEX, CourseTree, add_lesson, course_tree, interactive
from tests.strict_client import StrictClient


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"h5p": place}


@pytest.fixture
def content(db: None) -> Content:
    return imported(alternative="Le tri, en texte.")


@override_settings(TASKS=NO_INDEX)
def lesson_with(*blocks: Any) -> tuple[CourseTree, LessonPage]:
    tree = course_tree(lessons=0, quizzes=0, is_published=False)
    lesson = add_lesson(tree.modules[0], "Trier", body=[{"type": "paragraph", "value": "<p>Lisez.</p>"}, *blocks])
    tree.course.live = True
    tree.course.save()
    tree.version = publish_version(course=tree.course)
    return tree, LessonPage.objects.get(pk=lesson.pk)


def keys(lesson: LessonPage) -> list[str]:
    return [one.key for one in lesson.activities]


def address(lesson: LessonPage, key: str, end: str = "") -> str:
    return f"/formations/etape/{lesson.step_key}/activites/{key}/{end}"


class Player:
    """What a browser does with the activities of a lesson, for someone signed in."""

    def __init__(self, client: StrictClient, person: User, lesson: LessonPage) -> None:
        self.client, self.person, self.lesson, self.rank = client, person, lesson, 0

    def open(self, at: int = 0) -> Registration:
        key = keys(self.lesson)[at]
        answer = self.client.get(address(self.lesson, key))
        assert answer.status_code == 200, answer
        return Registration.objects.select_related("content").get(person=self.person, context__endswith=key)

    def says(self, at: int = 0, verb: str = "completed", *, status: int = 200, **values: Any) -> dict[str, Any]:
        registration = self.open(at)
        self.rank += 1
        return self.sends(post(item(registration, self.rank, verb, **values)), at, status=status)

    def sends(self, payload: Any, at: int = 0, *, status: int = 200) -> dict[str, Any]:
        there = address(self.lesson, keys(self.lesson)[at], "resultats/")
        answer = self.client.post(there, payload, content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def play(sign_in: Any, professional: User) -> Any:
    def _play(tree: CourseTree, lesson: LessonPage) -> Player:
        enrol(person=professional, course=tree.course, source="self")
        return Player(sign_in(professional), professional, lesson)

    return _play


def step_of(person: User) -> StepState | None:
    return StepState.objects.filter(enrolment__person=person).first()


def test_a_lesson_is_done_with_its_required_activities(content: Content, play: Any, professional: User) -> None:
    other = imported()
    tree, lesson = lesson_with(interactive(content), interactive(other), interactive(content, is_required=False))
    player = play(tree, lesson)
    player.says(0, score=points(4, 5))
    step = step_of(professional)
    assert step and (step.status, step.best_score) == ("in_progress", Decimal(80))
    player.says(1, score=points(1, 2))
    step = step_of(professional)
    assert step and (step.status, step.best_score) == ("completed", Decimal(65))
    assert Enrolment.objects.get(person=professional).state.percent == 100


def test_my_courses_and_every_screen_that_shows_a_score_live_with_one(
    content: Content, play: Any, professional: User, coordinator: User, sign_in: Any
) -> None:
    tree, lesson = lesson_with(interactive(content))
    player = play(tree, lesson)
    player.says(score=points(4, 5))
    assert "80 sur 100" in player.client.get("/mon-parcours/").content.decode()
    for address_of_mine in ("/", "/formations/", tree.course.get_url()):
        assert player.client.get(address_of_mine).status_code == 200
    assert sign_in(coordinator).get(f"/pilotage/personnes/{professional.public_id}/").status_code == 200


@pytest.mark.parametrize(
    ("grading", "expected"), [("best", "90"), ("last", "40"), ("first", "60"), ("average", "63.33")]
)
def test_the_score_is_the_one_the_trainer_chose(
    grading: str, expected: str, content: Content, play: Any, professional: User
) -> None:
    tree, lesson = lesson_with(interactive(content, grading=grading))
    player = play(tree, lesson)
    for raw in (6, 9, 4):
        player.says(score=points(raw, 10))
    step = step_of(professional)
    assert step and (step.status, step.best_score) == ("completed", Decimal(expected))
    assert Try.objects.count() == 3
    assert recompute([Enrolment.objects.get().pk], is_dry=True) == []


def test_one_that_must_be_passed_is_done_once_passed_and_stays_so(
    content: Content, play: Any, professional: User
) -> None:
    tree, lesson = lesson_with(interactive(content, policy="passed", pass_mark=75, grading="last"))
    player = play(tree, lesson)
    seen = []
    for raw in (7, 8, 2):
        player.says(score=points(raw, 10))
        step = step_of(professional)
        assert step
        seen.append((step.status, step.best_score))
    assert seen == [("in_progress", 70), ("completed", 80), ("completed", 20)]


def test_one_to_be_opened_is_done_with_the_first_word_of_the_player(
    content: Content, play: Any, professional: User
) -> None:
    tree, lesson = lesson_with(interactive(content, policy="viewed"))
    player = play(tree, lesson)
    player.open()
    assert step_of(professional) is None
    player.says(verb="consumed")
    step = step_of(professional)
    assert step and (step.status, step.best_score) == ("completed", None)


def test_one_to_be_declared_is_done_when_the_person_says_so(content: Content, play: Any, professional: User) -> None:
    tree, lesson = lesson_with(interactive(content, policy="manual"))
    player = play(tree, lesson)
    player.says(score=points(1, 1))
    assert step_of(professional).status == "in_progress"  # type: ignore[union-attr]
    page = player.client.get(lesson.get_url())
    assert "J'ai terminé cette activité" in page.content.decode()
    answer = player.client.post(address(lesson, keys(lesson)[0], "terminer/"))
    assert answer.status_code == 302
    assert step_of(professional).status == "completed"  # type: ignore[union-attr]


def test_the_same_statement_again_counts_once(content: Content, play: Any, professional: User) -> None:
    tree, lesson = lesson_with(interactive(content))
    player = play(tree, lesson)
    said = post(item(player.open(), 1, "completed", score=points(4, 5)))
    assert player.sends(said)["attempts"] == 1
    assert player.sends(said)["attempts"] == 0
    assert (Try.objects.count(), Attempt.objects.count()) == (1, 1)


def test_a_lesson_without_required_activity_is_still_confirmed(content: Content, play: Any) -> None:
    tree, lesson = lesson_with(interactive(content, is_required=False))
    player = play(tree, lesson)
    player.says(score=points(4, 5))
    assert not Attempt.objects.exists()
    assert "J'ai terminé cette leçon" in player.client.get(lesson.get_url()).content.decode()


def test_what_is_asked_makes_a_version_what_replaces_a_content_does_not(content: Content) -> None:
    tree, lesson = lesson_with(interactive(content))
    imported(replaces=content)
    assert publish_version(course=tree.course) == tree.version
    lesson.body = [*lesson.body.raw_data, {"type": "interactive", "value": lesson.body.raw_data[1]["value"]}]
    lesson.save()
    assert publish_version(course=tree.course).number == 2


def statements(act: Callable[[], Any]) -> int:
    """How many statements an act sends, savepoints left out: outside a test they are the transaction itself."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return sum("SAVEPOINT" not in str(query["sql"]) for query in captured)


def test_a_lesson_costs_one_query_more_with_any_number_of_activities(content: Content, play: Any) -> None:
    tree, lesson = lesson_with(interactive(content), interactive(content), interactive(content, is_required=False))
    player = play(tree, lesson)
    player.says(0, score=points(4, 5))
    for _known in range(2):
        player.client.get(lesson.get_url())
    assert statements(lambda: player.client.get(lesson.get_url())) == 4


def test_starting_an_activity_takes_three_queries_and_a_result_four(content: Content, play: Any) -> None:
    tree, lesson = lesson_with(interactive(content))
    player = play(tree, lesson)
    registration = player.open()
    player.says(verb="interacted")  # the first word of all, which is also noted as a visit
    assert statements(lambda: player.client.get(address(lesson, keys(lesson)[0]))) == 3
    answer = post(item(registration, 7, "answered", part="q1", score=points(1, 1)))
    assert statements(lambda: player.sends(answer)) == 4
    # And all it brings: the course completed, its evidence, and the attestation to award.
    end = post(item(registration, 8, "completed", score=points(1, 1)))
    assert statements(lambda: player.sends(end)) == 13


class TestWhoIsRefused:
    def test_someone_who_does_not_follow_the_course(self, content: Content, sign_in: Any, professional: User) -> None:
        _, lesson = lesson_with(interactive(content))
        client = sign_in(professional)
        key = keys(lesson)[0]
        assert client.get(address(lesson, key)).status_code == 404
        answer = client.post(address(lesson, key, "resultats/"), {}, content_type="application/json")
        assert (answer.status_code, list(answer.json())) == (404, ["error"])
        assert not Registration.objects.exists()

    def test_who_reads_or_proves_nothing_is_told_in_json(self, content: Content, play: Any) -> None:
        player = play(*(world := lesson_with(interactive(content))))
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(player.person)
        for door in ("resultats/", "etat/"):
            place = address(world[1], keys(world[1])[0], door)
            assert (player.client.get(place).status_code, list(player.client.get(place).json())) == (405, ["error"])
            answer = strict.post(place, {}, content_type="application/json")
            assert (answer.status_code, list(answer.json())) == (403, ["error"])
        assert not Registration.objects.exists()

    def test_an_activity_or_a_lesson_that_is_not(self, content: Content, play: Any) -> None:
        player = play(*(world := lesson_with(interactive(content))))
        for there in (address(world[1], str(uuid4())), f"/formations/etape/{uuid4()}/activites/{uuid4()}/"):
            assert player.client.get(there).status_code == 404

    def test_an_enrolment_that_was_closed(self, content: Content, play: Any, professional: User) -> None:
        tree, lesson = lesson_with(interactive(content))
        player = play(tree, lesson)
        said = post(item(player.open(), 1, "completed", score=points(4, 5)))
        Enrolment.objects.update(closed_at="2026-01-01T00:00Z", closing_reason="withdrawn")
        assert "rien n'est enregistré" in player.sends(said, status=404)["error"]
        assert not Try.objects.exists()

    def test_someone_suspended(self, content: Content, play: Any, professional: User) -> None:
        tree, lesson = lesson_with(interactive(content))
        player = play(tree, lesson)
        said = post(item(player.open(), 1, "completed", score=points(4, 5)))
        User.objects.filter(pk=professional.pk).update(is_active=False)
        assert "session" in player.sends(said, status=401)["error"]
        assert not Try.objects.exists()

    def test_a_trainer_who_looks_keeps_nothing(self, content: Content, sign_in: Any, trainer: User) -> None:
        _, lesson = lesson_with(interactive(content))
        client = sign_in(trainer)
        assert client.get(lesson.get_url()).status_code == 200
        assert client.get(address(lesson, keys(lesson)[0])).status_code == 200
        assert not Registration.objects.exists()

    def test_a_context_of_another_room_is_none_of_ours(self) -> None:
        assert Place.parse("preview") is None
        place = Place(12, UUID(int=7), "b")
        assert Place.parse(str(place)) == place
