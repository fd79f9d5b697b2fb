"""What is asked of learners follows the pages, and only when what is asked changes."""

import pytest

from courses.enums import Status
from courses.errors import CourseNotOpen
from courses.models import CourseVersion, EnrolmentState
from courses.services import enrol, publish_version
from tests.courses.helpers import finish, published
from tests.factories.courses import add_lesson, course_tree

pytestmark = pytest.mark.django_db


def titles(version: CourseVersion) -> list[str]:
    version.refresh_from_db()
    return [step["title"] for step in version.manifest]


def numbers(course) -> list[int]:
    return sorted(course.versions.values_list("number", flat=True))


def test_a_version_lists_the_live_steps_in_order():
    tree = course_tree(modules=2, lessons=1, quizzes=1)
    assert titles(tree.version) == ["Leçon 1.1", "Quiz 1.1", "Leçon 2.1", "Quiz 2.1"]
    first, quiz = tree.version.manifest[:2]
    assert quiz == {
        "step_key": str(tree.quizzes[0].step_key),
        "kind": "quiz",
        "title": "Quiz 1.1",
        "is_required": True,
        "rule": "passed",
        "pass_mark": 70,
        "est_minutes": 15,
        "module": "Module 1",
        "module_id": tree.modules[0].pk,
        "page_id": tree.quizzes[0].pk,
        "path": "/formations/socle-commun/module-1/quiz-1-1/",
        "revision": None,
        "is_withdrawn": False,
        "withdrawn": [],
    }
    assert (first["rule"], first["pass_mark"]) == ("confirmed", None)


def test_a_typo_makes_no_version_and_is_corrected_everywhere(professional):
    tree = course_tree()
    lesson = tree.lessons[0]
    lesson.title = "Leçon corrigée"
    lesson.slug = "lecon-corrigee"
    lesson.est_minutes = 40
    published(lesson)
    assert numbers(tree.course) == [1]
    step = CourseVersion.objects.get().manifest[0]
    assert (step["title"], step["est_minutes"], step["path"]) == (
        "Leçon corrigée",
        40,
        "/formations/socle-commun/module-1/lecon-corrigee/",
    )


def test_a_new_address_of_the_course_is_known_at_once():
    tree = course_tree()
    tree.course.slug = "autre-adresse"
    published(tree.course)
    assert CourseVersion.objects.get().manifest[0]["path"] == "/formations/autre-adresse/module-1/lecon-1-1/"


def test_a_new_required_step_makes_a_version_for_those_who_come_next(professional, lead):
    tree = course_tree(lessons=1, quizzes=0)
    completed = enrol(person=professional, course=tree.course, source="self")
    finish(completed, tree.lessons[0])
    under_way = enrol(person=lead, course=tree.course, source="self")

    published(add_lesson(tree.modules[0], "Leçon nouvelle", live=False))

    assert numbers(tree.course) == [1, 2]
    for enrolment in (completed, under_way):
        enrolment.refresh_from_db()
        assert enrolment.version.number == 1
    assert EnrolmentState.objects.get(pk=completed.pk).status == Status.COMPLETED
    finish(under_way, tree.lessons[0])
    assert EnrolmentState.objects.get(pk=under_way.pk).status == Status.COMPLETED


@pytest.mark.parametrize(("field", "value"), [("is_required", False), ("pass_mark", 80)], ids=["optional", "pass mark"])
def test_what_is_asked_is_the_version(field, value):
    tree = course_tree()
    setattr(tree.quizzes[0], field, value)
    published(tree.quizzes[0])
    assert numbers(tree.course) == [1, 2]


def test_nobody_is_stuck_on_a_step_that_is_gone(professional):
    tree = course_tree(lessons=2, quizzes=0)
    enrolment = enrol(person=professional, course=tree.course, source="self")
    finish(enrolment, tree.lessons[0])
    tree.lessons[1].unpublish()
    state = EnrolmentState.objects.get(pk=enrolment.pk)
    assert (state.status, state.percent, state.required, state.done) == (Status.COMPLETED, 100, 1, 1)
    assert [step["is_withdrawn"] for step in CourseVersion.objects.get(number=1).manifest] == [False, True]


