"""Receiving what a player says, and what it amounts to."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from cms.core.rows import prepared_cursor
from courses.h5p import playable
from courses.h5p.engine import results, xapi
from courses.h5p.errors import NotKept, TooMuch, TooOften
from courses.h5p.identity import names_of
from courses.h5p.lrs.destination import destination
from courses.h5p.models import Attempt, Registration
from courses.h5p.signals import attempt_recorded

MOST_AT_ONCE = 100
PER_MINUTE = 600
MOST_EVER = 20_000
MINUTE = timedelta(minutes=1)
AHEAD = 24 * 60 * 60  # seconds: a clock put right while a page is open
FURTHEST = 2**53  # the greatest number a browser counts to

# One statement locks the registration, counts what is sent, and keeps what was not known. What it returns of the
# registration is its latest state, even when it waited for another post. No row: too much, too often, or from a version
# there never was.
_TAKE = """
WITH said AS (
    SELECT one.*, version.id AS version_id
    FROM jsonb_to_recordset(%(statements)s) AS one(uuid uuid, sequence bigint, version int, body jsonb)
    LEFT JOIN h5p_contentversion version ON version.content_id = %(content)s AND version.number = one.version
), taken AS (
    UPDATE h5p_registration SET
        viewed_at = coalesce(viewed_at, %(now)s::timestamptz),
        received = received + %(number)s,
        window_count = CASE WHEN window_at > %(since)s::timestamptz THEN window_count ELSE 0 END + %(number)s,
        window_at = CASE WHEN window_at > %(since)s THEN window_at ELSE %(now)s END
    WHERE id = %(registration)s AND received + %(number)s <= %(ever)s
      AND NOT (window_at > %(since)s AND window_count + %(number)s > %(per_minute)s)
      AND NOT EXISTS (SELECT FROM said WHERE version IS NOT NULL AND version_id IS NULL)
    RETURNING *
), fresh AS (
    INSERT INTO h5p_statement (registration_id, version_id, uuid, sequence, body, received_at)
    SELECT taken.id, coalesce(said.version_id, taken.version_id), said.uuid, said.sequence, said.body, %(now)s
    FROM taken CROSS JOIN said
    ON CONFLICT (registration_id, uuid) DO NOTHING
    RETURNING id, uuid, version_id
){queued}
SELECT taken.finished_sequence, taken.viewed_at, array(SELECT uuid FROM fresh),
       array(SELECT DISTINCT version_id FROM fresh)
