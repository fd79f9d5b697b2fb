"""Every write of simulations: what is published, what is played."""

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from wagtail.models import Page, Workflow, WorkflowPage

from cms.accounts.models import User
from courses.models import Enrolment
from courses.services import record_attempt
from interview_toolkit.simulations.checks import problems_of
from interview_toolkit.simulations.errors import (
    AlreadyPlayed,
    NoSuchTurn,
    NotOfferedHere,
    NotPlayable,
    PlayIsLeft,
    PlayIsOver,
    TooLong,
)
from interview_toolkit.simulations.graph import shape_of, stored
from interview_toolkit.simulations.models import (
    RULE,
    WORKFLOW,
    Play,
    PlayTurn,
    ScenarioIndexPage,
    ScenarioPage,
    ScenarioVersion,
)
from interview_toolkit.simulations.walk import MOST_TURNS, Choice, NotOffered, Walk, follow
from interview_toolkit.techniques.models import techniques_by_code


@transaction.atomic
def publish_scenario(*, scenario: ScenarioPage) -> ScenarioVersion | None:
    """Keep what a simulation says now as a version, unless the latest says the same; return the latest.

    Whoever is playing goes on with theirs. None when it cannot be played: nothing is kept of it.
    """
    Page.objects.select_for_update(no_key=True).get(pk=scenario.pk)
    graph = scenario.graph
    if problems_of(graph, techniques=techniques_by_code()):
        return None
    latest = scenario.versions.first()
    if latest is not None and latest.graph == stored(graph):
        return latest
    return ScenarioVersion.objects.create(
        scenario=scenario, number=latest.number + 1 if latest else 1, graph=stored(graph), shape=shape_of(graph)
    )


def give_workflow(*, index: ScenarioIndexPage) -> None:
    """Have what is written under this list reread before it is published, by whoever asks for it."""
    if workflow := Workflow.objects.active().filter(name=WORKFLOW).first():
        WorkflowPage.objects.get_or_create(page=index.page_ptr, defaults={"workflow": workflow})


@transaction.atomic
def start_play(*, person: User, scenario: ScenarioPage, is_anew: bool = False) -> Play:
    """Begin a simulation with its latest version, or return the play under way; `is_anew` leaves that one.

    Raises NotPlayable.
    """
    version = scenario.versions.first()
    if version is None or not scenario.live:
        raise NotPlayable
    _one_at_a_time(person.pk)
    under_way = Play.objects.visible_to(person).under_way().filter(scenario=scenario)
    if is_anew:
        under_way.update(left_at=timezone.now())
    elif play := under_way.first():
        return play
    return Play.objects.create(person=person, scenario=scenario, version=version, seed=secrets.randbelow(2**31))


@transaction.atomic
def choose(*, person: User, play_id: UUID, turn: int, node: str, choice: int) -> Walk:
    """Make a turn of one's play, and end it when that leads to an end; return where it leads.

    The same turn made twice with the same words changes nothing. Raises Play.DoesNotExist when it is not this person's,
    PlayIsOver, PlayIsLeft, AlreadyPlayed, NotOfferedHere, TooLong.
    """
    mine = Play.objects.visible_to(person).select_for_update(of=("self",), no_key=True)
    play = mine.select_related("version").get(public_id=play_id)
    play.person = person
    made = choices_of(play)
    if turn <= len(made):
        if turn < 1 or made[turn - 1] != (node, choice):
            raise AlreadyPlayed
        return follow(play.version.moments, made)
    if play.finished_at:
        raise PlayIsOver
    if play.left_at:
        raise PlayIsLeft
    if len(made) >= MOST_TURNS:
        raise TooLong
    if turn != len(made) + 1:
        raise NotOfferedHere
    try:
        walk = follow(play.version.moments, [*made, (node, choice)])
    except NotOffered:
        raise NotOfferedHere from None
    PlayTurn.objects.create(play=play, number=turn, node=node, choice=choice)
    if walk.is_over:
        play.finished_at, play.outcome = timezone.now(), walk.here.outcome
        play.save(update_fields=["finished_at", "outcome"])
        _tell_courses(play)
    return walk


@transaction.atomic
def replay_turn(*, play: Play, number: int) -> Play:
    """Begin a play that repeats another up to a turn, to choose otherwise there; the one under way is left.

    The same asked twice before anything is chosen is one play. Raises NoSuchTurn, NotPlayable.
    """
    made = choices_of(play)
    if not 1 <= number <= len(made):
        raise NoSuchTurn
    if not play.scenario.live:
        raise NotPlayable
    _one_at_a_time(play.person_id)
    under_way = Play.objects.under_way().filter(person=play.person_id, scenario=play.scenario_id)
    current = under_way.annotate(made=Count("turns")).first()
    if current and (current.branched_from_id, current.branched_at, current.made) == (play.pk, number, number - 1):
        return current
    under_way.update(left_at=timezone.now())
    branch = Play.objects.create(
        person_id=play.person_id,
        scenario_id=play.scenario_id,
        version_id=play.version_id,
        seed=play.seed,
        branched_from=play,
        branched_at=number,
    )
    PlayTurn.objects.bulk_create(
        PlayTurn(play=branch, number=at, node=node, choice=choice)
        for at, (node, choice) in enumerate(made[: number - 1], start=1)
    )
    return branch


def _one_at_a_time(person: int) -> None:
    """Plays of a person begin one after the other, whatever is clicked twice: only one is under way."""
    User.objects.select_for_update(no_key=True).get(pk=person)


def choices_of(play: Play) -> Sequence[Choice]:
    """What was chosen, in order; one query unless the turns are there."""
    return [(turn.node, turn.choice) for turn in sorted(play.turns.all(), key=lambda turn: turn.number)]


def _tell_courses(play: Play) -> None:
    """A play that ends counts in every open enrolment that asks for its simulation."""
    for enrolment, step in steps_asking(play):
        record_attempt(
            enrolment=enrolment,
            step_key=step["step_key"],
            idempotency_key=str(uuid5(play.public_id, f"{enrolment.pk}/{step['step_key']}")),
            passed=step["outcome"] in ("", play.outcome),
            snapshot={"play": str(play.public_id), "outcome": play.outcome},
            revision=step.get("revision"),
            started_at=play.started_at,
        )


def steps_asking(play: Play) -> list[tuple[Enrolment, dict[str, Any]]]:
    """The steps of the open enrolments of a person that ask for what they played; one query."""
    asked = {"rule": RULE, "scenario": play.scenario_id}
    enrolments = Enrolment.objects.of(play.person).open().filter(version__manifest__contains=[asked])
    return [
        (enrolment, step)
        for enrolment in enrolments.select_related("version", "person")
        for step in enrolment.version.manifest
        if {name: step.get(name) for name in asked} == asked
    ]
