"""The simulations the people of the demonstration have played, their journals, and what they tried at work."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cms.accounts.models import User
from cms.roadmap.models import Evidence
from courses.models import Attempt, Enrolment
from interview_toolkit.commitments.enums import Answer
from interview_toolkit.commitments.models import Commitment
from interview_toolkit.commitments.services import answer, commit_to
from interview_toolkit.journal.models import Entry
from interview_toolkit.journal.services import write_entry
from interview_toolkit.practices.models import PracticePage
from interview_toolkit.simulations.models import Play, ScenarioPage
from interview_toolkit.simulations.services import choose, start_play
from interview_toolkit.techniques.models import TechniquePage

NOTES = (
    (
        "QUESTION-OUVERTE",
        {
            "situation": "Un premier rendez-vous, avant le contrat. J'ai laissé l'ordinateur fermé dix minutes.",
            "effect": "La personne a parlé de ce qu'elle attendait avant que je présente quoi que ce soit.",
            "next": "Préparer une seule question d'ouverture, et me taire après.",
        },
    ),
    (
        "PREMIER-PAS",
        {
            "situation": "Un point d'étape où j'arrivais d'habitude avec ma liste d'actions.",
            "effect": "Un seul pas a été choisi, petit, et c'est la personne qui a donné la date.",
            "next": "Lui demander ce qu'elle en a appris, la prochaine fois.",
        },
    ),
)
# What people meant to try (a technique by its code, a practice by its title), what they answered, in their words.
TRIALS = (
    ("INFO-PERMISSION", Answer.TRIED, "J'ai demandé avant d'expliquer la règle : trois questions au lieu d'un exposé."),
    ("La première demi-heure sans dossier", Answer.TRIED, "Dix minutes sans écran, pour commencer."),
    ("ENJEUX-ACTEURS", Answer.NO_OCCASION, ""),
    ("Un double canal pour ne pas perdre le contact", Answer.TRIED, "La question est posée à l'accueil."),
    ("ENJEUX-ACTEURS", Answer.DARE_NOT, "La carte des acteurs me semble longue à faire."),
)
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


def keep_journal(enrolment: Enrolment, step: Mapping[str, Any], *, at: datetime) -> None:
    """Write the entries a step asks for, the last on that day."""
    techniques = {page.code: page for page in TechniquePage.objects.all()}
    for number in range(step["entries"]):
        code, texts = NOTES[number % len(NOTES)]
        entry = write_entry(person=enrolment.person, texts=texts, techniques=[techniques[code]], themes=[])
        Entry.objects.filter(pk=entry.pk).update(written_at=at - (step["entries"] - 1 - number) * timedelta(days=3))
    Attempt.objects.filter(enrolment=enrolment, step_key=step["step_key"]).update(submitted_at=at)


def keep_trial(person: User, rank: int, *, made_at: datetime, answered_at: datetime | None = None) -> None:
    """Note what someone meant to try, and what became of it if they have answered."""
    name, given, line = TRIALS[rank % len(TRIALS)]
    technique = TechniquePage.objects.filter(code=name).first()
    practice = None if technique else PracticePage.objects.get(title=name)
    due_on = made_at.date() + timedelta(days=10)
    made = commit_to(person=person, technique=technique, practice=practice, interview="suivi", due_on=due_on)
    Commitment.objects.filter(pk=made.pk).update(made_at=made_at)
    if answered_at is not None:
        answer(commitment=made, answer=given, line=line)
        Commitment.objects.filter(pk=made.pk).update(asked_at=answered_at, answered_at=answered_at)
        Evidence.objects.filter(source=made.source).update(recorded_at=answered_at)