FROM taken
"""
# With a Learning Record Store, what is new is queued for it in the same statement.
QUEUED = """, queued AS (
    INSERT INTO h5p_forwarding (statement_id, queued_at, available_at, tries, last_error)
    SELECT id, %(now)s, %(now)s, 0, '' FROM fresh
)"""
TAKE, TAKE_AND_QUEUE = _TAKE.replace("{queued}", ""), _TAKE.replace("{queued}", QUEUED)

# Only what may end an attempt is read whole; of the rest, when it came.
READ = """
SELECT uuid, sequence, version_id, received_at, CASE WHEN body->>'verb' = ANY(%s) THEN body::text END
FROM h5p_statement WHERE registration_id = %s
ORDER BY sequence, uuid
"""

# The attempts are brought to what they should be; told back: which were there, and the identifiers of those written.
SETTLE = """
WITH wanted AS (
    SELECT * FROM jsonb_to_recordset(%(attempts)s) AS one(
        number int, statement uuid, version bigint, score float8, max_score float8, success bool, is_derived bool,
        started_at timestamptz, finished_at timestamptz, answers jsonb)
), gone AS (
    DELETE FROM h5p_attempt
    WHERE registration_id = %(registration)s AND statement NOT IN (SELECT statement FROM wanted)
), written AS (
    INSERT INTO h5p_attempt AS known (registration_id, version_id, number, statement, score, max_score, success,
                                      is_derived, started_at, finished_at, answers)
    SELECT %(registration)s, version, number, statement, score, max_score, success, is_derived, started_at,
           finished_at, answers
    FROM wanted
    ON CONFLICT (registration_id, statement) DO UPDATE SET
        version_id = excluded.version_id, number = excluded.number, score = excluded.score,
        max_score = excluded.max_score, success = excluded.success, is_derived = excluded.is_derived,
        started_at = excluded.started_at, finished_at = excluded.finished_at, answers = excluded.answers
    RETURNING id, statement
), noted AS (
    UPDATE h5p_registration SET finished_sequence = %(finished)s WHERE id = %(registration)s
)
SELECT
    (SELECT coalesce(jsonb_object_agg(statement, id), '{}') FROM written),
    (SELECT coalesce(array_agg(statement), '{}') FROM h5p_attempt WHERE registration_id = %(registration)s)
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a post changed: how many statements are new, the attempts if they were looked at, those that are new."""

    fresh: int
    attempts: tuple[Attempt, ...] = ()
    new: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """A statement as it comes, and the number of the version that said it."""

    statement: xapi.Statement
    version: int | None


def record_statements(*, registration: Registration, payload: Any) -> Recorded:
    """Keep what a player says, `{"statements": [{id, sequence, version, statement}, …]}`; all of it or nothing.

    A statement already known changes nothing, and the order of posts does not matter. Attempts are looked at when what
    came may change them. Raises NotKept, TooMuch, TooOften.
    """
    received = read(payload, registration)
    if registration.viewed_at is not None and not any(one.statement.verb in results.FINISHING for one in received):
        return Recorded(len(_take(registration, received, timezone.now()).fresh))
    with transaction.atomic():
        return _record(registration, received, timezone.now())


def read(payload: Any, registration: Registration) -> list[Received]:
    """Return the statements of a post. Raises NotKept, TooMuch."""
    items = payload.get("statements") if isinstance(payload, dict) else None
    if not isinstance(items, list) or not items:
        raise NotKept("Cet envoi ne contient aucun résultat.")
    if len(items) > MOST_AT_ONCE:
        raise TooMuch(f"Cet envoi contient plus de {MOST_AT_ONCE} résultats.")
    names = names_of(registration.person)
    return [_read_one(item, registration.content.iri, names) for item in items]


def _read_one(item: Any, iri: str, names: frozenset[str]) -> Received:
    if not isinstance(item, dict):
        raise NotKept("Ce résultat n'est pas lisible.")
    sequence: Any = item.get("sequence")
    version, said = item.get("version"), item.get("statement")
    # It counts milliseconds from when the site gave the page: no honest one is ahead.
    if not is_count(sequence, most=int((time.time() + AHEAD) * 1_000)) or not (
        version is None or is_count(version, most=2**31 - 1)
    ):
        raise NotKept("Ce résultat n'a pas de rang lisible.")
    if not xapi.speaks_for(said, names):
        raise NotKept("Ce résultat est celui d'une autre personne.")
    try:
        statement = xapi.parse(said, id=_uuid(item.get("id")), sequence=sequence)
        return Received(xapi.within(statement, iri), version)
    except xapi.Refused as refusal:
        raise NotKept(str(refusal)) from refusal


def _record(registration: Registration, received: list[Received], now: datetime) -> Recorded:
    taken = _take(registration, received, now)
    is_first = taken.viewed_at == now
    registration.viewed_at = taken.viewed_at
    new = [one.statement for one in received if one.statement.id in taken.fresh]
    parts = frozenset().union(*map(playable.parts_of, taken.versions))
    attempts: tuple[Attempt, ...] = ()
    known: set[UUID] = set()
    is_settled = may_change(new, finished=taken.finished, parts=parts)
    if is_settled:
        attempts, known = _settle(registration)
    added = tuple(attempt for attempt in attempts if attempt.statement not in known)
    if is_settled or is_first:
        attempt_recorded.send(
            Registration,
            registration=registration,
            attempts=list(attempts),
            is_viewed=True,
            is_declared=registration.declared_at is not None,
        )
    return Recorded(len(taken.fresh), attempts, added)


def may_change(new: Iterable[xapi.Statement], *, finished: int, parts: frozenset[str]) -> bool:
    """Whether what is new may change the attempts, `finished` being where the last of them ends.

    The end of an attempt does; an answer does when parts make an end, or when it comes after the end it belongs to.
    """
    return any(
        results.finishes(one, iri="") or (one.verb in results.FINISHING and (parts or one.sequence <= finished))
        for one in new
    )


class Taken(NamedTuple):
    """What TAKE tells: where the last attempt ends, when anything first came, what is new and what versions said it."""

    finished: int
    viewed_at: datetime
    fresh: list[UUID]
    versions: list[int]


def _take(registration: Registration, received: list[Received], now: datetime) -> Taken:
    statements = [
        {
            "uuid": str(one.statement.id),
            "sequence": one.statement.sequence,
            "version": one.version,
            "body": xapi.as_json(one.statement),
        }
        for one in received
    ]
    values = {
        "registration": registration.pk,
        "content": registration.content_id,
        "number": len(received),
        "now": now,
        "since": now - MINUTE,
        "ever": MOST_EVER,
        "per_minute": PER_MINUTE,
        "statements": Jsonb(statements),
    }
    with prepared_cursor() as cursor:
        cursor.execute(TAKE if destination() is None else TAKE_AND_QUEUE, values)
        row = cursor.fetchone()
    if row is None:
        if Registration.objects.filter(pk=registration.pk, received__gt=MOST_EVER - len(received)).exists():
            raise TooMuch("Trop de résultats ont déjà été enregistrés pour cette activité.")
        numbers = {one.version for one in received if one.version is not None}
        if registration.content.versions.filter(number__in=numbers).count() < len(numbers):
            raise NotKept("Ce résultat vient d'une version que cette activité n'a jamais eue.")
        raise TooOften
    return Taken(*row)


def _settle(registration: Registration) -> tuple[tuple[Attempt, ...], set[UUID]]:
    """Bring the attempts to what the statements say; return them, and which were there (by their statement)."""
    with prepared_cursor() as cursor:
        cursor.execute(READ, [sorted(results.FINISHING), registration.pk])
        rows = [Row(*row) for row in cursor.fetchall()]
    attempts = attempts_of(rows)
    ends = {attempt.statement for attempt in attempts}
    values = {
        "registration": registration.pk,
        "attempts": Jsonb([_as_row(attempt) for attempt in attempts]),
        "finished": max((row.sequence for row in rows if row.uuid in ends), default=-1),
    }
    with prepared_cursor() as cursor:
        cursor.execute(SETTLE, values)
        written, known = cursor.fetchone()
    keys = json.loads(written)
    for attempt in attempts:
        attempt.registration, attempt.pk = registration, keys[str(attempt.statement)]
    return tuple(attempts), set(known)


class Row(NamedTuple):
    """A statement as READ gives it."""

    uuid: UUID
    sequence: int
    version: int
    received_at: datetime
    body: str | None

    @property
    def place(self) -> tuple[int, bytes]:
        return self.sequence, self.uuid.bytes


def attempts_of(rows: list[Row]) -> list[Attempt]:
    """Return the attempts, not saved, that these statements make, in order.

    What was said to one version of the content is not put together with what was said to another.
    """
    attempts = []
    for version in {row.version for row in rows}:
        own = [row for row in rows if row.version == version]
        said = [xapi.from_json(json.loads(row.body), id=row.uuid, sequence=row.sequence) for row in own if row.body]
        start = (-1, b"")
        for end in results.attempts_of(said, iri="", pass_mark=None, parts=playable.parts_of(version)):
            place = (end.statement.sequence, end.statement.id.bytes)
            attempts.append((place, _attempt(version, end, [row for row in own if start < row.place <= place])))
            start = place
    attempts.sort(key=lambda one: one[0])
    for number, (_place, attempt) in enumerate(attempts, start=1):
        attempt.number = number
    return [attempt for _place, attempt in attempts]


def _attempt(version: int, end: results.Attempt, rows: list[Row]) -> Attempt:
    return Attempt(
        version_id=version,
        statement=end.statement.id,
        score=end.score.raw if end.score else None,
        max_score=end.score.maximum if end.score else None,
        success=end.passed,
        is_derived=end.is_derived,
        started_at=min(row.received_at for row in rows),
        finished_at=next(row.received_at for row in rows if row.uuid == end.statement.id),
        answers=[xapi.as_json(answer) for answer in (*end.answers, *_own_question(end.statement))],
    )


def _own_question(statement: xapi.Statement) -> list[xapi.Statement]:
    """A content of one question answers it by the very word that ends the attempt."""
    is_question = statement.question.interaction not in ("", "compound")
    return [statement] if is_question else []


def _as_row(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "statement": str(attempt.statement),
        "version": attempt.version_id,
        "score": attempt.score,
        "max_score": attempt.max_score,
        "success": attempt.success,
        "is_derived": attempt.is_derived,
        "started_at": attempt.started_at.isoformat(),
        "finished_at": attempt.finished_at.isoformat(),
        "answers": attempt.answers,
    }


def _uuid(value: Any) -> UUID:
    try:
        return UUID(value)
    except (TypeError, ValueError, AttributeError):
        raise NotKept("Ce résultat n'a pas d'identifiant lisible.") from None


def is_count(value: Any, *, most: int = FURTHEST) -> bool:
    """Whether a value out of JSON is a number one counts with, as a browser does."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
