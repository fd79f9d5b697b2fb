"""Two real connections at the same instant."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cms.accounts.models import User
from interview_toolkit.commitments.errors import AlreadyAnswered
from interview_toolkit.commitments.models import Commitment
from interview_toolkit.commitments.services import answer, ask_due, commit_to
from interview_toolkit.observations.errors import AlreadySigned
from interview_toolkit.observations.models import Observation
from interview_toolkit.observations.services import ask_for, save_draft, sign
from interview_toolkit.simulations.errors import AlreadyPlayed
from interview_toolkit.simulations.models import Play, PlayTurn
from interview_toolkit.simulations.services import choose, replay_turn, start_play
from tests.courses.test_races import together as together  # a fixture
from tests.factories.accounts import UserFactory
from tests.factories.toolkit import grid, scenario, technique

pytestmark = pytest.mark.django_db(transaction=True)
Together = Callable[..., list[Any]]


def test_a_turn_sent_from_two_tabs_is_one_row(together: Together) -> None:
    person, page = UserFactory(), scenario()
    found = together(*[lambda: start_play(person=person, scenario=page)] * 3)
    assert {play.pk for play in found} == set(Play.objects.values_list("pk", flat=True))
    play = found[0]

    def say(choice: int) -> Callable[[], Any]:
        return lambda: choose(person=person, play_id=play.public_id, turn=1, node="accueil", choice=choice)

    said = together(say(0), say(1), say(0), say(1))
    kept = PlayTurn.objects.get().choice
    assert sum(isinstance(one, AlreadyPlayed) for one in said) == 2
    assert {one.here.id for one in said if not isinstance(one, Exception)} == {"suite" if kept == 0 else "repli"}


def test_a_turn_replayed_from_two_tabs_is_one_branch(together: Together) -> None:
    person, page = UserFactory(), scenario()
    play = start_play(person=person, scenario=page)
    for turn, (node, choice) in enumerate([("accueil", 1), ("repli", 1)], start=1):
        choose(person=person, play_id=play.public_id, turn=turn, node=node, choice=choice)
    found = together(*[lambda: replay_turn(play=Play.objects.get(pk=play.pk), number=2)] * 4)
    assert {branch.pk for branch in found} == set(Play.objects.exclude(pk=play.pk).values_list("pk", flat=True))
    found = together(
        *[lambda: replay_turn(play=Play.objects.get(pk=play.pk), number=1)] * 2,
        *[lambda: start_play(person=person, scenario=page)] * 2,
    )
    assert not [one for one in found if isinstance(one, Exception)]
    assert Play.objects.under_way().count() == 1


def test_one_is_asked_and_answers_once(together: Together, trainer: User) -> None:
    person = UserFactory()
    made = commit_to(person=person, technique=technique(), interview="suivi", due_on=timezone.localdate())
    Commitment.objects.update(made_at=timezone.now() - timedelta(days=11))
    assert sum(together(ask_due, ask_due, ask_due)) == 1
    said = together(
        lambda: answer(commitment=made, answer="essaye"), lambda: answer(commitment=made, answer="nose_pas")
    )
    assert sum(isinstance(one, AlreadyAnswered) for one in said) == 1

    about = {"observer": trainer, "public_id": None}
    seen = ask_for(person=person, observer=trainer, grid=grid(), setting="reel")
    about["public_id"] = seen.public_id
    save_draft(**about, levels={"C1": 1, "C2": None, "C3": 0}, remarks=[], held_on=timezone.localdate())
    signed = together(*[lambda: sign(**about)] * 3)
    assert sum(isinstance(one, AlreadySigned) for one in signed) == 2
    assert Observation.objects.signed().count() == 1
