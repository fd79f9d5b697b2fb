"""Training sessions as a trainer would plan them: Thursday 10 December 2026, morning and afternoon."""

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from cms.accounts.models import User
from courses.models import CoursePage, ModulePage
from courses.sessions.models import HalfDay, SessionStepPage, TrainingSession
from courses.sessions.services import register

DAY = date(2026, 12, 10)
MORNING = ("matin", time(9), time(12, 30))
AFTERNOON = ("apres_midi", time(13, 30), time(17))


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def training_session(
    course: CoursePage,
    *trainers: User,
    day: date = DAY,
    halves: tuple[tuple[str, time, time], ...] = (MORNING, AFTERNOON),
    people: tuple[User, ...] = (),
    **values: Any,
) -> TrainingSession:
    """A session with its half-days, and people on its list; seven hours planned unless said otherwise."""
    said = {
        "title": "Journée 1 : repères et écoute",
        "place": "Maison du Département, Saint-Lô",
        "planned_minutes": 420,
    }
    session = TrainingSession(course=course, **{**said, **values})
    session.save()
    session.trainers.set(trainers)
    session.save()
    for part, starts_at, ends_at in halves:
        HalfDay.objects.create(session=session, on=day, part=part, starts_at=starts_at, ends_at=ends_at)
    for person in people:
        register(session=session, person=person)
    return TrainingSession.objects.get(pk=session.pk)


def session_step(module: ModulePage, title: str = "La journée en salle", **values: Any) -> SessionStepPage:
    step: SessionStepPage = module.add_child(instance=SessionStepPage(title=title, est_minutes=420, **values))
    return step
