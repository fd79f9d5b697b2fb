"""Who is trained, on what, where: figures that are those of the very instant, whatever the number of people.

A whole count is one statement over everyone. It is remembered with the database snapshot it saw; the next reader asks
what changed since that snapshot and adjusts the count (`coordination.tallies`). See `docs/stamps.md`.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from cms.core.rates import percent_of
from cms.core.stamps import key_of
from coordination.enums import Standing
from coordination.filters import Choice, Choices, Filters
from coordination.queries.reach import STAMP, Reach, choices_for
from coordination.tallies import Fact, Scope, Tally, adjusted


@dataclass(frozen=True, slots=True)
class Figures:
    """People in post (the denominator), and where they stand: each person once, in their best state."""

    people: int = 0
    enrolled: int = 0
    not_started: int = 0
    in_progress: int = 0
    completed: int = 0

    @classmethod
    def of(cls, by_rank: Mapping[int | None, int], *, people: int | None = None) -> "Figures":
        """From the number of people at each rank; `people` when more are in post than are listed there."""
        counted = sum(by_rank.values())
        return cls(
            people=counted if people is None else people,
            enrolled=counted - by_rank.get(None, 0),
            not_started=by_rank.get(1, 0),
            in_progress=by_rank.get(2, 0),
            completed=by_rank.get(3, 0),
        )

    @property
    def percent(self) -> int:
        """Share of the people in post who completed."""
        return percent_of(self.completed, self.people)


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    organisation: Choice
    figures: Figures


@dataclass(frozen=True, slots=True)
class Share:
    """How many people of one organisation completed something of one theme."""

    organisation: Choice
    completed: int
    people: int

    @property
    def percent(self) -> int:
        return percent_of(self.completed, self.people)

    @property
    def heat(self) -> int:
        """1 to 5, for the shade of a cell: below 20 %, 40 %, 60 %, 75 %, and above."""
        return 1 + sum(self.percent >= bound for bound in (20, 40, 60, 75))


@dataclass(frozen=True, slots=True)
class ThemeRow:
    theme: Choice
    courses: int
    figures: Figures
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Dashboard:
    organisations: tuple[OrganisationRow, ...]
    total: Figures
    themes: tuple[ThemeRow, ...]
    posts: int
    """The sum of the organisations' people: more than the total when some work in several."""
    deserted: tuple[Choice, ...] = ()
    """Organisations with no one in post."""

    @property
    def shared_posts(self) -> int:
        return self.posts - self.total.people

    is_without_organisation: bool = False
    """Whether these people are those with no organisation on the day, rather than those in post."""

    @property
    def whose(self) -> str:
        return "sans structure" if self.is_without_organisation else "en poste"

    @property
    def taught(self) -> list[ThemeRow]:
        """The themes with something to count: a course today, or people enrolled in one withdrawn since."""
        return [row for row in self.themes if row.courses or row.figures.enrolled]

    @property
    def untaught(self) -> list[ThemeRow]:
        return [row for row in self.themes if not row.courses and not row.figures.enrolled]

    @property
    def of_everyone(self) -> str:
        return f"sur {self.total.people} {self.whose}"

    @property
    def denominator(self) -> str:
        where = "à aucune structure" if self.is_without_organisation else "à une structure"
        return f"Les comptes actifs rattachés aujourd'hui {where}, inscrits ou non."


# The whole count. People in post on the day, by organisation, or those who are in none; what each of their enrolments
# counts for.
FACTS = """
WITH post AS MATERIALIZED (
    SELECT DISTINCT membership.organisation_id, membership.person_id
    FROM accounts_membership membership
    JOIN accounts_user person ON person.id = membership.person_id AND person.is_active
    WHERE membership.starts_on <= %(day)s AND (membership.ends_on IS NULL OR membership.ends_on > %(day)s)
      AND (%(organisations)s::bigint[] IS NULL OR membership.organisation_id = ANY(%(organisations)s::bigint[]))
), someone AS MATERIALIZED (
    SELECT DISTINCT person_id FROM post WHERE NOT %(without)s
    UNION ALL
    SELECT id FROM accounts_user
    WHERE %(without)s AND is_active AND NOT EXISTS (SELECT FROM post WHERE person_id = accounts_user.id)
), counted AS MATERIALIZED (
    SELECT enrolment.person_id, enrolment.course_id, standing_rank(state.status, enrolment.closed_at) AS rank
    FROM courses_enrolment enrolment
    JOIN courses_enrolmentstate state ON state.enrolment_id = enrolment.id
    JOIN someone USING (person_id)
    WHERE standing_rank(state.status, enrolment.closed_at) IS NOT NULL
      AND (%(course)s::bigint IS NULL OR enrolment.course_id = %(course)s::bigint)
      AND (%(theme)s::bigint IS NULL OR EXISTS (
          SELECT FROM roadmap_themelink link
          WHERE link.page_id = enrolment.course_id AND link.theme_id = %(theme)s::bigint
      ))
), best AS MATERIALIZED (
    SELECT person_id, max(rank) AS rank, count(*) AS lines FROM counted GROUP BY person_id
), by_theme AS MATERIALIZED (
    SELECT link.theme_id, counted.person_id, max(counted.rank) AS rank
    FROM counted
    JOIN roadmap_themelink link ON link.page_id = counted.course_id
    WHERE %(theme)s::bigint IS NULL OR link.theme_id = %(theme)s::bigint
    GROUP BY link.theme_id, counted.person_id
)
SELECT 'all', NULL::bigint, rank::bigint, count(*) FROM someone LEFT JOIN best USING (person_id) GROUP BY rank
UNION ALL
SELECT 'lines', NULL, rank, sum(coalesce(lines, 1))::bigint FROM someone LEFT JOIN best USING (person_id) GROUP BY rank
UNION ALL
SELECT 'organisation', organisation_id, rank, count(*) FROM post LEFT JOIN best USING (person_id)
WHERE NOT %(without)s
GROUP BY organisation_id, rank
UNION ALL
SELECT 'theme', theme_id, rank, count(*) FROM by_theme GROUP BY theme_id, rank
UNION ALL
SELECT 'share', theme_id, organisation_id, count(*) FROM by_theme JOIN post USING (person_id) WHERE rank = 3
GROUP BY theme_id, organisation_id
"""

