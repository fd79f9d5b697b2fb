"""The demonstration people: there once, believable, and true to the one status function."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cms.accounts.models import Membership, User
from cms.embedded.management.commands.demo import is_demo_loaded
from cms.roadmap.models import Evidence
from coordination.demo.cast import ACCOUNTS, PEOPLE
from coordination.demo.loader import load_demo
from coordination.demo.people import at_work
from courses.enums import ClosingReason, Status
from courses.models import Attempt, Enrolment, EnrolmentState, StepState
from courses.sessions.models import TrainingSession
from courses.sessions.queries.attended import attended_sessions
from courses.sessions.queries.coherence import coherence

pytestmark = pytest.mark.django_db


def test_the_demonstration_is_there_when_all_who_are_announced_are(demo):
    assert is_demo_loaded()
    User.objects.filter(email="referent@demo.example").update(email="ailleurs@demo.example")
    assert not is_demo_loaded()


def test_each_announced_account_signs_in_with_the_shared_password(demo, client):
    assert [email for email, _what in settings.DEMO_ACCOUNTS] == [someone.address for someone in ACCOUNTS]
    for email, _what in settings.DEMO_ACCOUNTS:
        assert client.login(email=email, password=settings.DEMO_PASSWORD), email
        assert EmailAddress.objects.get(email=email).verified


def test_each_account_has_its_role(demo):
    by_email = {user.email.partition("@")[0]: user for user in User.objects.filter(email__endswith="demo.example")}
    roles = {
        name: (user.is_superuser, user.is_coordinator, user.is_trainer, user.is_lead)
        for name, user in by_email.items()
        if name in ("professionnel", "formateur", "referent", "coordination", "admin")
    }

    assert roles == {
        "professionnel": (False, False, False, False),
        "formateur": (False, False, True, False),
        "referent": (False, False, False, True),
        "coordination": (False, True, False, False),
        "admin": (True, False, False, False),
    }


def test_loading_twice_adds_nobody_and_nothing(demo):
    def count():
        return [model.objects.count() for model in (User, Membership, Enrolment, Attempt, EnrolmentState, Evidence)]

    before = count()

    assert load_demo() == 0
    assert count() == before


def test_states_are_what_the_status_function_says(demo, capsys):
    call_command("check_progress")

    assert "aucun écart" in capsys.readouterr().out


def test_everything_is_done_at_work_and_in_the_past(demo):
    instants = [
        *Attempt.objects.values_list("submitted_at", flat=True),
        *Enrolment.objects.values_list("enrolled_at", flat=True),
        *Evidence.objects.values_list("recorded_at", flat=True),
    ]
    local = [timezone.localtime(instant) for instant in instants]

    assert len(local) > 300
    assert {instant.weekday() for instant in local} == {0, 1, 2, 3, 4}
    assert {instant.hour for instant in local} <= set(range(8, 18))
    assert max(instants) < timezone.now()
    for enrolment in Enrolment.objects.prefetch_related("attempts"):
        done = [attempt.submitted_at for attempt in enrolment.attempts.all()]
        assert not done or enrolment.enrolled_at <= min(done), enrolment


PARIS = ZoneInfo("Europe/Paris")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(lambda moment: moment.replace(tzinfo=PARIS))


@given(first=MOMENTS, second=MOMENTS)
def test_working_hours_keep_the_order_of_things(first, second):
    brought = at_work(first)

    assert brought.weekday() < 5
    assert (8, 30) <= (brought.hour, brought.minute) < (17, 31)
    assert brought.hour != 12 or brought.minute < 31
    assert (brought <= at_work(second)) or first > second


def test_somebody_took_a_course_again_and_the_first_time_stays_whole(demo):
    first, second = Enrolment.objects.filter(person__email="isabelle.toussaint@demo.example").order_by("cycle")

    assert [(one.cycle, one.state.status) for one in (first, second)] == [
        (1, Status.COMPLETED),
        (2, Status.IN_PROGRESS),
    ]
    assert (first.closing_reason, second.closed_at) == (ClosingReason.RETAKEN, None)
    assert first.state.completed_at < first.closed_at == second.enrolled_at


def test_every_situation_has_somebody(demo):
    statuses = set(EnrolmentState.objects.values_list("status", flat=True))
    half_way = EnrolmentState.objects.get(enrolment__person__email="professionnel@demo.example")
    stuck = Enrolment.objects.get(person__email="bruno.leroux@demo.example")
    moved = User.objects.get(email="delphine.ozouf@demo.example")

    assert statuses == {Status.NOT_STARTED, Status.IN_PROGRESS, Status.COMPLETED}
    assert (half_way.percent, half_way.last_step_key is not None) == (50, True)
    assert stuck.attempts.filter(step_key=stuck.state.last_step_key, passed=False).count() == 4
    assert stuck.state.status == Status.IN_PROGRESS
    assert [item.organisation.code for item in moved.memberships.order_by("starts_on")] == ["MSA", "CAF50"]
    assert moved.enrolments.get().organisation_at_start.code == "MSA"
    assert len(ACCOUNTS) + len(PEOPLE) >= 40


def test_whoever_finished_the_interview_course_rehearsed_noted_and_was_observed(demo, capsys):
    call_command("progress", "christophe.marie@demo.example")

    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "Terminé Étape de simulation Jouer l'entretien avec Mme L." in lines
    assert "Terminé Étape d'observation Faire observer un entretien" in lines
    assert "Terminé Étape de journal Tenir mon journal" in lines
    assert any("pouvoir d'agir" in line and "100 % (14 sur 14) · Terminé" in line for line in lines)


def test_sessions_are_there_one_whole_one_today_one_to_come_one_that_does_not_hold(demo):
    sessions = {one.title: one for one in TrainingSession.objects.whole()}
    day, today, coming, short = (
        sessions[title]
        for title in (
            "Journée 1 — Repères et écoute",
            "Journée 2 — Négocier et agir",
            "Analyse de pratique à distance",
            "Écrire un contrat à deux",
        )
    )
    christophe = User.objects.get(email="christophe.marie@demo.example")
    claire = User.objects.get(email="professionnel@demo.example")

    assert [(one.title, one.minutes, one.is_whole) for one in attended_sessions(christophe)] == [(day.title, 420, True)]
    assert today.registrations.filter(person=claire).exists()
    assert (day.is_over, coming.has_begun) == (True, False)
    assert {check.level for check in coherence(day)} <= {"warning"}
    assert [check.text.partition(" : ")[2] for check in coherence(short) if " : " in check.text] == [
        "ni signature ni absence notée pour Aurélie Lecarpentier.",
        "à contresigner pour Nicolas Jouault.",
    ]
    step = StepState.objects.get(enrolment__person=christophe, step_key=day.step.step_key)
    assert step.first_completed_at < timezone.now()
