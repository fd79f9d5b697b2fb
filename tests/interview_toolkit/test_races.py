"""Two real connections at the same instant."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from cms.accounts.models import User
from interview_toolkit.commitments.errors import AlreadyAnswered, AlreadyCommitted, Withdrawn
from interview_toolkit.commitments.models import Commitment
from interview_toolkit.commitments.services import answer, ask_due, commit_to, withdraw
from interview_toolkit.journal.models import Entry
from interview_toolkit.journal.services import write_entry
from interview_toolkit.observations.errors import AlreadySigned, RatedToday
from interview_toolkit.observations.models import Observation, Observer, Rating
from interview_toolkit.observations.services import ask_for, rate_reference, save_draft, sign
from interview_toolkit.practices.models import PracticeIndexPage, PracticePage
from interview_toolkit.practices.services import propose
from interview_toolkit.simulations.errors import AlreadyPlayed
from interview_toolkit.simulations.models import Play, PlayTurn
from interview_toolkit.simulations.services import choose, replay_turn, start_play
from interview_toolkit.triads.errors import TooManyCodes, WrongCode
from interview_toolkit.triads.models import Seat
from interview_toolkit.triads.services import MOST_WRONG, end, find_open, open_triad, sit_down, start, turn_roles
from tests.courses.test_races import together as together  # a fixture
from tests.factories.accounts import UserFactory
from tests.factories.toolkit import grid, reference, room, scenario, technique

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


def test_the_last_place_of_a_triad_is_taken_once(together: Together) -> None:
    opener, others = UserFactory(), [UserFactory() for _ in range(4)]
    triad = open_triad(person=opener, grid=grid(), role="observateur")
    found = together(*[lambda one=one: sit_down(person=one, triad=triad, role="personne") for one in others])
    assert sum(isinstance(one, Exception) for one in found) == 3
    last = together(*[lambda one=one: sit_down(person=one, triad=triad, role="professionnel") for one in others])
    assert sum(isinstance(one, Exception) for one in last) == 2  # one sat already, one sits now
    assert Seat.objects.filter(triad=triad).count() == 3

    begun = together(*[lambda: start(person=opener, public_id=triad.public_id)] * 3)
    assert len({one.started_at for one in begun}) == 1
    end(person=opener, public_id=triad.public_id)
    turned = together(*[lambda: turn_roles(person=opener, public_id=triad.public_id)] * 3)
    assert len({one.pk for one in turned}) == 1


def test_triads_opened_at_once_have_each_their_code(together: Together) -> None:
    people, page = [UserFactory() for _ in range(6)], grid()
    found = together(*[lambda one=one: open_triad(person=one, grid=page, role="observateur") for one in people])
    assert len({triad.code for triad in found}) == 6


def test_guesses_sent_together_are_all_counted(together: Together) -> None:
    person = UserFactory()
    said = together(*[lambda: find_open(person=person, code="0000")] * 14)
    assert sum(isinstance(one, WrongCode) for one in said) == MOST_WRONG
    assert sum(isinstance(one, TooManyCodes) for one in said) == 14 - MOST_WRONG


def test_a_reference_interview_is_read_once_a_day(together: Together) -> None:
    person, page = UserFactory(), reference()
    levels = {"C1": 3, "C2": 0, "C3": 2}
    said = together(*[lambda: rate_reference(person=person, reference=page, levels=levels)] * 4)
    assert sum(isinstance(one, RatedToday) for one in said) == 3
    assert (Rating.objects.count(), Observer.objects.count()) == (1, 1)


def test_a_form_sent_from_two_connections_is_one_row(together: Together) -> None:
    person, known, key = UserFactory(), technique(), uuid4()
    room(PracticeIndexPage, "pratiques")
    texts = {"situation": "Un accueil.", "effect": "Du calme.", "next": ""}
    about = {"person": person, "form_key": key}
    found = together(*[lambda: write_entry(**about, texts=texts, techniques=[known], themes=[])] * 3)
    assert {entry.pk for entry in found} == {Entry.objects.get().pk}

    said = {"context": "Debout.", "what_we_did": "Un café.", "what_changed": "On parle.", "watch_out": ""}
    found = together(*[lambda: propose(**about, title="Le café", texts=said, themes=[], techniques=[])] * 3)
    assert {page.pk for page in found} == {PracticePage.objects.get().pk}

    trial = {"person": person, "technique": known, "interview": "suivi", "due_on": timezone.localdate()}
    found = together(*[lambda: commit_to(**trial, form_key=key)] * 3)
    assert {made.pk for made in found} == {Commitment.objects.get().pk}
    refused = together(*[lambda: commit_to(**trial, form_key=uuid4())] * 2)
    assert all(isinstance(one, AlreadyCommitted) for one in refused)


def test_what_is_withdrawn_while_it_is_answered_is_one_or_the_other(together: Together) -> None:
    trial = {"technique": technique(), "interview": "suivi", "due_on": timezone.localdate()}
    made = commit_to(person=UserFactory(), **trial)
    said = together(lambda: withdraw(commitment=made), lambda: answer(commitment=made, answer="essaye"))
    kept = Commitment.objects.filter(pk=made.pk).first()
    assert kept is None or kept.answer == "essaye"
    assert isinstance(said[1], Withdrawn) if kept is None else isinstance(said[0], AlreadyAnswered)