def test_whoever_completed_meanwhile_stays_complete_when_the_step_is_back(professional, lead):
    tree = course_tree(lessons=2, quizzes=0)
    completed = enrol(person=professional, course=tree.course, source="self")
    finish(completed, tree.lessons[0])
    under_way = enrol(person=lead, course=tree.course, source="self")
    tree.lessons[1].unpublish()
    published(tree.lessons[1])
    assert EnrolmentState.objects.get(pk=completed.pk).status == Status.COMPLETED
    state = EnrolmentState.objects.get(pk=under_way.pk)
    assert (state.status, state.required) == (Status.NOT_STARTED, 2)
    assert numbers(tree.course) == [1, 2, 3]


def test_unpublishing_a_module_withdraws_its_steps():
    tree = course_tree(modules=2, lessons=2, quizzes=0)
    tree.modules[1].unpublish()
    assert numbers(tree.course) == [1, 2]
    assert titles(CourseVersion.objects.get(number=2)) == ["Leçon 1.1", "Leçon 1.2"]


def test_deleting_a_module_makes_one_version():
    tree = course_tree(modules=2, lessons=3, quizzes=0)
    tree.modules[1].delete()
    assert numbers(tree.course) == [1, 2]


def test_a_step_moved_to_another_course_keeps_its_key():
    here, there = course_tree(title="Ici", lessons=2), course_tree(title="Là", lessons=1)
    lesson = here.lessons[1]
    lesson.move(there.modules[0], pos="last-child")
    assert str(lesson.step_key) not in [s["step_key"] for s in here.course.versions.get(number=2).manifest]
    last = there.course.versions.get(number=2).manifest[-1]
    assert (last["step_key"], last["path"]) == (str(lesson.step_key), "/formations/la/module-1/lecon-1-2/")


def test_the_order_of_steps_is_part_of_what_is_asked():
    tree = course_tree(lessons=2, quizzes=0)
    tree.lessons[1].move(tree.lessons[0], pos="left")
    assert titles(CourseVersion.objects.get(number=2)) == ["Leçon 1.2", "Leçon 1.1"]


def test_a_draft_course_has_no_version():
    tree = course_tree(is_published=False)
    published(tree.lessons[0])
    assert numbers(tree.course) == []
    with pytest.raises(CourseNotOpen):
        publish_version(course=tree.course)
    published(tree.course)
    assert numbers(tree.course) == [1]


def test_a_copy_is_another_step():
    tree = course_tree()
    lesson = tree.lessons[0]
    lesson.save_revision()
    copy = lesson.copy(update_attrs={"title": "Copie", "slug": "copie"}, keep_live=False)
    published(copy)
    copy.refresh_from_db()
    assert copy.step_key != lesson.step_key
    assert len({step["step_key"] for step in CourseVersion.objects.get(number=2).manifest}) == 4


def test_a_course_is_copied_whole():
    tree = course_tree(code="SOCLE")
    copy = tree.course.copy(recursive=True, update_attrs={"title": "Copie", "slug": "copie"}, keep_live=True)
    keys = {step["step_key"] for step in publish_version(course=copy).manifest}
    assert len(keys) == 3
    assert keys.isdisjoint(str(step.step_key) for step in tree.steps)


def test_an_old_revision_brings_back_the_text_not_another_step():
    tree = course_tree()
    lesson, key = tree.lessons[0], tree.lessons[0].step_key
    revision = lesson.save_revision()
    revision.content["step_key"] = str(tree.lessons[1].step_key)
    revision.save()
    revision.publish()
    lesson.refresh_from_db()
    assert lesson.step_key == key
