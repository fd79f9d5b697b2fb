"""A professional enrols, learns and finishes, through the addresses a browser would use, without JavaScript."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from courses.enums import Status
from courses.models import Attempt, AttemptDraft, CourseVersion, Enrolment, EnrolmentState, LessonPage
from courses.queries.steps import enrolment_around
from courses.services import enrol
from tests.courses.helpers import finish, progress_json, published
from tests.factories.courses import CourseTree, add_lesson, course_tree, theme

pytestmark = pytest.mark.django_db


def text(response: HttpResponse) -> str:
    """What is read on the page: tags out, spaces folded."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def outline(response: HttpResponse) -> list[tuple[str, str]]:
    """The stations of the fil: title, state."""
    rows = re.findall(
        r'data-state="(\w+)".*?class="fil__title"[^>]*>\s*([^<]+?)\s*</', response.content.decode(), flags=re.S
    )
    return [(title, state) for state, title in rows]


def field(response: HttpResponse, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]+)"', response.content.decode())[1]


def action(response: HttpResponse, end: str) -> str:
    return re.search(rf'action="([^"]*{end}/)"', response.content.decode())[1]


def answer_quiz(browser: Any, enrolment: Enrolment, step: Any, *, is_right: bool = True) -> HttpResponse:
    """Take a quiz from its first question to its result."""
    base = f"/formations/etape/{enrolment.public_id}/{step.step_key}"
    browser.post(f"{base}/commencer/")
    draft = AttemptDraft.objects.get(enrolment=enrolment)
    for number, question in enumerate(draft.items, start=1):
        chosen = [answer["id"] for answer in question["answers"] if answer["is_correct"] == is_right]
        chosen = chosen if question["kind"] == "multiple" else chosen[:1]
        assert browser.post(f"{base}/question/{number}/", {"answer": chosen}).status_code == 302
    review = browser.get(f"{base}/relecture/")
    return browser.post(action(review, "envoyer"), {"key": field(review, "key")}, follow=True)


def test_the_whole_way(sign_in, professional):
    tree = course_tree(lessons=1, quizzes=1, code="SOCLE")
    browser = sign_in(professional)
    assert "Socle commun" in text(browser.get("/formations/"))

    sheet = browser.get("/formations/socle-commun/")
    assert outline(sheet) == [("Leçon 1.1", "todo"), ("Quiz 1.1", "todo")]
    sheet = browser.post(action(sheet, str(tree.course.pk)), follow=True)
    assert "Commencer la leçon 1" in text(sheet)

    lesson = browser.get("/formations/socle-commun/module-1/lecon-1-1/")
    assert outline(lesson) == [("Leçon 1.1", "current"), ("Quiz 1.1", "todo")]
    quiz = browser.post(action(lesson, "terminer"), {"key": field(lesson, "key")}, follow=True)
    assert quiz.redirect_chain[-1][0] == "/formations/socle-commun/module-1/quiz-1-1/"
    assert outline(quiz) == [("Leçon 1.1", "done"), ("Quiz 1.1", "todo")]

    enrolment = Enrolment.objects.get()
    wrong = answer_quiz(browser, enrolment, tree.quizzes[0], is_right=False)
    assert "Pas encore validé" in text(wrong)
    right = answer_quiz(browser, enrolment, tree.quizzes[0])
    assert "Quiz validé" in text(right)
    assert "Vous avez terminé la formation « Socle commun »" in text(right)
    assert "Revenir à la formation" in text(right)

    sheet = browser.get("/formations/socle-commun/")
    assert "Vous avez terminé cette formation" in text(sheet)
    assert "2 étapes sur 2, 100 %" in text(sheet)
    (report,) = progress_json(professional.email)
    assert (report["status"], report["percent"]) == (Status.COMPLETED, 100)
    mine = text(browser.get("/mon-parcours/"))
    assert "Terminé" in mine
    assert "3 étapes ou tentatives" in mine

    again = action(sheet, "recommencer")
    for _ in range(2):  # a double click
        sheet = browser.post(again, follow=True)
        assert "Commencer la leçon 1" in text(sheet)
        assert [message.level_tag for message in sheet.context["messages"]] == ["success"]
    assert [(row["cycle"], row["status"]) for row in progress_json(professional.email)] == [
        (1, "completed"),
        (2, "not_started"),
    ]
    assert "parcours n° 1" in text(browser.get("/mon-parcours/"))


