"""Where someone stands in several contents at once, for the room that shows them together."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cms.core.rows import prepared_cursor
from courses.h5p.models import Attempt

READ = """
SELECT asked.context, content.title, registration.viewed_at IS NOT NULL, registration.declared_at IS NOT NULL,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(score, max_score, success, finished_at) ORDER BY number), '[]')::text
     FROM h5p_attempt WHERE registration_id = registration.id)
FROM unnest(%s::text[], %s::bigint[]) WITH ORDINALITY AS asked(context, content, place)
JOIN h5p_content content ON content.id = asked.content
LEFT JOIN h5p_registration registration
    ON registration.person_id = %s AND registration.content_id = content.id AND registration.context = asked.context
ORDER BY asked.place
"""


@dataclass(frozen=True, slots=True)
class Dealing:
    """One person and one content in one place. `attempts`, in order, have their score and time only."""

    title: str
    is_viewed: bool
    is_declared: bool
    attempts: tuple[Attempt, ...]


def dealings_of(person: Any, contents: Mapping[str, int]) -> dict[str, Dealing]:
    """Return what a person did with each content (its identifier) in each place (the context); one query.

    A content that is no more has none.
    """
    with prepared_cursor() as cursor:
        cursor.execute(READ, [list(contents), list(contents.values()), person.pk])
        rows = cursor.fetchall()
    return {
        context: Dealing(title, is_viewed, is_declared, tuple(_attempt(*one) for one in json.loads(attempts)))
        for context, title, is_viewed, is_declared, attempts in rows
    }


def _attempt(score: float | None, max_score: float | None, success: bool | None, finished_at: str) -> Attempt:
    return Attempt(score=score, max_score=max_score, success=success, finished_at=datetime.fromisoformat(finished_at))
