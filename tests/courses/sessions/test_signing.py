"""A half-day is signed by the trainee, then countersigned by a trainer; neither changes any more."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.accounts.models import User
from courses.sessions.enums import CorrectionKind, Mark, SignedFrom
from courses.sessions.errors import (
    AlreadyCorrected,
    AlreadySigned,
    MarkedAbsent,
    NotATrainer,
    NothingToCountersign,
    NotInCharge,
    NotRegistered,
    NotSigned,
    OwnSignature,
    ReasonMissing,
    SessionCancelled,
    TooEarly,
    TooLate,
)
from courses.sessions.models import Attendance, Correction, HalfDay, TrainingSession, mark_of
from courses.sessions.queries.attended import attendance_minutes, attended_sessions, half_days_of
from courses.sessions.services import (
    cancel,
    correct,
    countersign,
    mark_absent,
    register,
    sign,
    unmark_absent,
    withdraw,
)
from tests.courses.sessions.conftest import Clock
from tests.factories.accounts import UserFactory
from tests.factories.sessions import DAY, at

pytestmark = pytest.mark.django_db
People = tuple[User, User, User]


def registration_of(session: TrainingSession, person: User):
    return session.registrations.get(person=person)


def refused(error: type[Exception], do) -> None:
    with pytest.raises(error), transaction.atomic():
        do()


def test_one_signs_from_the_beginning_to_a_day_after_the_end(clock: Clock, morning: HalfDay, people: People) -> None:
    for moment, error in (
        (at(8, 59), TooEarly),
        (at(12, 31) + timedelta(days=1), TooLate),
        (at(12, 30) + timedelta(days=40), TooLate),
    ):
        clock(moment)
        refused(error, lambda: sign(person=people[0], half_day=morning))
    for person, moment in zip(people, (at(9), at(12, 30), at(12, 30) + timedelta(days=1)), strict=True):
        clock(moment)
        signed = sign(person=person, half_day=morning)
        assert (signed.signed_at, signed.signed_from, signed.device_of) == (moment, SignedFrom.OWN_ACCOUNT, None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.integers(min_value=-3 * 24 * 60, max_value=5 * 24 * 60))
def test_a_signature_is_taken_in_its_window_and_never_outside(
    clock: Clock, morning: HalfDay, people: People, minutes: int
) -> None:
    moment = at(9) + timedelta(minutes=minutes)
    clock(moment)
    with transaction.atomic():
        try:
            sign(person=people[0], half_day=morning)
            is_taken = True
        except (TooEarly, TooLate):
            is_taken = False
        transaction.set_rollback(True)
    assert is_taken == (morning.begins <= moment <= morning.ends + timedelta(hours=24)) == morning.is_open


def test_signing_twice_is_one_signature(clock: Clock, morning: HalfDay, people: People) -> None:
    clock(at(10))
    first = sign(person=people[0], half_day=morning)
    clock(at(11))
    assert sign(person=people[0], half_day=morning) == first
    assert Attendance.objects.get().signed_at == at(10)


def test_who_is_not_on_the_list_does_not_sign(clock: Clock, session: TrainingSession, people: People) -> None:
    withdraw(registration=registration_of(session, people[0]), by=people[0])
    clock(at(10))
    for person in (UserFactory(), people[0]):
        refused(NotRegistered, lambda person=person: sign(person=person, half_day=session.halves[0]))


def test_a_cancelled_session_is_not_signed_nor_are_absences_noted(
    clock: Clock, session: TrainingSession, people: People, trainer: User
) -> None:
    cancel(session=session, by=trainer, reason="Neige.")
    clock(at(10))
    morning, one = session.halves[0], registration_of(session, people[0])
    refused(SessionCancelled, lambda: sign(person=people[0], half_day=morning))
    refused(SessionCancelled, lambda: mark_absent(trainer=trainer, half_day=morning, registrations=[one]))


def test_the_trainer_countersigns_what_is_signed_at_once_or_one_by_one(
    clock: Clock, session: TrainingSession, people: People, trainer: User
) -> None:
    morning, afternoon = session.halves
    alix, bao, claire = people
    clock(at(10))
    refused(NothingToCountersign, lambda: countersign(trainer=trainer, half_day=morning))
    for person in (alix, bao):
        sign(person=person, half_day=morning)
    assert countersign(trainer=trainer, half_day=morning, registration=registration_of(session, bao)) == 1
    assert set(Attendance.objects.valid().values_list("registration__person", flat=True)) == {bao.pk}
    clock(at(10) + timedelta(days=90))
    assert countersign(trainer=trainer, half_day=morning) == 1
    refused(NothingToCountersign, lambda: countersign(trainer=trainer, half_day=morning))
    refused(
        NothingToCountersign,
        lambda: countersign(trainer=trainer, half_day=morning, registration=registration_of(session, claire)),
    )
    refused(NothingToCountersign, lambda: countersign(trainer=trainer, half_day=afternoon))


def test_only_those_who_run_the_session_countersign_or_note_absences(
    clock: Clock, session: TrainingSession, people: People, other_trainer: User, coordinator: User
) -> None:
    morning, one = session.halves[0], registration_of(session, people[0])
    clock(at(10))
    sign(person=people[0], half_day=morning)
    for person in (other_trainer, coordinator, people[0], people[1]):
        refused(NotATrainer, lambda by=person: countersign(trainer=by, half_day=morning))
        refused(NotATrainer, lambda by=person: mark_absent(trainer=by, half_day=morning, registrations=[one]))
        refused(NotATrainer, lambda by=person: unmark_absent(trainer=by, half_day=morning, registration=one))
    HalfDay.objects.filter(pk=morning.pk).update(trainer=other_trainer)
    assert countersign(trainer=other_trainer, half_day=morning) == 1


def test_nobody_countersigns_their_own_presence(clock: Clock, session: TrainingSession, trainer: User) -> None:
    register(session=session, person=trainer)
    clock(at(10))
    sign(person=trainer, half_day=session.halves[0])
    refused(OwnSignature, lambda: countersign(trainer=trainer, half_day=session.halves[0]))
    refused(NotATrainer, lambda: sign(person=trainer, half_day=session.halves[0], device_of=trainer))


def test_one_may_sign_on_the_device_of_the_trainer(
    clock: Clock, morning: HalfDay, people: People, trainer: User, other_trainer: User
) -> None:
    clock(at(10))
    refused(NotATrainer, lambda: sign(person=people[0], half_day=morning, device_of=other_trainer))
    signed = sign(person=people[0], half_day=morning, device_of=trainer)
    assert (signed.signed_from, signed.device_of) == (SignedFrom.TRAINER_DEVICE, trainer)


def test_an_absence_keeps_from_signing_until_it_is_taken_back(
    clock: Clock, session: TrainingSession, people: People, trainer: User
) -> None:
    morning, one = session.halves[0], registration_of(session, people[0])
    about = {"trainer": trainer, "half_day": morning}
    clock(at(8))
    refused(TooEarly, lambda: mark_absent(**about, registrations=[one]))
    clock(at(10))
    mark_absent(**about, registrations=[one, registration_of(session, people[1])], reason="Excusée")
    assert {mark_of(morning, row) for row in Attendance.objects.with_verdict()} == {Mark.ABSENT}
    refused(MarkedAbsent, lambda: sign(person=people[0], half_day=morning))
    unmark_absent(**about, registration=one)
    signed = sign(person=people[0], half_day=morning)
    assert (signed.is_absent, signed.absent_reason) == (False, "")
    refused(AlreadySigned, lambda: mark_absent(**about, registrations=[one]))


def test_the_database_keeps_signatures_as_they_are(
    clock: Clock, session: TrainingSession, people: People, trainer: User
) -> None:
    morning = session.halves[0]
    clock(at(10))
    signed = sign(person=people[0], half_day=morning)
    rows = Attendance.objects.filter(pk=signed.pk)
    for change in ({"signed_at": at(11)}, {"signed_at": None, "signed_from": ""}, {"half_day": session.halves[1]}):
        refused(IntegrityError, lambda change=change: rows.update(**change))
    refused(IntegrityError, lambda: rows.delete())
    refused(IntegrityError, lambda: rows.update(countersigned_at=at(9), countersigned_by=trainer))
    countersign(trainer=trainer, half_day=morning)
    for change in ({"countersigned_at": None, "countersigned_by": None}, {"countersigned_by": people[1]}):
        refused(IntegrityError, lambda change=change: rows.update(**change))
    refused(
        IntegrityError,
        lambda: HalfDay.objects.filter(pk=morning.pk).update(ends_at=F("starts_at") + timedelta(hours=9)),
    )
    HalfDay.objects.filter(pk=morning.pk).update(room="Salle 2")
    other = registration_of(session, people[1])
    for values in (
        {"signed_at": at(10)},
        {"signed_from": "compte"},
        {"countersigned_at": at(10), "countersigned_by": trainer},
        {"is_absent": True, "signed_at": at(10), "signed_from": "compte"},
        {"signed_at": at(10), "signed_from": "compte", "device_of": trainer},
    ):
        refused(
            IntegrityError,
            lambda values=values: Attendance.objects.create(half_day=morning, registration=other, **values),
        )


def test_a_wrong_signature_is_corrected_beside_it_and_may_be_restored(
    clock: Clock, session: TrainingSession, people: People, trainer: User, other_trainer: User, coordinator: User
) -> None:
    morning, alix = session.halves[0], people[0]
    clock(at(10))
    signed = sign(person=alix, half_day=morning)
    countersign(trainer=trainer, half_day=morning)
    assert attendance_minutes(person=alix) == 210
    about = {"attendance": signed, "kind": CorrectionKind.VOIDED}
    refused(NotInCharge, lambda: correct(by=other_trainer, reason="Elle était ailleurs.", **about))
    refused(NotInCharge, lambda: correct(by=alix, reason="Je n'y étais pas.", **about))
    refused(ReasonMissing, lambda: correct(by=trainer, reason="  ", **about))
    correct(by=trainer, reason="Elle était ailleurs.", **about)
    refused(AlreadyCorrected, lambda: correct(by=coordinator, reason="Encore.", **about))
    assert (attendance_minutes(person=alix), half_days_of(person=alix)) == (0, [])
    refused(AlreadySigned, lambda: sign(person=alix, half_day=morning))
    clock(at(11))
    correct(by=coordinator, attendance=signed, kind=CorrectionKind.RESTORED, reason="Erreur de nom.")
    assert attendance_minutes(person=alix) == 210
    kept = Correction.objects.all()
    refused(IntegrityError, lambda: kept.update(reason="Autre."))
    refused(IntegrityError, lambda: kept.delete())
    assert [one.reason for one in kept] == ["Elle était ailleurs.", "Erreur de nom."]
    absent = Attendance.objects.create(
        half_day=morning, registration=registration_of(session, people[1]), is_absent=True
    )
    refused(NotSigned, lambda: correct(by=trainer, attendance=absent, kind="annulee", reason="Rien."))


def test_only_half_days_signed_and_countersigned_count(
    clock: Clock, session: TrainingSession, people: People, trainer: User
) -> None:
    morning, afternoon = session.halves
    alix = people[0]
    clock(at(12))
    sign(person=alix, half_day=morning)
    assert half_days_of(person=alix) == []
    countersign(trainer=trainer, half_day=morning)
    clock(at(16))
    sign(person=alix, half_day=afternoon)
    (half,) = half_days_of(person=alix)
    assert (half.session, half.on, half.label, half.minutes, half.signed_on, half.countersigned_by) == (
        session.title,
        DAY,
        "matin",
        210,
        DAY,
        str(trainer),
    )
    assert [(one.title, one.minutes, one.is_whole) for one in attended_sessions(alix)] == [(session.title, 210, False)]
    countersign(trainer=trainer, half_day=afternoon)
    assert [one.is_whole for one in attended_sessions(alix)] == [True]
    assert attendance_minutes(person=alix, session=session) == 420
    assert attended_sessions(people[1]) == []
