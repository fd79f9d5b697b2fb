"""The sessions of the demonstration: a day signed and countersigned, one today, one to come, one that does not hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid5

from cms.accounts.models import User
from coordination.demo.blocks import NAMESPACE
from coordination.demo.files import DemoFiles
from courses.models import Attempt, CoursePage
from courses.services import recompute
from courses.sessions.enums import Part, SignedFrom
from courses.sessions.models import Attendance, HalfDay, Registration, SessionStepPage, TrainingSession
from courses.sessions.services import keep_planning

TRAINER = "formateur@demo.example"
MORNING, AFTERNOON = (Part.MORNING, time(9), time(12, 30)), (Part.AFTERNOON, time(13, 30), time(17))
WHOLE_DAY = (MORNING, AFTERNOON)
PLACE = "Maison du Département, 98 route de Candol, Saint-Lô\nAscenseur au fond du hall, parking gratuit."
LINK = "https://visio.demo.example/entretien"
# What someone did of each half-day: countersigned, signed, absent, or nothing.
COUNTERSIGNED, SIGNED, ABSENT, NOTHING = "contresignée", "signée", "absente", ""


@dataclass(frozen=True)
class Gathering:
    """`ago`: how many days before today, negative for one to come; `people`: what each did, half-day by half-day."""

    ago: int
    halves: Sequence[tuple[Part, time, time]]
    people: Mapping[str, Sequence[str]]
    room: str = ""
    capacity: int | None = 12


# By course, and by place among the sessions of the course.
GATHERINGS = {
    ("POUVOIR-AGIR", 0): Gathering(
        45,
        WHOLE_DAY,
        {
            "referent@demo.example": (COUNTERSIGNED, COUNTERSIGNED),
            "melanie.yver@demo.example": (COUNTERSIGNED, COUNTERSIGNED),
            "christophe.marie@demo.example": (COUNTERSIGNED, COUNTERSIGNED),
            "amina.cherif@demo.example": (COUNTERSIGNED, ABSENT),
        },
        room="Salle Barfleur",
    ),
    ("POUVOIR-AGIR", 1): Gathering(
        0,
        WHOLE_DAY,
        {
            "professionnel@demo.example": (),
            "referent@demo.example": (),
            "melanie.yver@demo.example": (),
            "christophe.marie@demo.example": (),
        },
        room="Salle Barfleur",
    ),
    ("POUVOIR-AGIR", 2): Gathering(
        -12, ((Part.MORNING, time(9, 30), time(12, 30)),), {"melanie.yver@demo.example": ()}, capacity=8
    ),
    # Half an hour short, a signature that waits, and somebody of whom nothing is said.
    ("CONTRAT", 0): Gathering(
        20,
        ((Part.MORNING, time(9, 30), time(12)),),
        {
            "odile.quesnel@demo.example": (COUNTERSIGNED,),
            "nicolas.jouault@demo.example": (SIGNED,),
            "aurelie.lecarpentier@demo.example": (NOTHING,),
        },
    ),
}
# Which session validates the step in a room of its course.
STEPS = {("POUVOIR-AGIR", 0)}


def load_sessions(files: DemoFiles, *, now: datetime, at_work: Any) -> None:
    """Write the sessions that are not there yet; one already there is left as it is."""
    people = {person.email: person for person in User.objects.all()}
    for course in files.demo["courses"]:
        for rank, told in enumerate(course.get("sessions", [])):
            place = (course["code"], rank)
            key = uuid5(NAMESPACE, f"seance/{course['code']}/{rank}")
            if place in GATHERINGS and not TrainingSession.objects.filter(public_id=key).exists():
                plan = GATHERINGS[place]
                day = at_work(now - timedelta(days=plan.ago)).date()
                session = _plan(CoursePage.objects.get(code=course["code"]), told, plan, day, public_id=key)
                if place in STEPS:
                    session.step = SessionStepPage.objects.live().descendant_of(session.course).first()
                    session.save()
                session.trainers.set([people[TRAINER]])
                session.save()
                _attend(session, plan, people)


def _plan(course: CoursePage, told: Mapping[str, Any], plan: Gathering, day: date, **more: Any) -> TrainingSession:
    is_virtual = told["mode"] == "classe_virtuelle"
    session = TrainingSession.objects.create(
        course=course,
        title=told["title"],
        mode=told["mode"],
        place="" if is_virtual else PLACE,
        link=LINK if is_virtual else "",
        capacity=plan.capacity,
        planned_minutes=told["hours"] * 60,
        **more,
    )
    HalfDay.objects.bulk_create(
        HalfDay(session=session, on=day, part=part, starts_at=starts_at, ends_at=ends_at, room=plan.room)
        for part, starts_at, ends_at in plan.halves
    )
    return session


def _attend(session: TrainingSession, plan: Gathering, people: Mapping[str, User]) -> None:
    """In their time: signed half an hour before the end, countersigned a quarter of an hour later."""
    session = TrainingSession.objects.get(pk=session.pk)
    for address, said in plan.people.items():
        if address not in people:
            continue
        begins = session.begins or session.created_at
        registered_at = min(begins - timedelta(days=20), session.created_at)
        place = Registration.objects.create(session=session, person=people[address], registered_at=registered_at)
        for half, what in zip(session.halves, said, strict=False):
            if what == ABSENT:
                Attendance.objects.create(
                    half_day=half, registration=place, is_absent=True, absent_reason="Rappelée par son service"
                )
            elif what:
                is_whole = what == COUNTERSIGNED
                Attendance.objects.create(
                    half_day=half,
                    registration=place,
                    signed_at=half.ends - timedelta(minutes=30),
                    signed_from=SignedFrom.OWN_ACCOUNT,
                    countersigned_at=half.ends - timedelta(minutes=15) if is_whole else None,
                    countersigned_by=people[TRAINER] if is_whole else None,
                )
    _count(session)


def _count(session: TrainingSession) -> None:
    """In courses, in its time too."""
    keep_planning(session=session)
    if session.step is not None and session.ends is not None:
        done = Attempt.objects.filter(step_key=session.step.step_key)
        done.update(submitted_at=session.ends - timedelta(minutes=15))
        recompute(list(done.values_list("enrolment", flat=True)))
