"""Signatures of half-days: the trainee's, then the trainer's. Neither is ever changed."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from cms.accounts.models import User
from courses.sessions.enums import CorrectionKind, SignedFrom
from courses.sessions.errors import (
    AlreadyCorrected,
    AlreadySigned,
    MarkedAbsent,
    NotATrainer,
    NothingToCountersign,
    NotRegistered,
    NotSigned,
    OwnSignature,
    ReasonMissing,
    SessionCancelled,
    TooEarly,
    TooLate,
)
from courses.sessions.models import Attendance, Correction, HalfDay, Registration, clock
from courses.sessions.services.completion import complete_steps, link
from courses.sessions.services.locks import check_in_charge, check_trains, locked_around


@transaction.atomic
def sign(*, person: User, half_day: HalfDay, device_of: User | None = None) -> Attendance:
    """Sign for one's own half-day, from its beginning to 24 hours after its end; signed already, the same signature.

    `device_of`: the trainer whose device it is signed on. Raises SessionCancelled, NotRegistered, NotATrainer,
    TooEarly, TooLate, MarkedAbsent, AlreadySigned when it was voided.
    """
    half_day = locked_around(half_day)
    session = half_day.session
    if session.is_cancelled:
        raise SessionCancelled
    if device_of is not None:
        check_trains(device_of, session)
        if device_of.pk == person.pk:
            raise NotATrainer
    registration = session.registrations.open().filter(person=person).first()
    if registration is None:
        raise NotRegistered
    known = Attendance.objects.with_verdict().filter(half_day=half_day, registration=registration).first()
    if known is not None and known.signed_at is not None:
        if known.is_void:
            raise AlreadySigned
        return known
    now = timezone.now()
    if now < half_day.begins:
        raise TooEarly(f"{date_format(half_day.on, 'l j F')} à {clock(half_day.starts_at)}")
    if now > half_day.signable_until:
        raise TooLate
    if known is not None and known.is_absent:
        raise MarkedAbsent
    link(registration, session)
    attendance = known or Attendance(half_day=half_day, registration=registration)
    attendance.signed_at = now
    attendance.signed_from = SignedFrom.TRAINER_DEVICE if device_of else SignedFrom.OWN_ACCOUNT
    attendance.device_of = device_of
    attendance.absent_reason = ""
    attendance.save()
    return attendance


@transaction.atomic
def countersign(*, trainer: User, half_day: HalfDay, registration: Registration | None = None) -> int:
    """Countersign what is signed of a half-day, for all or for one; return how many. It counts in courses at once.

    Never one's own. Raises NotATrainer, OwnSignature, NothingToCountersign.
    """
    half_day = locked_around(half_day)
    check_trains(trainer, half_day.session)
    waiting = Attendance.objects.waiting().filter(half_day=half_day)
    if registration is not None:
        waiting = waiting.filter(registration=registration)
    rows = list(waiting.values_list("pk", "registration", "registration__person"))
    others = [(pk, of) for pk, of, person in rows if person != trainer.pk]
    if rows and not others:
        raise OwnSignature
    if not others:
        raise NothingToCountersign
    Attendance.objects.filter(pk__in=[pk for pk, _of in others]).update(
        countersigned_at=timezone.now(), countersigned_by=trainer
    )
    places = [of for _pk, of in others]
    for place in Registration.objects.filter(pk__in=places, enrolment=None).order_by("pk"):
        link(place, half_day.session)
    complete_steps(half_day.session, places)
    return len(others)


@transaction.atomic
def mark_absent(*, trainer: User, half_day: HalfDay, registrations: Iterable[Registration], reason: str = "") -> None:
    """Note who was not there. Raises NotATrainer, SessionCancelled, NotRegistered, TooEarly, AlreadySigned."""
    half_day = locked_around(half_day)
    check_trains(trainer, half_day.session)
    if half_day.session.is_cancelled:
        raise SessionCancelled
    if not half_day.has_begun:
        raise TooEarly(f"{date_format(half_day.on, 'l j F')} à {clock(half_day.starts_at)}")
    for registration in registrations:
        if registration.session_id != half_day.session_id:
            raise NotRegistered
        known = Attendance.objects.filter(half_day=half_day, registration=registration).first()
        if known is not None and known.signed_at is not None:
            raise AlreadySigned
        attendance = known or Attendance(half_day=half_day, registration=registration)
        attendance.is_absent, attendance.absent_reason = True, reason
        attendance.save()


@transaction.atomic
def unmark_absent(*, trainer: User, half_day: HalfDay, registration: Registration) -> None:
    """Take back an absence noted by mistake; the person may sign again, in time. Raises NotATrainer."""
    half_day = locked_around(half_day)
    check_trains(trainer, half_day.session)
    absent = Attendance.objects.filter(half_day=half_day, registration=registration, is_absent=True)
    absent.update(is_absent=False, absent_reason="")


@transaction.atomic
def correct(*, by: User, attendance: Attendance, kind: CorrectionKind | str, reason: str) -> Correction:
    """Note that a signature does not count, or counts again. The signature itself stays as it was.

    A step of a course it completed stays completed. Raises NotInCharge, NotSigned, ReasonMissing, AlreadyCorrected.
    """
    half_day = locked_around(attendance.half_day)
    check_in_charge(by, half_day.session)
    known = Attendance.objects.with_verdict().get(pk=attendance.pk)
    if known.signed_at is None:
        raise NotSigned
    if not reason.strip():
        raise ReasonMissing
    if (kind == CorrectionKind.VOIDED) == known.is_void:
        raise AlreadyCorrected
    correction = Correction.objects.create(attendance=known, kind=kind, reason=reason.strip(), by=by)
    if kind == CorrectionKind.RESTORED:
        complete_steps(half_day.session, [known.registration_id])
    return correction
