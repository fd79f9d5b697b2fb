"""Sessions in the publishing tools: what is refused, what is only warned about, who is told of a change."""

import html
from datetime import date, time
from typing import Any

import pytest
from django.core import mail

from cms.accounts.models import User
from courses.services import publish_version
from courses.sessions.models import HalfDay, TrainingSession
from courses.sessions.services import sign
from tests.courses.sessions.conftest import Clock
from tests.factories.courses import CourseTree, course_tree
from tests.factories.sessions import MORNING, at, session_step, training_session

pytestmark = pytest.mark.django_db
Half = tuple[date, str, str, str]
DAY = date(2026, 12, 10)
MORNING_SENT: Half = (DAY, "matin", "09:00", "12:30")
AFTERNOON_SENT: Half = (DAY, "apres_midi", "13:30", "17:00")


def sent(tree: CourseTree, trainer: User, *halves: Half, known: list[HalfDay] | None = None, **changes: Any) -> dict:
    known = known or []
    rows: dict[str, Any] = {
        "half_days-TOTAL_FORMS": len(halves),
        "half_days-INITIAL_FORMS": len(known),
        "half_days-MIN_NUM_FORMS": 1,
        "half_days-MAX_NUM_FORMS": 1000,
    }
    for rank, (on, part, starts_at, ends_at) in enumerate(halves):
        row = {"on": on, "part": part, "starts_at": starts_at, "ends_at": ends_at, "room": "", "trainer": ""}
        row |= {"id": known[rank].pk if rank < len(known) else "", "DELETE": ""}
        rows |= {f"half_days-{rank}-{name}": value for name, value in row.items()}
    about = {
        "title": "Journée 1",
        "course": tree.course.pk,
        "step": "",
        "trainers": [trainer.pk],
        "mode": "presentiel",
        "place": "Saint-Lô",
        "link": "",
        "capacity": "12",
        "planned_minutes": "420",
    }
    return {**about, **rows, **changes}


def said(response: Any) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


@pytest.mark.parametrize("who", ["trainer", "coordinator"])
def test_trainers_and_the_coordination_plan(
    request, sign_in, clock: Clock, tree: CourseTree, trainer: User, who: str
) -> None:
    client = sign_in(request.getfixturevalue(who))
    answer = client.post("/admin/seances/new/", sent(tree, trainer, MORNING_SENT, AFTERNOON_SENT), follow=True)
    session = TrainingSession.objects.get()
    assert [(half.on, half.part, half.starts_at, half.ends_at) for half in session.halves] == [
        (DAY, "matin", time(9), time(12, 30)),
        (DAY, "apres_midi", time(13, 30), time(17)),
    ]
    assert (list(session.trainers.all()), session.capacity) == ([trainer], 12)
    assert "Journée 1" in said(answer)
    assert "programme en prévoit" not in said(answer)


@pytest.mark.parametrize(
    ("halves", "changes", "told"),
    [
        ((), {}, ""),
        (((DAY, "matin", "12:30", "09:00"),), {}, "La fin vient après le début."),
        ((MORNING_SENT, MORNING_SENT), {}, ""),
        ((MORNING_SENT, (DAY, "apres_midi", "12:00", "17:00")), {}, "se chevauchent"),
        ((MORNING_SENT,), {"place": ""}, "Dites où l'on vient."),
        ((MORNING_SENT,), {"trainers": []}, ""),
        ((MORNING_SENT,), {"capacity": "0"}, "Comptez au moins une place."),
        ((MORNING_SENT,), {"planned_minutes": "0"}, "Comptez au moins une minute."),
    ],
)
def test_a_session_that_cannot_be_held_is_refused(
    sign_in, clock: Clock, tree: CourseTree, trainer: User, halves, changes, told: str
) -> None:
    answer = sign_in(trainer).post("/admin/seances/new/", sent(tree, trainer, *halves, **changes))
    assert answer.status_code == 200
    assert told in said(answer)
    assert not TrainingSession.objects.exists()


def test_a_step_of_another_course_is_refused(sign_in, clock: Clock, tree: CourseTree, trainer: User) -> None:
    other = course_tree(title="Une autre", lessons=1, quizzes=0)
    step = session_step(other.modules[0])
    publish_version(course=other.course)
    answer = sign_in(trainer).post("/admin/seances/new/", sent(tree, trainer, MORNING_SENT, step=step.pk))
    assert "Cette étape n'est pas de cette formation." in said(answer)


def test_what_may_be_on_purpose_is_only_warned_about(
    sign_in, clock: Clock, tree: CourseTree, session: TrainingSession, trainer: User
) -> None:
    answer = sign_in(trainer).post("/admin/seances/new/", sent(tree, trainer, MORNING_SENT), follow=True)
    assert TrainingSession.objects.count() == 2
    assert "anime au même moment" in said(answer)
    assert "le programme en prévoit 7 h" in said(answer)