def test_to_look_at_a_step_without_being_enrolled_begins_nothing(sign_in, professional):
    course_tree(lessons=1, quizzes=1)
    lesson = sign_in(professional).get("/formations/socle-commun/module-1/lecon-1-1/")
    assert "Voir la formation" in text(lesson)
    assert outline(lesson) == [("Leçon 1.1", "todo"), ("Quiz 1.1", "todo")]


@pytest.mark.parametrize(
    ("origin", "back"),
    [
        ("http://testserver/formations/socle-commun/?a=1", "/formations/socle-commun/%3Fa%3D1"),
        ("https://evil.example/formations/", "/"),
        ("http://testserver//evil.example/", "/evil.example/"),
        ("", "/"),
    ],
)
def test_a_session_ended_while_reading_loses_nothing_without_a_word(client, professional, origin: str, back: str):
    tree = course_tree(lessons=1, quizzes=0)
    enrolment = enrol(person=professional, course=tree.course, source="self")
    finish_it = f"/formations/etape/{enrolment.public_id}/{tree.lessons[0].step_key}/terminer/"
    answer = client.post(finish_it, {"key": "12345678-1234-4234-8234-123456789012"}, headers={"Referer": origin})
    assert answer.url == f"/compte/login/?next={back}"
    assert "Votre session avait pris fin" in text(client.get(answer.url))
    assert not Attempt.objects.exists()


def test_after_a_lesson_comes_the_next_step_that_is_left(sign_in, professional):
    tree = course_tree(lessons=4, quizzes=0)
    enrolment = enrol(person=professional, course=tree.course, source="self")
    finish(enrolment, tree.lessons[2])
    browser = sign_in(professional)

    def end(number: int, key: str) -> str:
        base = f"/formations/etape/{enrolment.public_id}/{tree.lessons[number].step_key}/terminer/"
        return browser.post(base, {"key": f"12345678-1234-4234-8234-12345678901{key}"}).url

    assert end(1, "1") == tree.lessons[3].url
    assert end(3, "2") == tree.lessons[0].url
    assert end(1, "1") == tree.lessons[0].url  # sent twice
    assert end(0, "3") == tree.course.url


def test_after_a_quiz_comes_the_next_step_that_is_left(sign_in, professional):
    tree = course_tree(modules=3, lessons=1, quizzes=1)
    enrolment = enrol(person=professional, course=tree.course, source="self")
    for step in (*tree.lessons, tree.quizzes[0]):
        finish(enrolment, step)
    browser = sign_in(professional)
    assert "Commencer le quiz" in text(browser.get("/formations/socle-commun/"))
    result = answer_quiz(browser, enrolment, tree.quizzes[1])
    assert f'<a class="button" href="{tree.quizzes[2].url}">Passer au quiz' in result.content.decode()


def test_one_resumes_where_one_stopped(sign_in, professional):
    tree = course_tree(modules=2, lessons=2, quizzes=0)
    enrolment = enrol(person=professional, course=tree.course, source="self")
    browser = sign_in(professional)
    finish(enrolment, tree.lessons[0])
    assert "Reprendre la leçon 2" in text(browser.get("/formations/socle-commun/"))
    browser.get("/formations/socle-commun/module-2/lecon-2-1/")
    assert "Reprendre la leçon 3" in text(browser.get("/formations/socle-commun/"))
    finish(enrolment, tree.lessons[2])
    assert "Reprendre la leçon 4" in text(browser.get("/formations/socle-commun/"))
    finish(enrolment, tree.lessons[3])
    assert "Reprendre la leçon 2" in text(browser.get("/formations/socle-commun/"))


def test_to_open_a_quiz_without_beginning_it_moves_nothing(sign_in, professional):
    tree = course_tree(lessons=2, quizzes=1)
    enrolment = enrol(person=professional, course=tree.course, source="self")
    quiz, sheet = tree.quizzes[0], "/formations/socle-commun/"
    browser = sign_in(professional)
    assert outline(browser.get(quiz.url))[2] == ("Quiz 1.1", "todo")
    assert EnrolmentState.objects.get().last_step_key is None
    assert "Commencer la leçon 1" in text(browser.get(sheet))
    browser.get(tree.lessons[0].url)
    page = browser.get(quiz.url)
    assert 'aria-current="page">Quiz 1.1' in page.content.decode()
    assert "Reprendre la leçon 1" in text(browser.get(sheet))

    browser.post(f"/formations/etape/{enrolment.public_id}/{quiz.step_key}/commencer/")
    assert "Reprendre le quiz" in text(browser.get(sheet))
    assert outline(browser.get(sheet))[2] == ("Quiz 1.1", "current")
    browser.get(tree.lessons[1].url)
    assert "Reprendre la leçon 2" in text(browser.get(sheet))
    assert outline(browser.get(quiz.url))[2] == ("Quiz 1.1", "current")
    assert "Reprendre le quiz" in text(browser.get(sheet))


