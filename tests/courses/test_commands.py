"""What support can ask of courses on the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from courses.models import EnrolmentState, StepState
from courses.services import enrol, retake
from tests.courses.helpers import finish, progress_json, stored
from tests.factories.courses import course_tree

pytestmark = pytest.mark.django_db


def check(*options: str) -> str:
    out = StringIO()
    call_command("check_progress", *options, stdout=out)
    return out.getvalue()


def test_check_progress_finds_and_repairs_drift_only_when_asked(professional, lead):
    tree = course_tree()
    mine, other = (enrol(person=person, course=tree.course, source="self") for person in (professional, lead))
    finish(mine, tree.lessons[0])
    right = stored(mine)
    assert check() == "2 inscriptions vérifiées, aucun écart.\n"

    EnrolmentState.objects.filter(pk=mine.pk).update(done=0, percent=0)
    StepState.objects.filter(enrolment=mine).update(attempts_count=7)
    StepState.objects.create(enrolment=other, step_key=tree.lessons[0].step_key, status="completed")
    with pytest.raises(CommandError, match="2 inscriptions vérifiées, 2 en écart"):
        check()
    assert EnrolmentState.objects.get(pk=mine.pk).done == 0

    report = check("--fix")
    assert f"inscription {mine.pk} · percent : 0 au lieu de 33" in report
    assert (stored(mine), stored(other)[0]) == (right, [])
    assert check() == "2 inscriptions vérifiées, aucun écart.\n"


def test_progress_says_where_a_person_stands(professional):
    tree = course_tree(lessons=1, quizzes=1, code="SOCLE")
    enrolment = enrol(person=professional, course=tree.course, source="self")
    finish(enrolment, tree.quizzes[0], passed=False, score=1, max_score=3)
    (report,) = progress_json(professional.email)
    assert {name: report[name] for name in ("course", "course_code", "version", "cycle", "status", "percent")} == {
        "course": "Socle commun",
        "course_code": "SOCLE",
        "version": 1,
        "cycle": 1,
        "status": "in_progress",
        "percent": 0,
    }
    assert [(step["kind"], step["title"], step["state"], step["score"]) for step in report["steps"]] == [
        ("lesson", "Leçon 1.1", "not_started", None),
        ("quiz", "Quiz 1.1", "in_progress", 33.33),
    ]
    shown = StringIO()
    call_command("progress", professional.email, stdout=shown)
    assert shown.getvalue().splitlines() == [
        "Socle commun · parcours n° 1, version 1 · 0 % (0 sur 2) · En cours",
        "  À faire   Leçon  Leçon 1.1",
        "  En cours  Quiz   Quiz 1.1 · 33,33 %",
    ]
    finish(enrolment, tree.quizzes[0])
    finish(enrolment, tree.lessons[0])
    retake(enrolment=enrolment)
    assert [(row["cycle"], row["status"]) for row in progress_json(professional.email)] == [
        (1, "completed"),
        (2, "not_started"),
    ]


def test_progress_of_a_stranger_is_an_error():
    with pytest.raises(CommandError, match="Personne n'a l'adresse"):
        progress_json("inconnu@test.example")