def test_a_signed_half_day_keeps_its_hours_and_stays(
    sign_in, clock: Clock, tree: CourseTree, session: TrainingSession, trainer: User, people
) -> None:
    client, url, known = sign_in(trainer), f"/admin/seances/edit/{session.pk}/", session.halves
    clock(at(10))
    sign(person=people[0], half_day=known[0])
    later = (DAY, "matin", "10:00", "12:30")
    for change in (
        sent(tree, trainer, later, AFTERNOON_SENT, known=known),
        sent(tree, trainer, MORNING_SENT, AFTERNOON_SENT, known=known) | {"half_days-0-DELETE": "on"},
    ):
        answer = client.post(url, change)
        assert "des présences sont signées" in said(answer)
    room = sent(tree, trainer, MORNING_SENT, AFTERNOON_SENT, known=known) | {"half_days-0-room": "Salle 4"}
    assert client.post(url, room).status_code == 302
    assert HalfDay.objects.get(pk=known[0].pk).room == "Salle 4"


def test_those_who_come_are_told_of_another_hour_and_not_of_another_title(
    sign_in, clock: Clock, tree: CourseTree, session: TrainingSession, trainer: User, people
) -> None:
    client, url, known = sign_in(trainer), f"/admin/seances/edit/{session.pk}/", session.halves
    same = {"place": session.place}
    mail.outbox.clear()
    client.post(url, sent(tree, trainer, MORNING_SENT, AFTERNOON_SENT, known=known, title="Autre titre", **same))
    assert (mail.outbox, TrainingSession.objects.get().title) == ([], "Autre titre")
    client.post(url, sent(tree, trainer, (DAY, "matin", "08:30", "12:00"), AFTERNOON_SENT, known=known, **same))
    assert sorted(message.to[0] for message in mail.outbox) == sorted(person.email for person in people)
    assert "8 h 30 – 12 h" in mail.outbox[0].body.replace("\xa0", " ")


def test_a_trainer_who_left_stays_on_past_sessions(
    sign_in, clock: Clock, tree: CourseTree, session: TrainingSession, trainer: User, coordinator: User
) -> None:
    HalfDay.objects.filter(pk=session.halves[0].pk).update(trainer=trainer)
    trainer.groups.clear()
    known = session.halves
    change = sent(tree, trainer, MORNING_SENT, AFTERNOON_SENT, known=known) | {"half_days-0-trainer": trainer.pk}
    answer = sign_in(coordinator).post(f"/admin/seances/edit/{session.pk}/", change)
    assert answer.status_code == 302
    assert list(TrainingSession.objects.get().trainers.all()) == [trainer]
    fresh = sign_in(coordinator).post("/admin/seances/new/", sent(tree, trainer, MORNING_SENT))
    assert fresh.status_code == 200


def test_only_trainers_are_offered_never_everyone(
    sign_in, clock: Clock, tree: CourseTree, session: TrainingSession, trainer: User, people
) -> None:
    for url in ("/admin/seances/new/", f"/admin/seances/edit/{session.pk}/"):
        page = said(sign_in(trainer).get(url))
        assert str(trainer) in page
        assert "Alix Auvray" not in page


def test_what_sessions_stand_on_is_not_deleted(
    sign_in, clock: Clock, tree: CourseTree, trainer: User, administrator: User
) -> None:
    step = session_step(tree.modules[0])
    session = training_session(tree.course, trainer, step=step, halves=(MORNING,), people=(administrator,))
    client = sign_in(administrator)
    for page in (tree.course, tree.modules[0], step):
        answer = client.post(f"/admin/pages/{page.pk}/delete/", follow=True)
        assert "s'y tient" in said(answer)
        bulk = client.post(f"/admin/bulk/wagtailcore/page/delete/?id={page.pk}&next=/admin/", follow=True)
        assert "s'y tient" in said(bulk)
    kept = client.post(f"/admin/seances/delete/{session.pk}/", follow=True)
    assert "son histoire en dépend" in said(kept)
    assert TrainingSession.objects.filter(pk=session.pk).exists()


def test_the_list_of_the_tools_costs_the_same_however_many(
    sign_in, assert_constant_queries, clock: Clock, tree: CourseTree, session: TrainingSession, trainer: User
) -> None:
    client = sign_in(trainer)

    def grow() -> None:
        for _ in range(4):
            training_session(tree.course, trainer, halves=(MORNING,))

    assert_constant_queries(lambda: client.get("/admin/seances/"), grow)
