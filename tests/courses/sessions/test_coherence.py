"""What does not hold in a session is said before an auditor asks; the pack of proof is data."""

from datetime import date, time, timedelta

import pytest
from dateutil.easter import easter
from hypothesis import given
from hypothesis import strategies as st

from cms.accounts.models import Membership, Organisation, User
from courses.sessions.enums import CorrectionKind
from courses.sessions.holidays import public_holidays
from courses.sessions.models import Attendance, HalfDay, Registration, TrainingSession
from courses.sessions.queries.coherence import coherence, overlap
from courses.sessions.queries.proof import WELL, proof_pack
from courses.sessions.services import cancel, correct, countersign, mark_absent, register, sign, withdraw
from tests.courses.sessions.conftest import Clock
from tests.factories.accounts import UserFactory
from tests.factories.courses import CourseTree
from tests.factories.sessions import MORNING, at, training_session

People = tuple[User, User, User]


@given(year=st.integers(min_value=1947, max_value=2200))
def test_a_year_has_eleven_public_holidays(year: int) -> None:
    days = public_holidays(year)
    assert sum(len(names.split(" et ")) for names in days.values()) == 11
    assert all(day.year == year for day in days)
    weekdays = {names: day.weekday() for day, names in days.items()}
    assert (weekdays["lundi de Pâques"], weekdays["lundi de Pentecôte"]) == (0, 0)
    ascension = next(day for day, names in days.items() if "Ascension" in names)
    assert (ascension.weekday(), ascension - easter(year)) == (3, timedelta(days=39))


def test_those_of_2026() -> None:
    assert sorted(public_holidays(2026)) == [
        date(2026, 1, 1), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14), date(2026, 5, 25),
        date(2026, 7, 14), date(2026, 8, 15), date(2026, 11, 1), date(2026, 11, 11), date(2026, 12, 25),
    ]  # fmt: skip


def test_two_may_fall_on_one_day() -> None:
    assert public_holidays(2008)[date(2008, 5, 1)] == "fête du Travail et Ascension"


hours = st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] < pair[1])


@given(one=hours, other=hours)
def test_overlapping_is_mutual_and_touching_is_not(one, other) -> None:
    a, b = (HalfDay(on=date(2026, 12, 10), starts_at=start, ends_at=end) for start, end in (one, other))
    assert overlap(a, b) == overlap(b, a) == (max(one[0], other[0]) < min(one[1], other[1]))
    assert not overlap(a, HalfDay(on=a.on, starts_at=a.ends_at, ends_at=time.max))


def told(session: TrainingSession) -> list[tuple[str, str]]:
    again = TrainingSession.objects.whole().get(pk=session.pk)
    return [(check.level, check.text) for check in coherence(again)]


def whole_day(session: TrainingSession, people: People, trainer: User, clock: Clock) -> None:
    for half in session.halves:
        clock(half.begins)
        for person in people:
            sign(person=person, half_day=half)
        countersign(trainer=trainer, half_day=half)


@pytest.mark.django_db
def test_a_session_held_as_planned_has_nothing_to_say(
    clock: Clock, session: TrainingSession, people: People, trainer: User
) -> None:
    assert told(session) == []
    whole_day(session, people, trainer, clock)
    clock(at(9) + timedelta(days=60))
    assert told(session) == []
    assert proof_pack(session)["checks"] == [WELL]


@pytest.mark.django_db
def test_half_days_past_and_not_signed_or_not_countersigned(
    clock: Clock, session: TrainingSession, people: People, trainer: User
) -> None:
    alix, bao, claire = people
    clock(at(10))
    sign(person=alix, half_day=session.halves[0])
    mark_absent(
        trainer=trainer, half_day=session.halves[0], registrations=[session.registrations.get(person=bao)], reason=""
    )
    assert told(session) == []
    clock(at(13))
    assert told(session) == [
        ("warning", f"10 décembre 2026, matin : ni signature ni absence notée pour {claire}."),
        ("error", "10 décembre 2026, matin : à contresigner pour Alix Auvray."),
    ]
    clock(at(13) + timedelta(days=1))
    assert told(session)[0][0] == "error"


@pytest.mark.django_db
def test_public_holidays_and_sundays(clock: Clock, tree: CourseTree, trainer: User) -> None:
    christmas = training_session(tree.course, trainer, day=date(2026, 12, 25))
    sunday = training_session(tree.course, trainer, day=date(2026, 12, 13))
    assert told(christmas) == [("warning", "Le 25 décembre 2026 est férié (Noël).")]
    assert told(sunday) == [("warning", "Le 13 décembre 2026 est un dimanche.")]


@pytest.mark.django_db
def test_hours_that_are_not_those_of_the_programme(clock: Clock, tree: CourseTree, trainer: User) -> None:
    short = training_session(tree.course, trainer, halves=(MORNING,))
    none = training_session(tree.course, trainer, halves=())
    assert told(short) == [("error", "Les demi-journées font 3 h 30, le programme en prévoit 7 h.")]
    assert told(none) == [("error", "La séance n'a aucune demi-journée.")]


@pytest.mark.django_db
def test_a_trainer_in_two_rooms_at_once(
    clock: Clock, tree: CourseTree, session: TrainingSession, trainer: User, other_trainer: User
) -> None:
    elsewhere = training_session(
        tree.course, trainer, other_trainer, title="Ailleurs", halves=(MORNING,), planned_minutes=210
    )
    assert told(session) == [("error", f"{trainer} anime au même moment « Ailleurs », le 10 décembre 2026 (matin).")]
    HalfDay.objects.filter(session=elsewhere).update(trainer=other_trainer)
    assert told(session) == []
    HalfDay.objects.filter(session=elsewhere).update(trainer=None)
    cancel(session=elsewhere, by=trainer, reason="Non.")
    assert (told(session), told(elsewhere)) == ([], [])