def test_a_prerequisite_missing_is_said_with_its_link(sign_in, professional):
    first, second = course_tree(title="D'abord"), course_tree(title="Ensuite")
    second.course.prerequisites.create(course=first.course)
    second.course.save()
    browser = sign_in(professional)
    sheet = browser.get("/formations/ensuite/")
    assert "il faut avoir terminé" in text(sheet)
    assert 'href="/formations/d-abord/"' in sheet.content.decode()
    assert "M'inscrire" not in text(sheet)
    refused = browser.post(f"/formations/inscription/{second.course.pk}/", follow=True)
    assert "il faut avoir terminé « D'abord »" in text(refused)
    assert not Enrolment.objects.exists()


def test_the_end_of_a_course_says_what_comes_next(sign_in, professional):
    first, second = course_tree(title="Premiers pas", lessons=1, quizzes=0), course_tree(title="Ensuite")
    second.course.prerequisites.create(course=first.course)
    second.course.save()
    enrolment = enrol(person=professional, course=first.course, source="self")
    browser = sign_in(professional)
    assert second.course.get_url() not in browser.get(first.course.get_url()).content.decode()

    finish(enrolment, first.lessons[0])
    sheet = browser.get(first.course.get_url())
    assert "Vous avez terminé cette formation" in text(sheet)
    assert "Et maintenant ?" in text(sheet)
    assert f'href="{second.course.get_url()}"' in sheet.content.decode()

    enrol(person=professional, course=second.course, source="self")
    assert "Choisir une autre formation" in text(browser.get(first.course.get_url()))


def test_someone_not_enrolled_reads_the_beginning_and_is_asked_to_enrol(sign_in, professional, trainer):
    course_tree()
    path = "/formations/socle-commun/module-1/lecon-1-1/"
    lesson = text(sign_in(professional).get(path))
    assert "Objectif : Savoir : Leçon 1.1" in lesson
    assert "Voir la formation" in lesson
    assert "J'ai terminé" not in lesson
    assert "Aperçu. Vous lisez cette page sans inscription" in text(sign_in(trainer).get(path))


def test_nobody_reads_without_signing_in(client):
    course_tree()
    for path in ("/formations/", "/formations/socle-commun/", "/formations/socle-commun/module-1/lecon-1-1/"):
        answer = client.get(path)
        assert (answer.status_code, answer.url) == (302, f"/compte/login/?next={path}")


def test_a_module_leads_to_its_place_in_the_course(sign_in, professional):
    tree = course_tree()
    answer = sign_in(professional).get("/formations/socle-commun/module-1/")
    assert answer.url == f"/formations/socle-commun/#module-{tree.modules[0].pk}"
    assert (
        f'id="module-{tree.modules[0].pk}"' in sign_in(professional).get("/formations/socle-commun/").content.decode()
    )


def test_a_step_added_later_is_read_and_asks_nothing(sign_in, professional):
    tree = course_tree(lessons=1, quizzes=0)
    enrol(person=professional, course=tree.course, source="self")
    published(add_lesson(tree.modules[0], "Nouvelle", live=False))
    page = sign_in(professional).get("/formations/socle-commun/module-1/nouvelle/")
    assert "Cette étape a été ajoutée après votre inscription" in text(page)
    assert "Rien à déclarer ici" in text(page)
    assert "J'ai terminé" not in text(page)
    assert EnrolmentState.objects.get().last_step_key is None


@pytest.mark.parametrize("above", ["course", "module"])
def test_a_step_under_something_withdrawn_is_not_found(sign_in, professional, above):
    tree = course_tree()
    enrol(person=professional, course=tree.course, source="self")
    (tree.course if above == "course" else tree.modules[0]).unpublish()
    assert sign_in(professional).get("/formations/socle-commun/module-1/lecon-1-1/").status_code == 404


