"""A trainer's work through the addresses of the admin, from an empty course to one that people follow and change."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Revision
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from cms.core.tasks import publish_scheduled
from courses.enums import Status
from courses.models import (
    Attempt,
    CoursePage,
    CourseVersion,
    Enrolment,
    EnrolmentState,
    LessonPage,
    ModulePage,
    QuizPage,
    StepState,
)
from courses.services import enrol, retake, start_quiz
from tests.courses.helpers import finish, progress_json, published
from tests.courses.test_editor import edit_url, form_at, form_of, is_live, publish, said
from tests.courses.test_learner_journey import action, answer_quiz, field, text
from tests.factories.courses import add_lesson, catalogue, course_tree, theme

pytestmark = pytest.mark.django_db

SHEET = {
    "summary": "Accueillir par téléphone ou en visio.",
    "objectives": "Préparer l'entretien\nConduire l'échange",
    "audience": ["cip"],
    "assessment": "Un quiz.",
    "help_contact": "formation@spie.example",
    "disability_access": "Tout se lit avec un lecteur d'écran.",
}
WRITTEN = {"body": streamfield([("paragraph", rich_text("<p>Quelques lignes.</p>"))])}


@pytest.fixture
def editor(sign_in: Any, trainer: Any) -> Any:
    return sign_in(trainer)


def create(editor: Any, model: str, parent: Any, *, publishes: bool = True, **values: Any) -> HttpResponse:
    """Fill the form of a new page as it is shown, and send it."""
    address = reverse("wagtailadmin_pages:add", args=["courses", model, parent.pk])
    data = form_at(editor, address)
    for name, value in values.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    if publishes:
        data["action-publish"] = "action-publish"
    response: HttpResponse = editor.post(address, data, follow=True)
    return response


def nested(**values: Any) -> dict[str, Any]:
    return {name: str(value) for name, value in nested_form_data(values).items()}


def typed(kind: str, question: str, *answers: tuple[str, bool]) -> tuple[str, dict[str, Any]]:
    rows: dict[str, Any] = {"count": str(len(answers))}
    for at, (words, is_right) in enumerate(answers):
        value = {"text": words, "feedback": "", **({"is_correct": "on"} if is_right else {})}
        rows[str(at)] = {"deleted": "", "order": str(at), "id": "", "value": value}
    return "question", {"text": question, "kind": kind, "feedback": "Voir la leçon.", "answers": rows}


QUESTIONS = [
    typed("single", "La porte ?", ("Ouverte", False), ("Fermée", True)),
    typed("multiple", "Quels outils ?", ("Téléphone", True), ("Visio", True), ("Fax", False)),
    typed("truefalse", "On enregistre sans prévenir.", ("Vrai", False), ("Faux", True)),
]


def test_a_course_from_nothing_to_its_first_learner(editor: Any, sign_in: Any, professional: Any) -> None:
    subject, index = theme(), catalogue()
    refused = create(editor, "coursepage", index, title="Accueillir", slug="accueillir", **SHEET)
    assert "choisissez au moins un thème" in said(refused)
    assert "aucune étape obligatoire n'est publiée" in said(refused)
    assert not CoursePage.objects.exists()

    links = nested(theme_links=inline_formset([{"theme": str(subject.pk)}]))
    create(editor, "coursepage", index, title="Accueillir", slug="accueillir", publishes=False, **SHEET, **links)
    course = CoursePage.objects.get()
    assert (course.live, course.versions.count()) == (False, 0)

    create(editor, "modulepage", course, title="Avant", slug="avant")
    module = ModulePage.objects.get()
    body = nested(body=streamfield([("paragraph", rich_text("<p>Fermez la porte. Une fote.</p>"))]))
    create(editor, "lessonpage", module, title="La pièce", slug="piece", objective="Préparer", **body)
    create(editor, "lessonpage", module, title="Les outils", slug="outils", objective="Choisir", **nested(**WRITTEN))
    wrong = typed("single", "La porte ?", ("Ouverte", False), ("Fermée", False))
    refused = create(
        editor, "quizpage", module, title="Vérifier", slug="verifier", **nested(questions=streamfield([wrong]))
    )
    assert "La page ne peut être créée" in said(refused)
    create(editor, "quizpage", module, title="Vérifier", slug="verifier", **nested(questions=streamfield(QUESTIONS)))
    assert [page.title for page in Page.objects.child_of(module).live()] == ["La pièce", "Les outils", "Vérifier"]

    publish(editor, course)
    assert is_live(course)
    assert [step["title"] for step in course.versions.get().manifest] == ["La pièce", "Les outils", "Vérifier"]

    browser = sign_in(professional)
    sheet = browser.get("/formations/accueillir/")
    browser.post(action(sheet, str(course.pk)))
    for slug in ("piece", "outils"):
        lesson = browser.get(f"/formations/accueillir/avant/{slug}/")
        browser.post(action(lesson, "terminer"), {"key": field(lesson, "key")})
    enrolment, quiz = Enrolment.objects.get(), QuizPage.objects.get()
    answer_quiz(browser, enrolment, quiz, is_right=False)
    answer_quiz(browser, enrolment, quiz)
    [report] = progress_json(professional.email)
    assert (report["status"], report["percent"]) == ("completed", 100)


class TestChangingWhatPeopleFollow:
    @pytest.fixture
    def tree(self) -> Any:
        return course_tree(lessons=2, quizzes=1, themes=(theme(),))

    def test_a_typo_corrected_in_the_editor_moves_no_one(self, editor: Any, tree: Any, professional: Any) -> None:
        enrolment = enrol(person=professional, course=tree.course, source="self")
        finish(enrolment, tree.lessons[0])
        before = progress_json(professional.email)
        body = nested(body=streamfield([("paragraph", rich_text("<p>Sans faute.</p>"))]))

        publish(editor, tree.lessons[0], title="Leçon sans faute", **body)

        after = progress_json(professional.email)
        assert after[0]["steps"][0]["title"] == "Leçon sans faute"
        after[0]["steps"][0]["title"] = before[0]["steps"][0]["title"]
        assert after == before
        assert tree.course.versions.count() == 1

    def test_a_step_added_is_for_those_who_come_next(
        self, editor: Any, sign_in: Any, tree: Any, professional: Any, lead: Any, coordinator: Any
    ) -> None:
        done, under_way = (enrol(person=person, course=tree.course, source="self") for person in (professional, lead))
        for step in tree.steps:
            finish(done, step)
        finish(under_way, tree.lessons[0])

        create(
            editor,
            "lessonpage",
            tree.modules[0],
            title="En plus",
            slug="en-plus",
            objective="Oser",
            **nested(**WRITTEN),
        )

        assert [version.number for version in tree.course.versions.order_by("number")] == [1, 2]
        states = {state.pk: (state.status, state.required) for state in EnrolmentState.objects.all()}
        assert states == {done.pk: (Status.COMPLETED, 3), under_way.pk: (Status.IN_PROGRESS, 3)}
        page = sign_in(lead).get("/formations/socle-commun/module-1/en-plus/")
        assert "ajoutée après votre inscription" in text(page)
        newcomer = enrol(person=coordinator, course=tree.course, source="self")
        assert newcomer.state.required == 4

    def test_a_step_with_attempts_is_withdrawn_from_the_editor_and_nothing_is_lost(
        self, editor: Any, sign_in: Any, tree: Any, professional: Any
    ) -> None:
        enrolment = enrol(person=professional, course=tree.course, source="self")
        finish(enrolment, tree.lessons[1])

        refused = editor.post(reverse("wagtailadmin_pages:delete", args=[tree.lessons[1].pk]), follow=True)
        assert "1 personne la suit ou l'a suivie" in said(refused)
        editor.post(reverse("wagtailadmin_pages:unpublish", args=[tree.lessons[1].pk]), follow=True)

        assert not is_live(tree.lessons[1])
        assert (Attempt.objects.count(), StepState.objects.count()) == (1, 1)
        browser = sign_in(professional)
        assert browser.get(tree.lessons[1].url).status_code == 404
        assert browser.get("/formations/socle-commun/").status_code == 200
        assert browser.get("/mon-parcours/").status_code == 200
        publish(editor, tree.lessons[1], **nested(**WRITTEN))
        assert EnrolmentState.objects.get().done == 1

    def test_a_course_unpublished_keeps_what_was_done_and_the_pages_of_its_learners_stand(
        self, editor: Any, sign_in: Any, tree: Any, professional: Any, coordinator: Any
    ) -> None:
        enrolment = enrol(person=professional, course=tree.course, source="self")
        finish(enrolment, tree.lessons[0])
        start_quiz(enrolment=enrolment, page=tree.quizzes[0])
        base = f"/formations/etape/{enrolment.public_id}/{tree.quizzes[0].step_key}"

        editor.post(reverse("wagtailadmin_pages:unpublish", args=[tree.course.pk]), {"include_descendants": "on"})

        assert not is_live(tree.course)
        browser = sign_in(professional)
        for address in ("/", "/formations/", "/mon-parcours/", f"{base}/question/1/", f"{base}/relecture/"):
            assert browser.get(address, follow=True).status_code in (200, 404), address
        for end in ("commencer", "envoyer"):
            assert browser.post(f"{base}/{end}/", follow=True).status_code in (200, 404), end
        office = sign_in(coordinator)
        assert "Socle commun" in text(office.get(reverse("pilotage_person", args=[professional.public_id])))
        assert "Socle commun" in text(office.get(reverse("pilotage_people")))
        assert EnrolmentState.objects.get().done == 1

    def test_a_lesson_moved_to_another_course_leaves_its_traces_where_they_were_made(
        self, editor: Any, sign_in: Any, tree: Any, professional: Any
    ) -> None:
        other = course_tree(title="Autre", lessons=1, quizzes=0, themes=(theme(),))
        here, there = (enrol(person=professional, course=one.course, source="self") for one in (tree, other))
        finish(here, tree.lessons[1])
        address = reverse("wagtailadmin_pages:move_confirm", args=[tree.lessons[1].pk, other.modules[0].pk])
        assert editor.get(address).status_code == 200

        editor.post(address, follow=True)

        tree.lessons[1].refresh_from_db()
        assert tree.lessons[1].get_parent().pk == other.modules[0].pk
        states = {state.pk: (state.done, state.required) for state in EnrolmentState.objects.all()}
        assert states == {here.pk: (0, 2), there.pk: (0, 1)}
        assert Attempt.objects.get().enrolment_id == here.pk
        browser = sign_in(professional)
        assert tree.lessons[1].url.startswith("/formations/autre/")
        assert browser.get(tree.lessons[1].url).status_code == 200
        assert browser.get("/formations/socle-commun/").status_code == 200

    def test_a_module_moved_to_another_course_and_back_asks_again(self, editor: Any, professional: Any) -> None:
        tree = course_tree(modules=2, lessons=1, quizzes=0)
        other = course_tree(title="Autre", lessons=1, quizzes=0)
        Page.objects.filter(pk=other.modules[0].pk).update(slug="ailleurs")
        enrolment = enrol(person=professional, course=tree.course, source="self")
        finish(enrolment, tree.lessons[1])
        for destination, expected in ((other.course, (0, 1)), (tree.course, (1, 2))):
            editor.post(reverse("wagtailadmin_pages:move_confirm", args=[tree.modules[1].pk, destination.pk]))
            state = EnrolmentState.objects.get(pk=enrolment.pk)
            assert (state.done, state.required) == expected

    def test_steps_are_put_in_another_order_by_hand(self, editor: Any, tree: Any) -> None:
        address = reverse("wagtailadmin_pages:set_page_position", args=[tree.lessons[1].pk])
        editor.post(f"{address}?position=0")
        latest = CourseVersion.objects.latest("number")
        assert [step["title"] for step in latest.manifest] == ["Leçon 1.2", "Leçon 1.1", "Quiz 1.1"]


class TestALiveCourseKeepsSomethingToAsk:
    def test_its_last_required_step_cannot_become_optional(self, editor: Any) -> None:
        tree = course_tree(lessons=1, quizzes=0)
        data = form_of(editor, tree.lessons[0])
        data.update(nested(**WRITTEN))
        del data["is_required"]
        answer = editor.post(edit_url(tree.lessons[0]), data | {"action-publish": "1"}, follow=True)
        assert "c'est la dernière étape obligatoire de la formation « Socle commun »" in said(answer)
        editor.post(edit_url(tree.lessons[0]), data, follow=True)  # as a draft it may
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        answer = editor.post(f"{url}?id={tree.lessons[0].pk}&next=/admin/", follow=True)
        assert "elle est devenue facultative, or c'est la dernière" in said(answer)
        assert LessonPage.objects.get().is_required

    def test_another_may(self, editor: Any) -> None:
        tree = course_tree(lessons=2, quizzes=0)
        data = form_of(editor, tree.lessons[0])
        data.update(nested(**WRITTEN))
        del data["is_required"]
        editor.post(edit_url(tree.lessons[0]), data | {"action-publish": "1"}, follow=True)
        assert [lesson.is_required for lesson in LessonPage.objects.order_by("path")] == [False, True]

    @pytest.mark.parametrize("what", ["lesson", "module"])
    def test_it_is_not_moved_away(self, editor: Any, what: str) -> None:
        tree, other = course_tree(lessons=1, quizzes=0), course_tree(title="Autre", lessons=1, quizzes=0)
        Page.objects.filter(pk__in=[other.modules[0].pk, other.lessons[0].pk]).update(slug="ailleurs")
        page, destination = {
            "lesson": (tree.lessons[0], other.modules[0]),
            "module": (tree.modules[0], other.course),
        }[what]
        answer = editor.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, destination.pk]), follow=True)
        assert "n'aurait plus d'étape obligatoire" in said(answer)
        bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
        answer = editor.post(f"{bulk}?id={page.pk}&next=/admin/", {"chooser": destination.pk}, follow=True)
        assert "n'aurait plus d'étape obligatoire" in said(answer)
        parent = page.get_parent().pk
        page.refresh_from_db()
        assert page.get_parent().pk == parent

    def test_it_is_moved_within_its_course(self, editor: Any) -> None:
        tree = course_tree(modules=2, lessons=1, quizzes=0)
        tree.lessons[1].unpublish()
        address = reverse("wagtailadmin_pages:move_confirm", args=[tree.lessons[0].pk, tree.modules[1].pk])
        editor.post(address, follow=True)
        assert LessonPage.objects.get(pk=tree.lessons[0].pk).get_parent().pk == tree.modules[1].pk

    @pytest.mark.parametrize("action", ["unpublish", "delete"])
    def test_nor_are_all_withdrawn_at_once(self, sign_in: Any, administrator: Any, action: str) -> None:
        tree = course_tree(lessons=2, quizzes=0)
        ids = "&".join(f"id={lesson.pk}" for lesson in tree.lessons)
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
        answer = sign_in(administrator).post(f"{url}?{ids}&next=/admin/", follow=True)
        assert "n'aurait plus d'étape obligatoire" in said(answer)
        assert LessonPage.objects.live().count() == 2


class TestTimeAndHistory:
    def test_a_lesson_is_published_and_withdrawn_at_the_hour_chosen(self, editor: Any) -> None:
        tree = course_tree(lessons=1, quizzes=0)
        lesson = add_lesson(tree.modules[0], "Plus tard", live=False)
        now = timezone.localtime()
        go_live, expire = now + timedelta(hours=1), now + timedelta(hours=3)
        publish(
            editor,
            lesson,
            go_live_at=f"{go_live:%d/%m/%Y %H:%M}",
            expire_at=f"{expire:%d/%m/%Y %H:%M}",
            **nested(**WRITTEN),
        )
        assert (is_live(lesson), tree.course.versions.count()) == (False, 1)
        publish_scheduled()
        assert not is_live(lesson)
        with time_machine.travel(now + timedelta(hours=2), tick=False):
            publish_scheduled()
            assert (is_live(lesson), tree.course.versions.count()) == (True, 2)
        with time_machine.travel(now + timedelta(hours=4), tick=False):
            publish_scheduled()
            assert (is_live(lesson), tree.course.versions.count()) == (False, 3)

    def test_two_revisions_are_compared_and_the_first_brought_back(self, editor: Any, professional: Any) -> None:
        tree = course_tree()
        lesson, key = tree.lessons[0], tree.lessons[0].step_key
        enrolment = enrol(person=professional, course=tree.course, source="self")
        finish(enrolment, lesson)
        for words in ("Première rédaction", "Deuxième rédaction"):
            body = nested(body=streamfield([("paragraph", rich_text(f"<p>{words}</p>"))]))
            publish(editor, lesson, title=words, **body)
        first, second = Revision.objects.for_instance(lesson).order_by("created_at")
        compare = reverse("wagtailadmin_pages:revisions_compare", args=[lesson.pk, first.pk, second.pk])
        assert "Deuxième" in said(editor.get(compare))
        assert editor.get(reverse("wagtailadmin_pages:history", args=[lesson.pk])).status_code == 200

        revert = reverse("wagtailadmin_pages:revisions_revert", args=[lesson.pk, first.pk])
        data = form_at(editor, revert)
        data.update(nested(body=streamfield([("paragraph", rich_text("<p>Première rédaction</p>"))])))
        data |= {"action-publish": "1", "revision": str(first.pk)}
        editor.post(edit_url(lesson), data, follow=True)

        lesson.refresh_from_db()
        assert (lesson.title, lesson.step_key) == ("Première rédaction", key)
        assert tree.course.versions.count() == 1
        assert EnrolmentState.objects.get().done == 1

    def test_the_usage_and_history_of_every_kind_of_page_open(self, editor: Any) -> None:
        tree = course_tree(themes=(theme(),))
        for page in (catalogue(), tree.course, tree.modules[0], tree.lessons[0], tree.quizzes[0]):
            published(page)
            for name in ("edit", "history", "usage", "copy", "move", "unpublish"):
                address = reverse(f"wagtailadmin_pages:{name}", args=[page.pk])
                assert editor.get(address, follow=True).status_code == 200, (page, name)


class TestCopies:
    def copy(self, editor: Any, page: Any, **options: Any) -> HttpResponse:
        data = {"new_title": "Copie", "new_slug": "copie", "new_parent_page": page.get_parent().pk, **options}
        response: HttpResponse = editor.post(
            reverse("wagtailadmin_pages:copy", args=[page.pk]), data | {"copy_subpages": "on"}, follow=True
        )
        return response

    def test_a_module_copied_brings_new_steps_live_or_not(self, editor: Any, professional: Any) -> None:
        tree = course_tree(themes=(theme(),))
        for page in (*tree.modules, *tree.steps):
            published(page)
        enrolment = enrol(person=professional, course=tree.course, source="self")
        finish(enrolment, tree.lessons[0])

        self.copy(editor, tree.modules[0], publish_copies="on")

        copy = ModulePage.objects.get(slug="copie")
        keys = [page.specific.step_key for page in copy.get_children()]
        assert len(set(keys)) == 3
        assert not set(keys) & {step.step_key for step in tree.steps}
        latest = CourseVersion.objects.filter(course=tree.course).latest("number")
        assert len(latest.manifest) == 6
        for page in copy.get_children():  # a copy published again stays itself
            published(page.specific)
            assert page.specific_class.objects.get(pk=page.pk).step_key in keys
        state = EnrolmentState.objects.get()
        assert (state.done, state.required) == (1, 3)

    def test_a_course_copied_and_published_is_followed_on_its_own(self, editor: Any, professional: Any) -> None:
        tree = course_tree(code="SOCLE", themes=(theme(),))
        for page in (tree.course, *tree.modules, *tree.steps):
            published(page)
        enrol(person=professional, course=tree.course, source="self")
        self.copy(editor, tree.course, publish_copies="on")
        copy = CoursePage.objects.get(slug="copie")
        assert (copy.code, copy.live) == (None, True)
        assert [link.theme.code for link in copy.theme_links.all()] == ["PRO-01"]
        second = enrol(person=professional, course=copy, source="self")
        assert second.state.required == 3
        assert {step["path"].split("/")[2] for step in second.version.manifest} == {"copie"}


class TestRetaking:
    def test_a_second_time_is_another_enrolment_and_both_show_to_the_coordination(
        self, sign_in: Any, professional: Any, coordinator: Any
    ) -> None:
        tree = course_tree(lessons=1, quizzes=1, themes=(theme(),))
        first = enrol(person=professional, course=tree.course, source="self")
        browser, office = sign_in(professional), sign_in(coordinator)
        finish(first, tree.lessons[0])
        answer_quiz(browser, first, tree.quizzes[0], is_right=False)
        sheet = reverse("pilotage_person", args=[professional.public_id])
        assert "Quiz 1.1 En cours · meilleur score 0 %, 1 essai" in text(office.get(sheet))
        answer_quiz(browser, first, tree.quizzes[0])
        assert "meilleur score 100 %, 2 essais" in text(office.get(sheet))

        second = retake(enrolment=Enrolment.objects.get(pk=first.pk))

        assert second.cycle == 2
        page = text(office.get(sheet))
        assert "Socle commun parcours n° 2" in page
        assert "Inscription close : recommencée" in page
        row = office.get(reverse("pilotage_people")).context["page"].object_list[0]
        assert [(one.title, one.status) for one in row.courses] == [
            ("Socle commun", "completed"),
            ("Socle commun", "not_started"),
        ]
        figures = text(office.get(reverse("pilotage")))
        assert "Terminé 1 sur 1 en poste" in figures


def test_a_page_with_learners_below_the_home_page_is_not_deleted_by_its_parent(
    sign_in: Any, administrator: Any, professional: Any
) -> None:
    tree = course_tree()
    enrol(person=professional, course=tree.course, source="self")
    root = Page.objects.get(pk=catalogue().get_parent().pk)
    answer = sign_in(administrator).post(reverse("wagtailadmin_pages:delete", args=[root.pk]), follow=True)
    assert "1 personne la suit ou l'a suivie" in said(answer)
    assert CoursePage.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["publish", "unpublish", "move"])
def test_a_page_changes_with_the_version_of_its_course_or_not_at_all(
    sign_in: Any, trainer: Any, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    tree = course_tree(modules=2, lessons=2, quizzes=0)
    editor, lesson = sign_in(trainer), tree.lessons[1]
    data = form_of(editor, lesson)
    data.update(nested(**WRITTEN))
    data.update({"title": "Autre titre", "action-publish": "1"})

    def killed(**values: Any) -> None:
        raise RuntimeError("the process stops here")

    monkeypatch.setattr("courses.receivers.publish_version", killed)
    with pytest.raises(RuntimeError):
        if act == "publish":
            editor.post(edit_url(lesson), data)
        elif act == "unpublish":
            editor.post(reverse("wagtailadmin_pages:unpublish", args=[lesson.pk]))
        else:
            editor.post(reverse("wagtailadmin_pages:move_confirm", args=[lesson.pk, tree.modules[1].pk]))

    kept = LessonPage.objects.get(pk=lesson.pk)
    assert (kept.title, kept.live, kept.path) == (lesson.title, True, lesson.path)
    assert not kept.revisions.exists()
