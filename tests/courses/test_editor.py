"""What a trainer may publish, withdraw and delete, and the reasons they are given."""

from html import unescape
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.test.utils.form_data import nested_form_data, querydict_from_html, rich_text, streamfield

from courses.blocks import QuestionBlock
from courses.models import CoursePage, LessonPage, ModulePage, Prerequisite, QuizPage
from courses.services import enrol
from tests.courses.helpers import finish, published
from tests.factories.courses import (
    SHEET,
    SINGLE,
    TRUE_FALSE,
    CourseTree,
    add_lesson,
    catalogue,
    course_tree,
    questions,
    theme,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(sign_in, trainer):
    return sign_in(trainer)


def edit_url(page: Any) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def form_at(editor: Any, address: str) -> QueryDict:
    """The form of a page as a browser would send it back: a checked box says "on"."""
    data = querydict_from_html(editor.get(address).content.decode(), form_id="page-edit-form").copy()
    for name in {"is_required", "is_shuffled"} & set(data):
        data[name] = "on"
    return data


def form_of(editor: Any, page: Any) -> QueryDict:
    return form_at(editor, edit_url(page))


def publish(editor: Any, page: Any, **changes: Any) -> HttpResponse:
    data = form_of(editor, page)
    for name, value in changes.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    data["action-publish"] = "action-publish"
    return editor.post(edit_url(page), data, follow=True)


def said(response: HttpResponse) -> str:
    """Everything the page says, errors and messages included."""
    return " ".join(unescape(BeautifulSoup(response.content, "html.parser").get_text(" ")).split())


def is_live(page: Any) -> bool:
    page.refresh_from_db()
    return page.live


def draft_tree(**values: Any) -> CourseTree:
    """A course in draft over published modules and steps, complete."""
    return course_tree(is_published=False, themes=(theme(),), **values)


def typed_body(words: str = "Quelques lignes.") -> dict[str, str]:
    body = nested_form_data({"body": streamfield([("paragraph", rich_text(f"<p>{words}</p>"))])})
    return {name: str(value) for name, value in body.items()}


def typed_question() -> dict[str, str]:
    """A question as the editor's script would send it."""
    block = {"deleted": "", "order": "0", "type": "question", "id": ""}
    data = {"questions-count": "1", **{f"questions-0-{name}": value for name, value in block.items()}}
    value = "questions-0-value"
    data |= {
        f"{value}-text": "Oui ?",
        f"{value}-kind": "truefalse",
        f"{value}-feedback": "",
        f"{value}-answers-count": "2",
    }
    for at, text in enumerate(("Vrai", "Faux")):
        row = f"{value}-answers-{at}"
        data |= {f"{row}-deleted": "", f"{row}-order": str(at), f"{row}-id": "", f"{row}-value-feedback": ""}
        data |= {f"{row}-value-text": text} | ({f"{row}-value-is_correct": "on"} if at else {})
    return data


class TestPublishingACourse:
    def test_a_complete_course_is_published_with_its_first_version(self, editor):
        tree = draft_tree()
        publish(editor, tree.course)
        assert is_live(tree.course)
        assert tree.course.versions.count() == 1

    @pytest.mark.parametrize("field", ["objectives", "assessment", "help_contact", "disability_access"])
    def test_a_sheet_with_a_hole_is_refused(self, editor, field):
        tree = draft_tree()
        answer = publish(editor, tree.course, **{field: ""})
        assert not is_live(tree.course)
        errors = answer.context["form"].errors
        assert list(errors) == [field]

    def test_a_course_for_nobody_is_refused(self, editor):
        tree = draft_tree()
        answer = publish(editor, tree.course, audience=[])
        assert not is_live(tree.course)
        assert list(answer.context["form"].errors) == ["audience"]

    def test_a_course_without_theme_is_refused(self, editor):
        tree = course_tree(is_published=False)
        publish(editor, tree.course)
        assert not is_live(tree.course)

    def test_a_draft_may_be_saved_with_holes(self, editor):
        tree = course_tree(is_published=False)
        data = form_of(editor, tree.course)
        for field in ("objectives", "assessment", "help_contact", "disability_access"):
            data[field] = ""
        answer = editor.post(edit_url(tree.course), data, follow=True)
        assert "form" not in answer.context or not answer.context["form"].errors
        assert CoursePage.objects.get(pk=tree.course.pk).get_latest_revision_as_object().assessment == ""

    def test_without_required_step_it_is_refused(self, editor):
        tree = draft_tree(lessons=1, quizzes=0)
        LessonPage.objects.update(is_required=False)
        answer = publish(editor, tree.course)
        assert "aucune étape obligatoire n'est publiée" in said(answer)
        assert not is_live(tree.course)

    def test_a_step_out_of_reach_is_named(self, editor):
        tree = draft_tree(modules=2)
        ModulePage.objects.filter(pk=tree.modules[1].pk).update(live=False)
        answer = publish(editor, tree.course)
        assert "le module « Module 2 » est en brouillon" in said(answer)
        assert not is_live(tree.course)

    def test_a_quiz_nobody_can_pass_is_named(self, editor):
        tree = draft_tree()
        quiz = tree.quizzes[0]
        wrong = {**SINGLE, "answers": [{**answer, "is_correct": False} for answer in SINGLE["answers"]]}
        quiz.questions = questions(TRUE_FALSE, wrong)
        quiz.save(clean=False)
        answer = publish(editor, tree.course)
        assert "le quiz « Quiz 1.1 » : question 2 : Aucune réponse n'est marquée comme bonne." in said(answer)
        assert not is_live(tree.course)

    def test_prerequisites_that_turn_in_circles_are_refused(self, editor):
        first, second = draft_tree(title="Une"), course_tree(title="Deux", themes=(theme(),))
        Prerequisite.objects.create(page=second.course, course=first.course)
        first.course.prerequisites.create(course=second.course)
        first.course.save()
        answer = publish(editor, first.course)
        assert "« Deux » demande elle-même cette formation" in said(answer)
        assert not is_live(first.course)

    def test_an_address_kept_for_actions_is_refused(self, editor):
        tree = draft_tree()
        answer = publish(editor, tree.course, slug="inscription")
        assert "Cette adresse est réservée au site." in said(answer)

    def test_a_script_cannot_publish_a_sheet_with_a_hole_either(self):
        with pytest.raises(ValidationError, match="assessment"):
            catalogue().add_child(instance=CoursePage(title="Trouée", **{**SHEET, "assessment": ""}))

    def test_publishing_from_a_list_follows_the_same_rules(self, editor):
        tree = course_tree(is_published=False)
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        answer = editor.post(f"{url}?id={tree.course.pk}&next=/admin/", follow=True)
        assert "la fiche est incomplète : thèmes" in said(answer)
        assert not is_live(tree.course)


class TestPublishingAStep:
    @pytest.mark.parametrize(
        ("kind", "right", "reason"),
        [
            ("single", [], "Aucune réponse n'est marquée comme bonne."),
            ("single", [0, 1], "Une seule réponse peut être bonne"),
            ("multiple", [], "Aucune réponse n'est marquée comme bonne."),
            ("truefalse", [1], "« Vrai ou faux » a exactement deux réponses."),
        ],
    )
    def test_a_question_that_cannot_be_asked_is_refused_and_saved_as_draft(self, editor, kind, right, reason):
        block = QuestionBlock()
        value = block.to_python(
            {
                **SINGLE,
                "kind": kind,
                "answers": [{**one, "is_correct": at in right} for at, one in enumerate(SINGLE["answers"])],
            }
        )
        with pytest.raises(StructBlockValidationError) as refusal:
            block.clean(value)
        assert reason in str(refusal.value.block_errors["answers"])
        assert block.get_prep_value(block.clean_deferred(value))["text"] == SINGLE["text"]

    @pytest.mark.parametrize(("pass_mark", "is_accepted"), [(0, False), (101, False), (1, True), (100, True)])
    def test_a_pass_mark_is_a_percent_one_can_reach(self, editor, pass_mark, is_accepted):
        tree = course_tree()
        publish(editor, tree.quizzes[0], pass_mark=str(pass_mark), **typed_question())
        assert (QuizPage.objects.get().pass_mark == pass_mark) is is_accepted

    @pytest.mark.parametrize("hole", ["objective", "body"])
    def test_a_lesson_with_a_hole_is_refused_by_field_and_saved_as_a_draft(self, editor, hole):
        tree = course_tree()
        lesson = add_lesson(tree.modules[0], "À écrire", live=False)
        holed = {**typed_body(), **{"objective": {"objective": ""}, "body": {"body-count": "0"}}[hole]}
        answer = publish(editor, lesson, **holed)
        assert list(answer.context["form"].errors) == [hole]
        assert "Champ requis." in unescape(answer.content.decode())
        assert not is_live(lesson)

        data = form_of(editor, lesson)
        data.update(holed)
        editor.post(edit_url(lesson), data)
        lesson.refresh_from_db()
        assert not getattr(lesson.get_latest_revision_as_object(), hole)
        publish(editor, lesson, **typed_body(), objective="Oser")
        assert is_live(lesson)

    def test_a_lesson_with_only_a_title_is_not_published_from_a_list_nor_by_a_script(self, editor):
        tree = course_tree()
        lesson = add_lesson(tree.modules[0], "Un titre", live=False, objective="", body=[])
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        answer = editor.post(f"{url}?id={lesson.pk}&next=/admin/", follow=True)
        assert "« Un titre » : la leçon est incomplète : objectif, contenu." in said(answer)
        assert not is_live(lesson)
        with pytest.raises(ValidationError, match="objective"):
            published(lesson)

    def test_the_number_a_pass_mark_comes_to_is_said_beside_it(self, editor):
        tree = course_tree()
        words = "70 % de bonnes réponses, soit 3 sur 3"
        assert words in said(editor.get(edit_url(tree.quizzes[0])))
        adding = reverse("wagtailadmin_pages:add", args=["courses", "quizpage", tree.modules[0].pk])
        assert "de bonnes réponses" not in said(editor.get(adding))

    def test_a_step_published_under_a_draft_module_is_said_to_wait(self, editor):
        tree = course_tree(modules=2)
        ModulePage.objects.filter(pk=tree.modules[1].pk).update(live=False)
        answer = publish(editor, tree.lessons[2], **typed_body())
        assert "son module est en brouillon" in said(answer)


class TestWithdrawing:
    def test_the_last_required_step_stays(self, editor):
        tree = course_tree(lessons=1, quizzes=0)
        answer = editor.post(reverse("wagtailadmin_pages:unpublish", args=[tree.lessons[0].pk]), follow=True)
        assert "n'aurait plus d'étape obligatoire" in said(answer)
        assert is_live(tree.lessons[0])

    def test_another_step_is_withdrawn(self, editor):
        tree = course_tree()
        editor.post(reverse("wagtailadmin_pages:unpublish", args=[tree.lessons[0].pk]))
        assert not is_live(tree.lessons[0])
        assert tree.course.versions.count() == 2


class TestDeleting:
    def delete(self, editor: Any, page: Any) -> HttpResponse:
        return editor.post(reverse("wagtailadmin_pages:delete", args=[page.pk]), follow=True)

    @pytest.mark.parametrize("what", ["course", "module", "lesson", "catalogue"])
    def test_a_page_with_learners_is_kept_and_unpublishing_is_offered(self, sign_in, administrator, professional, what):
        tree = course_tree()
        enrolment = enrol(person=professional, course=tree.course, source="self")
        finish(enrolment, tree.lessons[0])
        pages = {"course": tree.course, "module": tree.modules[0], "lesson": tree.lessons[0], "catalogue": catalogue()}
        editor = sign_in(administrator)
        answer = self.delete(editor, pages[what])
        assert "1 personne la suit ou l'a suivie" in said(answer)
        assert reverse("wagtailadmin_pages:unpublish", args=[pages[what].pk]) in answer.content.decode()
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
        answer = editor.post(f"{url}?id={pages[what].pk}&next=/admin/", follow=True)
        assert "1 personne la suit ou l'a suivie" in said(answer)
        assert type(pages[what]).objects.filter(pk=pages[what].pk).exists()

    def test_a_course_nobody_followed_goes_with_its_versions(self, sign_in, administrator):
        tree = course_tree()
        self.delete(sign_in(administrator), tree.course)
        assert not CoursePage.objects.exists()

    def test_a_step_added_since_goes(self, sign_in, administrator, professional):
        tree = course_tree()
        enrol(person=professional, course=tree.course, source="self")
        lesson = published(add_lesson(tree.modules[0], "Nouvelle", live=False))
        self.delete(sign_in(administrator), lesson)
        assert not LessonPage.objects.filter(pk=lesson.pk).exists()

    def test_a_prerequisite_is_kept(self, sign_in, administrator):
        first, second = course_tree(title="D'abord"), course_tree(title="Ensuite")
        Prerequisite.objects.create(page=second.course, course=first.course)
        answer = self.delete(sign_in(administrator), first.course)
        assert "la formation « Ensuite » la demande comme prérequis" in said(answer)
        assert CoursePage.objects.count() == 2


class TestCopying:
    def copy(self, editor: Any, page: Any, **options: Any) -> HttpResponse:
        data = {"new_title": "Copie", "new_slug": "copie", "new_parent_page": page.get_parent().pk, **options}
        return editor.post(reverse("wagtailadmin_pages:copy", args=[page.pk]), data, follow=True)

    def test_a_copied_course_is_another_course(self, editor):
        tree = course_tree(code="SOCLE")
        self.copy(editor, tree.course, copy_subpages="on")
        copy = CoursePage.objects.get(slug="copie")
        keys = set(LessonPage.objects.descendant_of(copy).values_list("step_key", flat=True))
        assert (copy.code, copy.live, len(keys)) == (None, False, 2)
        assert keys.isdisjoint(lesson.step_key for lesson in tree.lessons)

    def test_an_alias_is_refused(self, editor):
        tree = course_tree()
        answer = self.copy(editor, tree.lessons[0], alias="on")
        assert "se copient, sans alias" in said(answer)
        assert LessonPage.objects.count() == 2


class TestAddress:
    def test_a_page_without_an_address_takes_it_from_its_title(self):
        tree = course_tree()
        lesson = add_lesson(tree.modules[0], title="L'œuvre d’État", slug="")
        again = add_lesson(tree.modules[0], title="L'œuvre d’État", slug="")
        assert (lesson.slug, again.slug) == ("l-oeuvre-d-etat", "l-oeuvre-d-etat-2")


class TestPreview:
    @pytest.mark.parametrize("what", ["catalogue", "course", "lesson", "quiz"])
    def test_a_draft_is_seen_as_it_will_be(self, editor, what):
        tree = course_tree()
        page = {"catalogue": catalogue(), "course": tree.course, "lesson": tree.lessons[0], "quiz": tree.quizzes[0]}[
            what
        ]
        page.title = "Titre en brouillon"
        page.save_revision()
        answer = editor.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
        assert (answer.status_code, "Titre en brouillon" in said(answer)) == (200, True)

    def test_the_preview_of_a_quiz_shows_its_pass_mark_and_its_answers(self, editor, sign_in, professional):
        tree = course_tree()
        quiz = tree.quizzes[0]
        quiz.pass_mark = 85
        quiz.save_revision()
        answer = said(editor.get(reverse("wagtailadmin_pages:view_draft", args=[quiz.pk])))
        assert "85 % de bonnes réponses, soit 3 sur 3" in answer
        assert "Le préfet et le président du conseil départemental Bonne réponse" in answer
        assert "Le préfet seul Il n'est pas seul." in answer
        enrol(person=professional, course=tree.course, source="self")
        assert "Bonne réponse" not in said(sign_in(professional).get(quiz.url))

    def test_a_new_question_starts_with_the_two_answers_it_needs(self):
        assert len(QuestionBlock().get_default()["answers"]) == 2

    @pytest.mark.parametrize(("model", "extra"), [("coursepage", {}), ("lessonpage", {"body-count": "0"})])
    def test_a_page_not_saved_yet_is_previewed(self, editor, model, extra):
        tree = course_tree()
        parent = catalogue() if model == "coursepage" else tree.modules[0]
        add = reverse("wagtailadmin_pages:add", args=["courses", model, parent.pk])
        data = form_at(editor, add)
        data.update({"title": "Nouvelle page", "slug": "nouvelle-page", **extra})
        preview = reverse("wagtailadmin_pages:preview_on_add", args=["courses", model, parent.pk])
        assert editor.post(preview, data).json() == {"is_valid": True, "is_available": True}
        answer = editor.get(preview)
        assert (answer.status_code, "Nouvelle page" in said(answer)) == (200, True)