class TestSomeoneElse:
    """Someone else's enrolment is not found, even for the coordination: it is their work."""

    @pytest.fixture
    def tree(self, professional):
        tree = course_tree()
        tree.enrolment = enrol(person=professional, course=tree.course, source="self")
        return tree

    @pytest.mark.parametrize("who", ["lead", "trainer", "coordinator", "administrator"])
    def test_actions_and_attempts_are_not_found(self, tree: CourseTree, who, request, sign_in):
        browser = sign_in(request.getfixturevalue(who))
        lesson = f"/formations/etape/{tree.enrolment.public_id}/{tree.lessons[0].step_key}"
        quiz = f"/formations/etape/{tree.enrolment.public_id}/{tree.quizzes[0].step_key}"
        key = "12345678-1234-4234-8234-123456789012"
        finish(tree.enrolment, tree.quizzes[0], idempotency_key=key, score=1, max_score=3)
        found = {
            browser.post(f"{lesson}/terminer/", {"key": key}).status_code,
            browser.post(f"{quiz}/commencer/").status_code,
            browser.get(f"{quiz}/question/1/").status_code,
            browser.post(f"{quiz}/question/1/").status_code,
            browser.get(f"{quiz}/relecture/").status_code,
            browser.post(f"{quiz}/envoyer/", {"key": key}).status_code,
            browser.get(f"{quiz}/resultat/{key}/").status_code,
            browser.post(f"/formations/inscription/{tree.enrolment.public_id}/recommencer/").status_code,
        }
        assert found == {404}
        assert Attempt.objects.count() == 1

    def test_a_step_of_another_course_is_not_found(self, tree: CourseTree, sign_in, professional):
        other = course_tree(title="Autre")
        base = f"/formations/etape/{tree.enrolment.public_id}/{other.lessons[0].step_key}"
        key = "12345678-1234-4234-8234-123456789012"
        assert sign_in(professional).post(f"{base}/terminer/", {"key": key}).status_code == 404

    def test_a_quiz_is_not_finished_as_a_lesson(self, tree: CourseTree, sign_in, professional):
        base = f"/formations/etape/{tree.enrolment.public_id}/{tree.quizzes[0].step_key}"
        sign_in(professional).post(f"{base}/terminer/", {"key": "12345678-1234-4234-8234-123456789012"})
        assert not Attempt.objects.exists()

    def test_a_key_that_is_no_key_is_refused_in_words(self, tree: CourseTree, sign_in, professional):
        base = f"/formations/etape/{tree.enrolment.public_id}/{tree.lessons[0].step_key}"
        for key in ("", "x" * 5000, "\0"):
            answer = sign_in(professional).post(f"{base}/terminer/", {"key": key}, follow=True)
            assert "L'envoi est incomplet" in text(answer)
        assert not Attempt.objects.exists()


