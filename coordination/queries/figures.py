"""Who is trained, on what, where.

Figures are computed by a few SQL statements over everyone at once, and remembered under the stamp `training`
(`cms.core.stamps`): they are those of the very instant, whatever the number of people.
"""

# ruff: noqa: S608 - the statements are made of fixed text; what varies goes in parameters

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count

from cms.core.stamps import remembered
from coordination.filters import Choice, Filters
from coordination.queries.reach import Reach, choices_for
from courses.models import CoursePage


@dataclass(frozen=True, slots=True)
class Figures:
    """People in post (the denominator), and where they stand: each person once, in their best state."""

    people: int = 0
    enrolled: int = 0
    not_started: int = 0
    in_progress: int = 0
    completed: int = 0

    @property
    def percent(self) -> int:
        """Share of the people in post who completed; a floor, so that 100 means everyone."""
        return self.completed * 100 // self.people if self.people else 0


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
        return self.completed * 100 // self.people if self.people else 0

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
    shared_people: int
    """People counted by more than one organisation, and once in the total."""
    deserted: tuple[Choice, ...] = ()
    """Organisations with no one in post."""

    @property
    def of_everyone(self) -> str:
        return f"sur {self.total.people} en poste"


# People in post on the day, by organisation; then the state of each enrolment that counts: open, or completed
# whatever became of it since. The greatest rank is the best state.
FACTS = """
WITH post AS MATERIALIZED (
    SELECT DISTINCT membership.organisation_id, membership.person_id
    FROM accounts_membership membership
    JOIN accounts_user person ON person.id = membership.person_id AND person.is_active
    WHERE membership.starts_on <= %(day)s AND (membership.ends_on IS NULL OR membership.ends_on > %(day)s)
      AND (%(organisations)s::bigint[] IS NULL OR membership.organisation_id = ANY(%(organisations)s::bigint[]))
), counted AS (
    SELECT enrolment.person_id, enrolment.course_id,
           CASE state.status WHEN 'completed' THEN 3 WHEN 'in_progress' THEN 2 WHEN 'not_started' THEN 1 ELSE 0 END
           AS rank
    FROM courses_enrolment enrolment
    JOIN courses_enrolmentstate state ON state.enrolment_id = enrolment.id
    WHERE (enrolment.closed_at IS NULL OR state.status = 'completed')
      AND (%(course)s::bigint IS NULL OR enrolment.course_id = %(course)s::bigint)
)
"""

COUNTS = """
    count(DISTINCT person_id), count(DISTINCT person_id) FILTER (WHERE rank IS NOT NULL),
    count(DISTINCT person_id) FILTER (WHERE rank = 1), count(DISTINCT person_id) FILTER (WHERE rank = 2),
    count(DISTINCT person_id) FILTER (WHERE rank = 3)
"""

BY_ORGANISATION = f"""
{FACTS}, best AS (
    SELECT person_id, max(rank) AS rank FROM counted
    WHERE %(theme)s::bigint IS NULL OR EXISTS (
        SELECT FROM roadmap_themelink link WHERE link.page_id = counted.course_id AND link.theme_id = %(theme)s::bigint
    )
    GROUP BY person_id
)
SELECT organisation_id, {COUNTS}, count(*) - count(DISTINCT person_id)
FROM post LEFT JOIN best USING (person_id)
GROUP BY GROUPING SETS ((organisation_id), ())
"""

BEST_BY_THEME = f"""
{FACTS}, best AS (
    SELECT link.theme_id, counted.person_id, max(counted.rank) AS rank
    FROM counted
    JOIN (SELECT DISTINCT person_id FROM post) someone USING (person_id)
    JOIN roadmap_themelink link ON link.page_id = counted.course_id
    WHERE %(theme)s::bigint IS NULL OR link.theme_id = %(theme)s::bigint
    GROUP BY link.theme_id, counted.person_id
)
"""

BY_THEME = f"{BEST_BY_THEME} SELECT theme_id, {COUNTS} FROM best GROUP BY theme_id"

BY_THEME_AND_ORGANISATION = f"""
{BEST_BY_THEME}
SELECT theme_id, organisation_id, count(*) FROM best JOIN post USING (person_id) WHERE rank = 3
GROUP BY theme_id, organisation_id
"""

SHARED = f"""
{FACTS}
SELECT count(*) FROM (SELECT FROM post GROUP BY person_id HAVING count(*) > 1) shared
"""


def dashboard_of(reach: Reach, filters: Filters) -> Dashboard:
    """The figures of everyone within reach, restricted to what is filtered."""
    filters = filters.for_figures
    return remembered(reach.stamp, reach.key("dashboard", filters.address()), lambda: read_dashboard(reach, filters))


def read_dashboard(reach: Reach, filters: Filters) -> Dashboard:
    choices = choices_for(reach)
    chosen = filters.organisation
    organisations = (chosen.pk,) if chosen else reach.organisations
    parameters: dict[str, Any] = {
        "day": reach.day,
        "organisations": None if organisations is None else list(organisations),
        "course": filters.course and filters.course.pk,
        "theme": filters.theme and filters.theme.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(BY_ORGANISATION, parameters)
        by_organisation = {row[0]: Figures(*row[1:6]) for row in cursor.fetchall()}
        cursor.execute(BY_THEME, parameters)
        by_theme = {row[0]: Figures(*row[1:]) for row in cursor.fetchall()}
        cursor.execute(BY_THEME_AND_ORGANISATION, parameters)
        completed = {row[:2]: row[2] for row in cursor.fetchall()}
        cursor.execute(SHARED, parameters)
        (shared_people,) = cursor.fetchone()
    total = by_organisation.pop(None)
    linked = courses_by_theme(filters)
    rows = tuple(
        OrganisationRow(organisation, by_organisation[organisation.pk])
        for organisation in choices.organisations
        if organisation.pk in by_organisation
    )
    return Dashboard(
        organisations=rows,
        total=total,
        themes=tuple(
            ThemeRow(
                theme=theme,
                courses=linked.get(theme.pk, 0),
                figures=in_denominator(by_theme.get(theme.pk), total.people),
                shares=tuple(
                    Share(row.organisation, completed.get((theme.pk, row.organisation.pk), 0), row.figures.people)
                    for row in rows
                ),
            )
            for theme in choices.themes
            if filters.theme in (None, theme)
        ),
        shared_people=shared_people,
        deserted=tuple(
            organisation
            for organisation in choices.organisations
            if organisation.pk not in by_organisation and chosen in (None, organisation)
        ),
    )


def in_denominator(figures: Figures | None, people: int) -> Figures:
    """The figures of a theme, out of everyone in post rather than of those enrolled."""
    if figures is None:
        return Figures(people=people)
    return Figures(people, figures.enrolled, figures.not_started, figures.in_progress, figures.completed)


def courses_by_theme(filters: Filters) -> dict[int, int]:
    """How many published courses are linked to each theme."""
    courses = CoursePage.objects.live().filter(theme_links__theme__isnull=False)
    if filters.course:
        courses = courses.filter(pk=filters.course.pk)
    return dict(courses.values_list("theme_links__theme").annotate(number=Count("pk")).order_by())