# What happened since a snapshot, in one statement, hence as of one instant: where the stamp stands, what the changed
# enrolments counted for, every enrolment of those people and their posts. Past a certain number, counting all over
# again costs less, and the rest is not read. The order and the limit make PostgreSQL walk the index rather than read
# the whole journal: it has no statistics on transactions.
# Changes noted by another server, brought by a restored backup, have numbers that mean nothing here: those this server
# has not reached are left out (`services.forget_changes` deletes them), the others are in the snapshot already.
CHANGES = """
WITH changed AS MATERIALIZED (
    SELECT id, enrolment, person, was_rank
    FROM coordination_standingchange
    WHERE transaction >= pg_snapshot_xmin(%(snapshot)s::pg_snapshot)
      AND transaction < pg_snapshot_xmax(pg_current_snapshot())
      AND NOT pg_visible_in_snapshot(transaction, %(snapshot)s::pg_snapshot)
    ORDER BY transaction
    LIMIT %(most)s + 1
), few AS MATERIALIZED (
    SELECT DISTINCT ON (enrolment) enrolment, person, was_rank
    FROM changed
    WHERE (SELECT count(*) FROM changed) <= %(most)s
    ORDER BY enrolment, id
)
SELECT
    (SELECT coalesce(sum(number), 0) FROM core_stamp WHERE name LIKE %(stamp)s),
    pg_current_snapshot()::text,
    (SELECT count(*) FROM changed),
    (SELECT jsonb_object_agg(enrolment, was_rank) FROM few),
    (SELECT jsonb_agg(jsonb_build_array(
        enrolment.id, enrolment.person_id, enrolment.course_id, standing_rank(state.status, enrolment.closed_at)
     ))
     FROM courses_enrolment enrolment
     LEFT JOIN courses_enrolmentstate state ON state.enrolment_id = enrolment.id
     WHERE enrolment.person_id IN (SELECT person FROM few)),
    (SELECT jsonb_agg(DISTINCT jsonb_build_array(person.id, membership.organisation_id))
     FROM accounts_user person
     LEFT JOIN accounts_membership membership ON membership.person_id = person.id
       AND membership.starts_on <= %(day)s AND (membership.ends_on IS NULL OR membership.ends_on > %(day)s)
       AND (%(organisations)s::bigint[] IS NULL OR membership.organisation_id = ANY(%(organisations)s::bigint[]))
     WHERE person.id IN (SELECT person FROM few) AND person.is_active
       AND (membership.id IS NULL) = %(without)s)
"""

MOST_CHANGES = 300
HOURS_KEPT = 12  # less than `tasks.HOURS_REMEMBERED`, which forgets the changes


@dataclass(frozen=True, slots=True)
class Count:
    """A tally, exact for the snapshot and the stamp it was read with."""

    stamp: int
    snapshot: str
    tally: Tally
    scope: Scope
    counted_at: datetime


def count_of(reach: Reach, filters: Filters) -> Count:
    """The tally of everyone within reach, as of now.

    Counted whole when nothing fresh enough is remembered or when people, posts or themes changed; otherwise adjusted
    by the enrolments that changed since.
    """
    filters = filters.for_figures
    if connection.in_atomic_block:
        return count_all(reach, filters)
    address = key_of(reach.key("count", filters.address()))
    known = current(cache.get(address), reach, filters)
    if known is None:
        with COUNTING:
            known = current(cache.get(address), reach, filters) or count_all(reach, filters)
    cache.set(address, known, HOURS_KEPT * 3600)
    return known


COUNTING = Lock()  # a whole count is made once, however many ask for it at the same time


