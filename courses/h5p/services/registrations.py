"""Coming to a content: one person, in one place."""

import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from cms.core.rows import columns, from_row, prepared_cursor, width
from courses.h5p.models import Content, ContentVersion, Registration
from courses.h5p.signals import attempt_recorded

# The patches of the libraries of a version, and whether all of them may play.
LIBRARIES = """
    (SELECT jsonb_build_array(
        coalesce(jsonb_agg(library.id || ':' || library.patch ORDER BY library.id), '[]'),
        coalesce(bool_and(library.quarantined_at IS NULL), true))::text
     FROM h5p_contentversion_libraries used JOIN h5p_library library ON library.id = used.library_id
     WHERE used.contentversion_id = {})"""

# One statement finds the registration or makes it, and reads what changes with time of what it needs to play; what
# never changes is kept by each process (`courses.h5p.playable`). It gives no row when another made it meanwhile.
OPEN = f"""
WITH known AS (
    SELECT * FROM h5p_registration
    WHERE person_id = %(person)s AND content_id = %(content)s AND context = %(context)s
), made AS (
    INSERT INTO h5p_registration
        (public_id, person_id, content_id, version_id, context, created_at, finished_sequence, received,
         window_at, window_count)
    SELECT gen_random_uuid(), %(person)s, id, current_id, %(context)s, %(now)s::timestamptz, -1, 0, %(now)s, 0
    FROM h5p_content WHERE id = %(content)s AND current_id IS NOT NULL AND NOT EXISTS (SELECT FROM known)
    ON CONFLICT DO NOTHING
    RETURNING *
), found AS (
    SELECT * FROM known UNION ALL SELECT * FROM made
)
SELECT
    {columns(Registration, "found")},
    {columns(Content, "content")},
    (SELECT coalesce(jsonb_agg(jsonb_build_array(data_type, sub_content_id, body)), '[]')::text
     FROM h5p_savedstate WHERE registration_id = found.id AND body <> ''),
    {LIBRARIES.format("found.version_id")},
    found.version_id <> content.current_id AND EXISTS (
        SELECT FROM h5p_attempt WHERE registration_id = found.id AND version_id = found.version_id)
FROM found JOIN h5p_content content ON content.id = found.content_id
"""  # noqa: S608 - the names of columns
OPEN_VERSION = f"SELECT title, {LIBRARIES.format('%s')} FROM h5p_content WHERE id = %s"  # noqa: S608 - no value


@dataclass(frozen=True, slots=True)
class Opening:
    """What changes with time of what it takes to play: title, states left, patches of the libraries, a quarantine."""

    title: str
    states: tuple[tuple[str, str, str], ...]
    patches: tuple[str, ...]
    is_playable: bool


def open_registration(*, person: Any, content: Content | int, context: str, may_go_over: bool = True) -> Registration:
    """Return the registration of a person for a content in a place, made at the first call; one query.

    `content` may be its identifier alone. Its `opening` is what `player.play` needs. When an attempt was finished and
    another version is current, the registration goes over to it and what was left half-done is forgotten; not while
    results come in, which is what `may_go_over` is for: the former version is still on the screen. Raises
    Content.DoesNotExist.
    """
    key = content if isinstance(content, int) else content.pk
    for _try in range(3):
        row = _open(person.pk, key, context)
        if row is None:  # made by another request at this very moment, or no such content
            continue
        registration, opening, is_over = row
        registration.person = person
        if not (is_over and may_go_over):
            registration.opening = opening
            return registration
        _go_over(registration)
    raise Content.DoesNotExist


def open_again(registration: Registration) -> Opening:
    """What it takes to play a registration found otherwise."""
    again = open_registration(person=registration.person, content=registration.content_id, context=registration.context)
    registration.version_id = again.version_id
    opening: Opening = again.opening
    return opening


def open_version(version: ContentVersion) -> Opening:
    """What it takes to play a version for nobody; one query."""
    with prepared_cursor() as cursor:
        cursor.execute(OPEN_VERSION, [version.pk, version.content_id])
        title, libraries = cursor.fetchone()
    return _opening(title, libraries)


def declare_finished(*, registration: Registration) -> None:
    """Record that the person says they have finished: once, and told at once to whoever listens."""
    with transaction.atomic():
        mine = Registration.objects.filter(pk=registration.pk, declared_at=None)
        if not mine.update(declared_at=timezone.now()):
            return
        registration.refresh_from_db(fields=["declared_at", "viewed_at"])
        attempt_recorded.send(
            Registration,
            registration=registration,
            attempts=list(registration.attempts.order_by("number")),
            is_viewed=registration.viewed_at is not None,
            is_declared=True,
        )


def _open(person: int, content: int, context: str) -> tuple[Registration, Opening, bool] | None:
    values = {"person": person, "content": content, "context": context, "now": timezone.now()}
    with prepared_cursor() as cursor:
        cursor.execute(OPEN, values)
        row = cursor.fetchone()
    if row is None:
        return None
    first, second = width(Registration), width(Registration) + width(Content)
    registration = from_row(Registration, row[:first])
    registration.content = from_row(Content, row[first:second])
    states, libraries, is_over = row[second:]
    return registration, _opening(registration.content.title, libraries, states), is_over


def _opening(title: str, libraries: str, states: str = "[]") -> Opening:
    patches, is_playable = json.loads(libraries)
    left = tuple((data_type, part, body) for data_type, part, body in json.loads(states))
    return Opening(title, left, tuple(patches), is_playable)


def _go_over(registration: Registration) -> None:
    with transaction.atomic():
        known = Registration.objects.select_for_update(of=("self",)).get(pk=registration.pk)
        known.version_id = Content.objects.values_list("current_id", flat=True).get(pk=known.content_id)
        known.save(update_fields=["version"])
        known.states.all().delete()
