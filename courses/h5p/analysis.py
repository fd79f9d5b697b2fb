"""What people answered to a content, question by question: for trainers, without names."""

import json
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from courses.h5p.engine import xapi
from courses.h5p.engine.items import Item, hardest_first
from courses.h5p.models import ContentVersion

# Bounded, whatever the number of people: beyond, the latest tell as much.
MOST = 5_000
NOBODY = UUID(int=0)

LOOKED_AT = """
looked AS (
    SELECT id, registration_id, score, max_score, answers, finished_at FROM h5p_attempt
    WHERE version_id = %(version)s AND (number = 1 OR NOT %(is_first)s)
    ORDER BY finished_at DESC, id DESC LIMIT %(most)s
)"""

# Of each question, every different answer: how many gave it, how many of these were judged, right, scored.
ANSWERS = f"""
WITH {LOOKED_AT}, answered AS (
    SELECT answer, place, coalesce(answer->>'part', answer->>'activity') AS part, looked.id, finished_at
    FROM looked CROSS JOIN jsonb_array_elements(answers) WITH ORDINALITY AS one(answer, place)
), latest AS (
    SELECT DISTINCT ON (part) part, answer, place FROM answered ORDER BY part, finished_at DESC, id DESC
)
SELECT latest.answer::text, coalesce(answered.answer->>'response', ''), count(*),
    count(answered.answer->'success'),
    count(*) FILTER (WHERE (answered.answer->>'success')::bool),
    count(answered.answer->'score'),
    coalesce(sum((answered.answer->'score'->>0)::float8 / nullif((answered.answer->'score'->>1)::float8, 0)), 0),
    answered.part
FROM answered JOIN latest USING (part)
GROUP BY answered.part, latest.answer, latest.place, 2
ORDER BY latest.place, answered.part
"""  # noqa: S608 - no value in it

TOTALS = f"""
WITH {LOOKED_AT}
SELECT count(*), count(DISTINCT registration_id), avg(score / nullif(max_score, 0)) FROM looked
"""  # noqa: S608 - no value in it


@dataclass(frozen=True, slots=True)
class Analysis:
    """`attempts` looked at, of so many `players` (a person in one place); `average` is between 0 and 1."""

    attempts: int
    players: int
    average: float | None
    items: list[Item]

    @property
    def is_cut(self) -> bool:
        return self.attempts >= MOST


def analysis_of(version: ContentVersion, *, is_first: bool) -> Analysis:
    """Return the answers given to a version, in everyone's first attempt or in all of them; two queries."""
    values = {"version": version.pk, "is_first": is_first, "most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, values)
        attempts, players, average = cursor.fetchone()
        cursor.execute(ANSWERS, values)
        rows = cursor.fetchall()
    items: dict[str, Item] = {}
    for latest, response, number, judged, right, scored, scaled, part in rows:
        if part not in items:
            items[part] = Item(xapi.from_json(json.loads(latest), id=NOBODY, sequence=0))
        items[part].add(response, number=number, right=right, judged=judged, scored=scored, scaled=scaled)
    return Analysis(attempts, players, average, hardest_first(items.values()))
