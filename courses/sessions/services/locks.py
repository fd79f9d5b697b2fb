"""Whatever is written of a session waits for what else is being written of it."""

from cms.accounts.models import User
from courses.sessions.errors import NotATrainer, NotInCharge
from courses.sessions.models import HalfDay, TrainingSession


def locked(session: TrainingSession) -> TrainingSession:
    """The session as it is now, locked until the end of the transaction."""
    rows = TrainingSession.objects.select_for_update(of=("self",), no_key=True).select_related("course", "step")
    found: TrainingSession = rows.get(pk=session.pk)
    return found


def locked_around(half_day: HalfDay) -> HalfDay:
    """The half-day as it is now, its session locked."""
    session = locked(half_day.session)
    found = HalfDay.objects.get(pk=half_day.pk)
    found.session = session
    return found


def check_trains(person: User, session: TrainingSession) -> None:
    """Raises NotATrainer."""
    if not TrainingSession.objects.run_by(person).filter(pk=session.pk).exists():
        raise NotATrainer


def check_in_charge(person: User, session: TrainingSession) -> None:
    """Trainers of the session and the coordination. Raises NotInCharge."""
    if not person.sees_everyone and not TrainingSession.objects.run_by(person).filter(pk=session.pk).exists():
        raise NotInCharge