class TestQueries:
    """What a page costs, and that it costs no more with more lessons or learners."""

    @pytest.fixture
    def tree(self, professional):
        tree = course_tree(modules=2, lessons=3, quizzes=1, themes=(theme(),))
        tree.enrolment = enrol(person=professional, course=tree.course, source="self")
        return tree

    def count(self, serve: Any) -> int:
        serve()
        with CaptureQueriesContext(connection) as seen:
            assert serve().status_code in (200, 302)
        return len(seen)

    def test_a_lesson_costs_three_queries(self, tree: CourseTree, sign_in, professional):
        browser = sign_in(professional)
        path = "/formations/socle-commun/module-1/lecon-1-1/"
        browser.get(path)  # which page stands there, then its body, are learnt once by each process
        assert self.count(lambda: browser.get(path)) == 3  # session and person, page, enrolment

    def test_what_is_kept_of_a_row_goes_with_the_row(self, tree: CourseTree, sign_in, professional):
        browser, path = sign_in(professional), "/formations/socle-commun/module-1/lecon-1-1/"
        for word in ("ainsi", "autrement", "encore autrement"):
            LessonPage.objects.filter(pk=tree.lessons[0].pk).update(body=[("paragraph", f"<p>Écrit {word}.</p>")])
            manifest = [step | {"title": f"Intitulé {word}"} for step in tree.version.manifest]
            CourseVersion.objects.filter(pk=tree.version.pk).update(manifest=manifest)
            for _look in range(3):
                shown = text(browser.get(path))
                assert f"Écrit {word}." in shown
                assert f"Intitulé {word}" in shown

    def test_the_statement_written_once_says_what_the_orm_says(self, tree: CourseTree, professional, lead):
        finish(tree.enrolment, tree.quizzes[0], passed=False, score=2, max_score=3)
        for step in tree.steps:
            orm = Enrolment.objects.of(professional).open().for_step(step).with_steps().get()
            sql = enrolment_around(page=step, person=professional)
            for name in ("steps", "course_title"):
                assert getattr(sql, name) == getattr(orm, name)
            for mine, theirs in ((sql, orm), (sql.state, orm.state), (sql.version, orm.version)):
                assert {field.attname: getattr(mine, field.attname) for field in mine._meta.concrete_fields} == {
                    field.attname: getattr(theirs, field.attname) for field in theirs._meta.concrete_fields
                }
        assert enrolment_around(page=tree.lessons[0], person=lead) is None

    def test_a_lesson_opened_for_the_first_time_costs_one_more(self, tree: CourseTree, sign_in, professional):
        browser = sign_in(professional)
        turn = iter(["2", "1", "2"])
        path = "/formations/socle-commun/module-1/lecon-1-"
        for number in (1, 2, 1, 2):
            browser.get(f"{path}{number}/")
        assert self.count(lambda: browser.get(f"{path}{next(turn)}/")) == 4

    def test_a_progress_write_costs_seven_queries(self, tree: CourseTree, sign_in, professional):
        browser = sign_in(professional)
        for number, lesson in enumerate(tree.lessons, start=1):
            path = f"/formations/etape/{tree.enrolment.public_id}/{lesson.step_key}/terminer/"
            key = f"12345678-1234-4234-8234-12345678901{number}"
            with CaptureQueriesContext(connection) as seen:
                browser.post(path, {"key": key})
            # session, enrolment, savepoint, lock, store, state, release; the manifest, once per process
            assert len(seen) == (8 if number == 1 else 7), seen.captured_queries

    def test_more_lessons_cost_nothing(self, tree, sign_in, professional, assert_constant_queries):
        browser = sign_in(professional)

        def grow():
            for number in range(5):
                published(add_lesson(tree.modules[0], f"Encore {number}", live=False))
            Enrolment.objects.update(version=tree.course.versions.order_by("-number").first())

        lesson, sheet = "/formations/socle-commun/module-1/lecon-1-1/", "/formations/socle-commun/"
        assert_constant_queries(lambda: [browser.get(lesson), browser.get(sheet)], grow)

    def test_more_courses_cost_nothing(self, tree, sign_in, professional, assert_constant_queries):
        browser = sign_in(professional)

        def grow():
            for number in range(3):
                more = course_tree(title=f"Formation {number}", themes=(theme("SEC-01", "Accueil"),))
                enrol(person=professional, course=more.course, source="self")

        assert assert_constant_queries(lambda: browser.get("/formations/"), grow) <= 8

    def test_mon_parcours_is_constant(self, tree, sign_in, professional, assert_constant_queries):
        browser = sign_in(professional)

        def grow():
            for number in range(3):
                more = course_tree(title=f"Formation {number}")
                finish(enrol(person=professional, course=more.course, source="self"), more.lessons[0])

        assert (
            assert_constant_queries(lambda: browser.get("/mon-parcours/"), grow) <= 8
        )  # one more asks where one works


class TestCatalogue:
    def titles(self, response: HttpResponse) -> list[str]:
        return re.findall(r'class="card__link">\s*<a[^>]*>([^<]+)<', response.content.decode())

    def test_it_filters_by_theme_duration_and_format(self, sign_in, professional):
        course_tree(title="Courte", lessons=2, quizzes=0, themes=(theme(),))
        course_tree(title="Longue", modules=4, lessons=3, quizzes=1, format="mixte")
        browser = sign_in(professional)
        found = {
            address: self.titles(browser.get(f"/formations/?{address}"))
            for address in (
                "",
                "theme=PRO-01",
                "duree=courte",
                "duree=longue",
                "modalite=mixte",
                "duree=courte&modalite=mixte",
            )
        }
        assert found == {
            "": ["Courte", "Longue"],
            "theme=PRO-01": ["Courte"],
            "duree=courte": ["Courte"],
            "duree=longue": ["Longue"],
            "modalite=mixte": ["Longue"],
            "duree=courte&modalite=mixte": [],
        }

    def test_a_filter_that_means_nothing_counts_for_nothing_and_is_said(self, sign_in, professional):
        course_tree()
        response = sign_in(professional).get("/formations/?theme=%00&duree=autre&modalite=")
        assert self.titles(response) == ["Socle commun"]
        assert response.context["form"].ignored == [
            "Filtre « Thème » ignoré : cette valeur n'existe pas ou n'est pas proposée ici.",
            "Filtre « Durée » ignoré : cette valeur n'existe pas ou n'est pas proposée ici.",
        ]
        assert "Filtre « Durée » ignoré" in text(response)
        assert "Sélectionnez" not in text(response)

    def test_it_shows_where_i_am(self, sign_in, professional):
        tree = course_tree(lessons=2, quizzes=0)
        browser = sign_in(professional)
        assert "2 étapes, inscription ouverte" in text(browser.get("/formations/"))
        finish(enrol(person=professional, course=tree.course, source="self"), tree.lessons[0])
        assert "En cours 1 étape sur 2" in text(browser.get("/formations/"))
