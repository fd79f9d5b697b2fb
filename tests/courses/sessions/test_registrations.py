"""Who is on the list, who may put them there, who is told."""

import pytest
from django.core import mail
from django.db import transaction

from cms.accounts.models import User
from courses.enums import EnrolmentSource
from courses.services import enrol, record_attempt, retake
from courses.sessions.errors import (
    NotEnrolled,
    NotInCharge,
    SessionBegun,
    SessionCancelled,
    SessionFull,
    SessionOver,
    SessionSigned,
)
from courses.sessions.models import Registration, TrainingSession
from courses.sessions.services import cancel, countersign, join, register, sign, withdraw
from tests.courses.sessions.conftest import Clock
from tests.factories.accounts import UserFactory
from tests.factories.courses import CourseTree
from tests.factories.sessions import at, training_session

pytestmark = pytest.mark.django_db


def refused(error: type[Exception], do) -> None:
    with pytest.raises(error), transaction.atomic():
        do()


def enrolled(tree: CourseTree) -> User:
    person = UserFactory()
    enrol(person=person, course=tree.course, source=EnrolmentSource.SELF)
    return person


def test_whoever_follows_the_course_takes_a_place_while_there_are_some(
    clock: Clock, tree: CourseTree, trainer: User
) -> None:
    session = training_session(tree.course, trainer, capacity=1)
    first, second = enrolled(tree), enrolled(tree)
    refused(NotEnrolled, lambda: join(session=session, person=UserFactory()))
    place = join(session=session, person=first)
    assert join(session=session, person=first) == place
    assert place.enrolment == first.enrolments.get()
    refused(SessionFull, lambda: join(session=session, person=second))
    refused(SessionFull, lambda: register(session=session, person=UserFactory()))
    withdraw(registration=place, by=first)
    assert join(session=session, person=second).person == second
    clock(at(9))
    refused(SessionBegun, lambda: withdraw(registration=Registration.objects.get(person=second), by=second))


def test_others_put_someone_on_the_list_as_long_as_they_may_sign(
    clock: Clock, session: TrainingSession, coordinator: User
) -> None:
    clock(at(16))
    refused(SessionBegun, lambda: join(session=session, person=coordinator))
    late = register(session=session, person=UserFactory())
    assert (late.enrolment, late.withdrawn_at) == (None, None)
    clock(at(17, 1).replace(day=11))
    refused(SessionOver, lambda: register(session=session, person=UserFactory()))
    withdraw(registration=late, by=coordinator)
    assert Registration.objects.get(pk=late.pk).withdrawn_at is not None


def test_each_is_told_by_mail_with_a_file_for_calendars(
    clock: Clock, tree: CourseTree, trainer: User, coordinator: User
) -> None:
    session = training_session(tree.course, trainer, title="Écouter, puis\tagir ; vraiment")
    person = UserFactory()
    mail.outbox.clear()
    place = register(session=session, person=person)
    (told,) = mail.outbox
    assert told.to == [person.email]
    assert "Jeudi 10 décembre 2026, matin" in told.body or "jeudi 10 décembre 2026, matin" in told.body
    assert session.get_absolute_url() in told.body
    ((name, content, kind),) = told.attachments
    text = content if isinstance(content, str) else content.decode()
    assert (name, kind) == ("seance.ics", "text/calendar")
    assert text.count("BEGIN:VEVENT") == 2
    assert "DTSTART:20261210T080000Z\r\nDTEND:20261210T113000Z" in text
    assert "SUMMARY:Écouter\\, puis\tagir \\; vraiment" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    withdraw(registration=place, by=coordinator)
    assert mail.outbox[-1].subject.startswith("Vous n'êtes plus sur la liste")


def test_cancelling_tells_everyone_and_happens_once(
    clock: Clock, session: TrainingSession, trainer: User, other_trainer: User, people: tuple[User, User, User]
) -> None:
    session.trainers.add(other_trainer)
    session.save()
    mail.outbox.clear()
    refused(NotInCharge, lambda: cancel(session=session, by=people[0], reason="Non."))
    for _ in range(2):
        cancel(session=session, by=trainer, reason="La salle est inondée.")
    assert sorted(message.to[0] for message in mail.outbox) == sorted(one.email for one in (*people, other_trainer))
    assert all("La salle est inondée." in message.body for message in mail.outbox)
    assert "STATUS:CANCELLED" in str(mail.outbox[0].attachments[0][1])
    refused(SessionCancelled, lambda: register(session=session, person=UserFactory()))
    refused(SessionCancelled, lambda: join(session=session, person=UserFactory()))


def test_a_session_somebody_signed_for_is_not_cancelled(
    clock: Clock, session: TrainingSession, trainer: User, people: tuple[User, User, User]
) -> None:
    clock(at(10))
    sign(person=people[0], half_day=session.halves[0])
    refused(SessionSigned, lambda: cancel(session=session, by=trainer, reason="Trop tard."))


def test_a_place_counts_in_the_enrolment_of_its_time(
    clock: Clock, tree: CourseTree, session: TrainingSession, trainer: User, people: tuple[User, User, User]
) -> None:
    """Put on the list before enrolling; the course is retaken later: the first cycle keeps what was attended."""
    alix = people[0]
    first = enrol(person=alix, course=tree.course, source=EnrolmentSource.SELF)
    clock(at(10))
    sign(person=alix, half_day=session.halves[0])
    countersign(trainer=trainer, half_day=session.halves[0])
    record_attempt(enrolment=first, step_key=tree.lessons[0].step_key, idempotency_key="fin", passed=True)
    retake(enrolment=first)
    assert Registration.objects.get(person=alix).enrolment == first
