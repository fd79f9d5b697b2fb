"""Every write of triads."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from cms.accounts.models import User
from interview_toolkit.observations.errors import Incomplete
from interview_toolkit.observations.models import GridPage
from interview_toolkit.triads.enums import Phase, Role
from interview_toolkit.triads.errors import (
    AlreadyBegun,
    AlreadyHandedIn,
    GridNotOpen,
    NotBegun,
    NotGathered,
    NotOver,
    PlaceTaken,
    TooManyCodes,
    TooManyNotes,
    TooManyTriads,
    WrongCode,
)
from interview_toolkit.triads.models import Note, Seat, Triad, WrongTry

# No vowel, so that no word comes out; nothing one takes for something else: 26 characters, 456 976 codes.
ALPHABET = "BCDFGHJKMNPQRTVWXYZ2346789"
CODE_LENGTH = 4
CODE_LASTS = timedelta(minutes=30)
# Ten wrong codes in ten minutes: a code out of twenty that wait is found once in thousands of years.
MOST_WRONG, WRONG_LASTS = 10, timedelta(minutes=10)
MOST_FREED = 100
MOST_TRIADS_A_DAY = 30
MOST_NOTES = 300
# How far the clock of a device may be ahead of ours.
LEEWAY = timedelta(seconds=5)

Levels = Mapping[str, int | None]


@transaction.atomic
def open_triad(*, person: User, grid: GridPage, role: Role | str, minutes: int = 10, situation: str = "") -> Triad:
    """Form a triad, sit in it, and get the code that lets the two others in. Raises GridNotOpen, TooManyTriads."""
    version = grid.versions.first()
    if version is None:
        raise GridNotOpen
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    today = Seat.objects.filter(person=person, joined_at__gt=timezone.now() - timedelta(days=1))
    if today.count() >= MOST_TRIADS_A_DAY:
        raise TooManyTriads
    triad = Triad.objects.create(version=version, minutes=minutes, situation=situation)
    Seat.objects.create(triad=triad, person=person, role=role)
    _give_code(triad)
    return triad


@transaction.atomic
def renew_code(*, person: User, public_id: UUID) -> Triad:
    """Another code, when the first is late. Raises Triad.DoesNotExist, AlreadyBegun."""
    triad = _locked(person, public_id)
    if triad.phase != Phase.GATHERING:
        raise AlreadyBegun
    _give_code(triad)
    return triad


def find_open(*, person: User, code: str) -> Triad:
    """The triad that waits under a code, however it is typed.

    Raises WrongCode, and TooManyCodes to whoever gave too many that open nothing: then no code is looked at.
    """
    with transaction.atomic():  # over before anything is refused: what was tried stays counted
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        since = timezone.now() - WRONG_LASTS
        if WrongTry.objects.filter(person=person, tried_at__gt=since).count() >= MOST_WRONG:
            raise TooManyCodes
        triad = Triad.objects.open_with(clean_code(code)).whole().first()
        if triad is None:
            WrongTry.objects.filter(person=person, tried_at__lte=since).delete()
            WrongTry.objects.create(person=person)
    if triad is None:
        raise WrongCode
    found: Triad = triad
    return found


@transaction.atomic
def sit_down(*, person: User, triad: Triad, role: Role | str) -> Seat:
    """Take a place in a triad one has the code of; sitting there already, the same place.

    The third closes it. Raises WrongCode when it is no longer open, PlaceTaken.
    """
    locked = Triad.objects.select_for_update(no_key=True).get(pk=triad.pk)
    places = locked.places
    mine = next((seat for seat in places.values() if seat.person_id == person.pk), None)
    if mine is not None:
        return mine
    if not locked.is_code_open:
        raise WrongCode
    if role in places:
        raise PlaceTaken
    seat = Seat.objects.create(triad=locked, person=person, role=role)
    if len(places) == len(Role) - 1:
        locked.code = locked.code_until = None
        locked.save(update_fields=["code", "code_until"])
    return seat


@transaction.atomic
def leave(*, person: User, public_id: UUID) -> None:
    """Leave one's place before the interview begins; the last to leave takes the triad away.

    Raises Triad.DoesNotExist, AlreadyBegun.
    """
    triad = _locked(person, public_id)
    if triad.started_at is not None:
        raise AlreadyBegun
    triad.seats.filter(person=person).delete()
    if not triad.seats.exists():
        triad.delete()
    elif triad.code is None:
        _give_code(triad)


@transaction.atomic
def start(*, person: User, public_id: UUID) -> Triad:
    """Begin the interview; begun already, it goes on. Raises Triad.DoesNotExist, NotGathered."""
    triad = _locked(person, public_id)
    if triad.free_roles:
        raise NotGathered
    if triad.started_at is None:
        triad.started_at = timezone.now()
        triad.save(update_fields=["started_at"])
    return triad


@transaction.atomic
def end(*, person: User, public_id: UUID) -> Triad:
    """End the interview before its time; over already, it stays as it was. Raises Triad.DoesNotExist, NotBegun."""
    triad = _locked(person, public_id)
    if triad.started_at is None:
        raise NotBegun
    if triad.phase == Phase.GOING:
        triad.ended_at = timezone.now()
        triad.save(update_fields=["ended_at"])
    return triad


@transaction.atomic
def note(*, person: User, public_id: UUID, key: UUID, text: str, at: int | None = None) -> Note:
    """Keep a note; sent again under the same key, the same note.

    `at`: seconds after the beginning by the clock of the device, now by default; brought back inside the interview.
    Raises Triad.DoesNotExist, NotBegun, AlreadyHandedIn, TooManyNotes.
    """
    triad = _locked(person, public_id)
    seat = _seat(triad, person)
    if triad.started_at is None:
        raise NotBegun
    known = seat.notes.filter(key=key).first()
    if known is not None:
        return known
    if seat.handed_in_at is not None:
        raise AlreadyHandedIn
    if seat.notes.count() >= MOST_NOTES:
        raise TooManyNotes
    now = timezone.now()
    last = min(now + LEEWAY, triad.ends_at or now) - triad.started_at
    said = (now - triad.started_at).total_seconds() if at is None else at
    return Note.objects.create(seat=seat, key=key, text=text, at=int(max(0, min(said, last.total_seconds()))))


@transaction.atomic
def save_sheet(*, person: User, public_id: UUID, levels: Levels, remarks: Sequence[str]) -> Seat:
    """Keep what one saw so far. Raises Triad.DoesNotExist, NotBegun, AlreadyHandedIn."""
    triad = _locked(person, public_id)
    seat = _seat(triad, person)
    if triad.started_at is None:
        raise NotBegun
    if seat.handed_in_at is not None:
        raise AlreadyHandedIn
    known = {one["code"] for one in triad.version.criteria}
    seat.levels = {code: level for code, level in levels.items() if code in known}
    seat.remarks, seat.saved_at = list(remarks), timezone.now()
    seat.save(update_fields=["levels", "remarks", "saved_at"])
    return seat


@transaction.atomic
def hand_in(*, person: User, public_id: UUID) -> Seat:
    """Give one's grid to the two others, and see theirs; it changes no more.

    Raises Triad.DoesNotExist, NotOver, AlreadyHandedIn, Incomplete.
    """
    triad = _locked(person, public_id)
    seat = _seat(triad, person)
    if triad.phase != Phase.OVER:
        raise NotOver
    if seat.handed_in_at is not None:
        raise AlreadyHandedIn
    if missing := [one["code"] for one in triad.version.criteria if one["code"] not in seat.levels]:
        raise Incomplete(missing)
    seat.handed_in_at = timezone.now()
    seat.save(update_fields=["handed_in_at"])
    return seat


@transaction.atomic
def turn_roles(*, person: User, public_id: UUID) -> Triad:
    """Another triad of the same three, each in the next place; asked for already, that one.

    Raises Triad.DoesNotExist, NotOver.
    """
    triad = _locked(person, public_id)
    if triad.phase != Phase.OVER:
        raise NotOver
    turned = Triad.objects.filter(turned_from=triad).first()
    if turned is not None:
        return turned
    turned = Triad.objects.create(
        version=triad.version, minutes=triad.minutes, situation=triad.situation, turned_from=triad
    )
    Seat.objects.bulk_create(
        Seat(triad=turned, person_id=seat.person_id, role=seat.place.next) for seat in triad.places.values()
    )
    return turned


def clean_code(code: str) -> str:
    return "".join(code.upper().split())[: CODE_LENGTH + 1]


@transaction.atomic
def forget(*, person: User) -> None:
    """Delete what someone noted and wrote in triads (RGPD, article 17); the levels they saw stay, and are nobody's."""
    Note.objects.filter(seat__person=person).delete()
    Seat.objects.filter(person=person).update(remarks=[])


def _give_code(triad: Triad) -> None:
    """A code nobody waits with. Some of those that are late are free again; what somebody else holds is left alone."""
    now = timezone.now()
    late = Triad.objects.filter(code_until__lte=now).exclude(pk=triad.pk)
    rows = late.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)[:MOST_FREED]
    Triad.objects.filter(pk__in=list(rows)).update(code=None, code_until=None)
    triad.code_until = now + CODE_LASTS
    while True:
        triad.code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        try:
            with transaction.atomic():
                return triad.save(update_fields=["code", "code_until"])
        except IntegrityError:  # somebody waits with this one
            continue


def _locked(person: User, public_id: UUID) -> Triad:
    rows: Any = Triad.objects.visible_to(person).select_for_update(of=("self",), no_key=True)
    found: Triad = rows.select_related("version").get(public_id=public_id)
    return found


def _seat(triad: Triad, person: User) -> Seat:
    return next(seat for seat in triad.places.values() if seat.person_id == person.pk)