def parameters_of(reach: Reach, filters: Filters) -> dict[str, Any]:
    organisations = (filters.organisation.pk,) if filters.organisation else reach.organisations
    return {
        "day": reach.day,
        "organisations": None if organisations is None else list(organisations),
        "course": filters.course and filters.course.pk,
        "theme": filters.theme and filters.theme.pk,
        "without": filters.is_without_organisation,
        "stamp": f"{STAMP}:%",
        "most": MOST_CHANGES,
    }


def current(known: Count | None, reach: Reach, filters: Filters) -> Count | None:
    """What is remembered, brought up to date; None when it cannot be."""
    if known is None or timezone.now() - known.counted_at > timedelta(hours=HOURS_KEPT):
        return None
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, parameters_of(reach, filters) | {"snapshot": known.snapshot})
        stamp, snapshot, changes, before, facts, posts = cursor.fetchone()
    if stamp != known.stamp or changes > MOST_CHANGES:
        return None
    if not changes:
        return known
    organisations: dict[int, list[int]] = {}
    for person, organisation in json.loads(posts or "[]"):
        theirs = organisations.setdefault(person, [])
        if organisation is not None:
            theirs.append(organisation)
    tally = adjusted(
        known.tally,
        before={int(enrolment): rank for enrolment, rank in json.loads(before).items()},
        facts=[Fact(*fact) for fact in json.loads(facts or "[]")],
        posts=organisations,
        scope=known.scope,
    )
    return replace(known, snapshot=snapshot, tally=tally)


def count_all(reach: Reach, filters: Filters) -> Count:
    """Count everyone, in one snapshot when not inside a transaction already."""
    parameters = parameters_of(reach, filters)
    is_alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_alone:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(
            "SELECT coalesce(sum(number), 0), pg_current_snapshot()::text FROM core_stamp WHERE name LIKE %(stamp)s",
            parameters,
        )
        stamp, snapshot = cursor.fetchone()
        cursor.execute("SELECT page_id, array_agg(theme_id) FROM roadmap_themelink GROUP BY page_id")
        themes_of = {page: frozenset(themes) for page, themes in cursor.fetchall()}
        cursor.execute(FACTS, parameters)
        tally: Tally = Counter()
        for kind, of, what, number in cursor.fetchall():
            tally[(kind, what) if of is None else (kind, of, what)] = number
    scope = Scope(parameters["course"], parameters["theme"], themes_of)
    return Count(stamp, snapshot, tally, scope, timezone.now())


def dashboard_of(reach: Reach, filters: Filters) -> Dashboard:
    """The figures of everyone within reach, restricted to what is filtered."""
    return dashboard_from(count_of(reach, filters), reach, filters.for_figures)


def dashboard_from(count: Count, reach: Reach, filters: Filters) -> Dashboard:
    choices, tally = choices_for(reach), count.tally
    by: dict[tuple[object, ...], dict[int | None, int]] = {}
    for key, number in tally.items():
        *of, rank = key
        by.setdefault(tuple(of), {})[rank] = number  # type: ignore[index]
    total = Figures.of(by.get(("all",), {}))
    rows = tuple(
        OrganisationRow(organisation, Figures.of(by["organisation", organisation.pk]))
        for organisation in choices.organisations
        if ("organisation", organisation.pk) in by
    )
    linked = courses_by_theme(count.scope, choices)
    return Dashboard(
        organisations=rows,
        total=total,
        themes=tuple(
            ThemeRow(
                theme=theme,
                courses=linked[theme.pk],
                figures=Figures.of(by.get(("theme", theme.pk), {}), people=total.people),
                shares=tuple(
                    Share(row.organisation, tally["share", theme.pk, row.organisation.pk], row.figures.people)
                    for row in rows
                ),
            )
            for theme in choices.themes
            if filters.theme in (None, theme)
        ),
        posts=sum(row.figures.people for row in rows),
        deserted=tuple(
            organisation
            for organisation in choices.organisations
            if ("organisation", organisation.pk) not in by
            and filters.organisation in (None, organisation)
            and not filters.is_without_organisation
        ),
        is_without_organisation=filters.is_without_organisation,
    )


def courses_by_theme(scope: Scope, choices: Choices) -> Counter[int]:
    """How many courses are linked to each theme, among those looked at."""
    return Counter(
        theme
        for course in choices.courses
        if scope.course in (None, course.pk)
        for theme in scope.themes_of.get(course.pk, ())
    )


RANKS: dict[Standing | None, tuple[int | None, ...]] = {
    None: (None, 0, 1, 2, 3),
    Standing.ENROLLED: (0, 1, 2, 3),
    Standing.NOT_ENROLLED: (None,),
    Standing.NOT_TRACKABLE: (0,),
    Standing.NOT_STARTED: (1,),
    Standing.IN_PROGRESS: (2,),
    Standing.COMPLETED: (3,),
}


def counted_size(reach: Reach, filters: Filters) -> tuple[int, int]:
    """How many people a list filtered so holds, and how many lines its export has: read in the same tally."""
    tally = count_of(reach, filters).tally
    ranks = RANKS[filters.standing]
    return sum(tally["all", rank] for rank in ranks), sum(tally["lines", rank] for rank in ranks)