@pytest.mark.django_db
def test_more_people_than_places_and_who_left_after_signing(
    clock: Clock, session: TrainingSession, people: People, trainer: User, coordinator: User
) -> None:
    TrainingSession.objects.filter(pk=session.pk).update(capacity=2)
    assert told(session) == [("warning", "3 personnes sont inscrites pour 2 places.")]
    whole_day(session, people, trainer, clock)
    withdraw(registration=session.registrations.get(person=people[0]), by=coordinator)
    assert told(session) == [("warning", "Alix Auvray a signé, et n'est plus sur la liste depuis le 10 décembre 2026.")]
    assert next(one["name"] for one in proof_pack(session)["people"]) == "Alix Auvray"


@pytest.mark.django_db
def test_countersigned_by_someone_who_does_not_run_it(
    clock: Clock, session: TrainingSession, people: People, trainer: User, other_trainer: User
) -> None:
    whole_day(session, people[:1], trainer, clock)
    session.trainers.set([other_trainer])
    session.save()
    Registration.objects.exclude(person=people[0]).update(withdrawn_at=at(20))
    assert told(session) == [
        (
            "error",
            f"10 décembre 2026, {half} : contresigné par {trainer}, qui n'anime pas cette séance, pour Alix Auvray.",
        )
        for half in ("matin", "après-midi")
    ]


@pytest.mark.django_db
def test_one_person_in_two_places_at_once(
    clock: Clock, tree: CourseTree, session: TrainingSession, people: People, trainer: User, other_trainer: User
) -> None:
    elsewhere = training_session(tree.course, other_trainer, title="Ailleurs", halves=(MORNING,), planned_minutes=210)
    register(session=elsewhere, person=people[0])
    clock(at(10))
    sign(person=people[0], half_day=session.halves[0])
    twice = sign(person=people[0], half_day=elsewhere.halves[0])
    text = "Alix Auvray a signé au même moment pour « {} », le 10 décembre 2026 (matin)."
    assert told(session) == [("error", text.format("Ailleurs"))]
    assert told(elsewhere) == [("error", text.format(session.title))]
    correct(by=other_trainer, attendance=twice, kind=CorrectionKind.VOIDED, reason="Signé par erreur.")
    assert told(session) == []


@pytest.mark.django_db
def test_the_pack_of_proof_tells_each_presence_and_the_employer_of_that_day(
    clock: Clock, session: TrainingSession, people: People, trainer: User
) -> None:
    alix, bao, _claire = people
    Membership.objects.filter(person=alix).update(ends_on=date(2026, 12, 20))
    after = Organisation.objects.create(code="APRES", name="Mission locale", kind="association")
    Membership.objects.create(person=alix, organisation=after, starts_on=date(2026, 12, 20))
    HalfDay.objects.filter(pk=session.halves[0].pk).update(room="Salle 3")
    clock(at(10))
    sign(person=alix, half_day=session.halves[0])
    countersign(trainer=trainer, half_day=session.halves[0])
    sign(person=bao, half_day=session.halves[0])
    clock(at(14))
    mark_absent(
        trainer=trainer, half_day=session.halves[1], registrations=[session.registrations.get(person=alix)], reason=""
    )
    clock(at(18) + timedelta(days=30))
    pack = proof_pack(session)
    nothing = {"signed_at": "", "countersigned": "", "absent": False}
    assert pack["session"] == {
        "title": session.title,
        "course": "Conduire un entretien",
        "place": "Maison du Département, Saint-Lô",
        "trainers": [str(trainer)],
    }
    assert pack["half_days"] == [
        {"label": "jeudi 10 décembre 2026, matin, 9\xa0h\xa0–\xa012\xa0h\xa030", "minutes": 210, "room": "Salle 3"},
        {"label": "jeudi 10 décembre 2026, après-midi, 13\xa0h\xa030\xa0–\xa017\xa0h", "minutes": 210, "room": ""},
    ]
    when = "10 décembre 2026 à 10:00"
    assert pack["people"][:2] == [
        {
            "name": "Alix Auvray",
            "employer": "CAF",
            "cells": [
                {"signed_at": when, "countersigned": f"{trainer}, {when}", "absent": False},
                nothing | {"absent": True},
            ],
        },
        {"name": "Bao Binet", "employer": "CCAS", "cells": [nothing | {"signed_at": when}, nothing]},
    ]
    assert {check["level"] for check in pack["checks"]} == {"error"}
    assert (pack["made_at"], pack["service"]) == ("9 janvier 2027 à 18:00", "SPIE de la Manche")


@pytest.mark.django_db
def test_reading_more_people_costs_no_more(
    assert_constant_queries, clock: Clock, session: TrainingSession, people: People, trainer: User
) -> None:
    whole_day(session, people, trainer, clock)
    again = TrainingSession.objects.whole().get(pk=session.pk)

    def grow() -> None:
        for _ in range(4):
            person = UserFactory()
            register(session=session, person=person)
            sign(person=person, half_day=session.halves[1])

    assert_constant_queries(lambda: proof_pack(TrainingSession.objects.whole().get(pk=again.pk)), grow)
    assert Attendance.objects.count() == 10
