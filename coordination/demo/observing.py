"""What the people of the demonstration saw of each other's interviews: calibrated, observed, three at a time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cms.accounts.models import User
from courses.models import Attempt, Enrolment
from interview_toolkit.observations.models import GridPage, Observation, Observer, ReferencePage
from interview_toolkit.observations.services import ask_for, rate_reference, save_draft, sign
from interview_toolkit.triads.enums import Role
from interview_toolkit.triads.models import Note, Seat, Triad
from interview_toolkit.triads.services import open_triad, sit_down

SEEN = (2, 3, 2, 1, 2, None, 3, 2, 2, 1, 2)
REMARKS = (
    "La question d'ouverture, suivie d'un silence : la personne a parlé deux minutes sans être interrompue.",
    "Quand elle a dit elle-même par quoi commencer.",
    "Résumer avant de passer à l'écrit.",
)
TRAINER = "formateur@demo.example"
# Who read the reference interview, how far each was from its authors (criterion by criterion), and whether colleagues
# may ask them to observe. The last has to read it again.
READERS: tuple[tuple[str, tuple[int, ...], bool], ...] = (
    (TRAINER, (0, 0, 0, -1, 0, 0, 0, 1, 0, 0, 0), False),
    ("christophe.marie@demo.example", (0, 0, 1, 0, 0, 0, 0, 0, -1, 1, 0), True),
    ("melanie.yver@demo.example", (-1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0), True),
    ("referent@demo.example", (1, 0, 0, -1, 0, 0, 0, 0, 0, 1, 1), False),
    ("amina.cherif@demo.example", (0, -2, 2, -2, -1, 3, 0, 2, -2, 2, 2), False),
)
# The triad of Claire: who sat where, what each saw, what the observer noted and when (seconds).
SITUATION = "Mme R. revient de trois mois d'arrêt. Elle dit que tout va bien, et regarde la porte."
PLACES = (
    ("christophe.marie@demo.example", Role.OBSERVER, (2, 3, 1, 1, 2, 0, 2, None, 2, 1, 0)),
    ("professionnel@demo.example", Role.PROFESSIONAL, (2, 2, 2, 2, 2, 1, 2, None, 2, 2, 1)),
    ("melanie.yver@demo.example", Role.PERSON, (1, 3, 3, 1, 0, 0, 3, None, 3, 1, 0)),
)
SAID = {
    Role.OBSERVER: ("Trois questions d'affilée à la quatrième minute.", "Après « et si on parlait d'avril ? ».", ""),
    Role.PROFESSIONAL: ("J'ai eu peur du silence.", "", "Compter jusqu'à cinq avant de relancer."),
    Role.PERSON: ("Quand on m'a laissé finir ma phrase.", "Quand j'ai choisi le mot « fatigue ».", ""),
}
NOTES = (
    (38, "« Qu'est-ce que vous attendez de ce rendez-vous ? » Elle regarde enfin son interlocutrice."),
    (151, "Silence de quatre secondes, tenu."),
    (244, "Trois questions d'affilée : CV, garde, permis. Elle répond par oui ou non."),
    (402, "Elle dit « je suis fatiguée ». Repris tel quel."),
    (566, "Un rendez-vous est daté. Elle n'a pas été invitée à corriger le résumé."),
)


def calibrate(people: Mapping[str, User], *, at: datetime) -> None:
    """Have those who are there read the reference interview, each on their day."""
    reference = ReferencePage.objects.live().order_by("path").first()
    if reference is None:
        return
    expected = reference.expected
    for days, (address, gaps, is_available) in enumerate(READERS):
        if address in people:
            person = people[address]
            levels = {
                code: None if level is None else max(0, min(3, level + gap))
                for (code, level), gap in zip(expected.items(), gaps, strict=True)
            }
            rated_at = at + timedelta(days=days)
            rate_reference(person=person, reference=reference, levels=levels, rated_at=rated_at)
            Observer.objects.of(person).update(is_available=is_available)


def keep_observation(enrolment: Enrolment, step: Mapping[str, Any], *, at: datetime) -> None:
    """Have an interview observed by the trainer and signed, on a day; the one observed has answered."""
    observer = User.objects.get(email=TRAINER)
    grid = GridPage.objects.get(pk=step["grid"])
    made = ask_for(person=enrolment.person, observer=observer, grid=grid, setting="situation")
    levels = {one["code"]: SEEN[rank % len(SEEN)] for rank, one in enumerate(made.version.criteria)}
    save_draft(observer=observer, public_id=made.public_id, levels=levels, remarks=REMARKS, held_on=at.date())
    # In its day before it is signed: nothing changes it afterwards.
    Observation.objects.filter(pk=made.pk).update(asked_at=at - timedelta(days=6), saved_at=at)
    sign(observer=observer, public_id=made.public_id, signed_at=at)
    Attempt.objects.filter(enrolment=enrolment, step_key=step["step_key"]).update(submitted_at=at)


def keep_triad(people: Mapping[str, User], *, at: datetime) -> None:
    """Have three people play an interview and hand in their grids, on a day."""
    grid = GridPage.objects.live().order_by("path").first()
    if grid is None or any(address not in people for address, _role, _levels in PLACES):
        return
    first, *others = PLACES
    triad = open_triad(person=people[first[0]], grid=grid, role=first[1], situation=SITUATION)
    for address, role, _levels in others:
        sit_down(person=people[address], triad=triad, role=role)
    over = at + timedelta(minutes=triad.minutes)
    Triad.objects.filter(pk=triad.pk).update(opened_at=at - timedelta(minutes=4), started_at=at, ended_at=over)
    codes = [one["code"] for one in triad.version.criteria]
    for rank, (_address, role, levels) in enumerate(PLACES, start=2):
        Seat.objects.filter(triad=triad, role=role).update(
            joined_at=at - timedelta(minutes=rank),
            levels=dict(zip(codes, levels, strict=True)),
            remarks=list(SAID[role]),
            saved_at=over + timedelta(minutes=rank),
            handed_in_at=over + timedelta(minutes=rank),
        )
    observer = Seat.objects.get(triad=triad, role=Role.OBSERVER)
    Note.objects.bulk_create(Note(seat=observer, at=seconds, text=text) for seconds, text in NOTES)
