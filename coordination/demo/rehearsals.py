"""The simulations the people of the demonstration have played."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from courses.models import Attempt, Enrolment
from interview_toolkit.simulations.models import Play, ScenarioPage
from interview_toolkit.simulations.services import choose, start_play

A_TURN = timedelta(seconds=70)


def play_scenario(enrolment: Enrolment, step: Mapping[str, Any], *, at: datetime, draw: Random) -> None:
    """Play the simulation a step asks for to one end or another, on a day."""
    scenario = ScenarioPage.objects.get(pk=step["scenario"])
    play = start_play(person=enrolment.person, scenario=scenario, is_anew=True)
    graph = play.version.moments
    here, number = graph.by_id[graph.start], 0
    while not here.is_end:
        number += 1
        choice = draw.randrange(len(here.options))
        here = choose(person=enrolment.person, play_id=play.public_id, turn=number, node=here.id, choice=choice).here
    began = at - number * A_TURN
    for turn in play.turns.all():
        turn.made_at = began + turn.number * A_TURN
        turn.save(update_fields=["made_at"])
    Play.objects.filter(pk=play.pk).update(started_at=began, finished_at=at)
    Attempt.objects.filter(enrolment=enrolment, step_key=step["step_key"]).update(started_at=began, submitted_at=at)
