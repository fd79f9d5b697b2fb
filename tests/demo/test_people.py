"""The demonstration people: there once, believable, and true to the one status function."""

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import call_command

from cms.accounts.models import Membership, User
from cms.roadmap.models import Evidence
from coordination.demo.cast import ACCOUNTS, PEOPLE
from coordination.demo.loader import load_demo
from courses.enums import Status
from courses.models import Attempt, Enrolment, EnrolmentState

pytestmark = pytest.mark.django_db


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
