"""How many people stand where: counted once, then adjusted by what changed. Pure: no database, no clock.

A tally counts people under keys:

    ("all", rank)               everyone, by best state; rank None for who is not enrolled
    ("organisation", o, rank)   the same, by organisation: someone in two counts in both
    ("theme", t, rank)          those enrolled in a course of the theme, by best state in it
    ("share", t, o)             those of an organisation who completed a course of the theme
    ("lines", rank)             enrolments of those people, at least one each: the lines of the export
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

COMPLETED = 3
Tally = Counter[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: one course or all, one theme or all, and the themes of each course."""

    course: int | None
    theme: int | None
    themes_of: Mapping[int, frozenset[int]]

    def has(self, course: int) -> bool:
        return self.course in (None, course) and (self.theme is None or self.theme in self.themes_of.get(course, ()))


@dataclass(frozen=True, slots=True)
class Fact:
    """One enrolment: what it counts for now, None if it does not."""

    enrolment: int
    person: int
    course: int
    rank: int | None


def contribution(facts: Iterable[Fact], organisations: Iterable[int], scope: Scope) -> Tally:
    """What one person in post in these organisations (none, when those without are counted) adds to the tally."""
    counted = [fact for fact in facts if fact.rank is not None and scope.has(fact.course)]
    best = max((fact.rank for fact in counted if fact.rank is not None), default=None)
    tally: Tally = Counter({("all", best): 1, ("lines", best): max(1, len(counted))})
    organisations = list(organisations)
    for organisation in organisations:
        tally["organisation", organisation, best] = 1
    by_theme: dict[int, int] = {}
    for fact in counted:
        for theme in scope.themes_of.get(fact.course, ()):
            if scope.theme in (None, theme):
                by_theme[theme] = max(by_theme.get(theme, 0), fact.rank or 0)
    for theme, rank in by_theme.items():
        tally["theme", theme, rank] = 1
        if rank == COMPLETED:
            for organisation in organisations:
                tally["share", theme, organisation] = 1
    return tally


def adjusted(
    tally: Tally,
    *,
    before: Mapping[int, int | None],
    facts: Iterable[Fact],
    posts: Mapping[int, Iterable[int]],
    scope: Scope,
) -> Tally:
    """The tally after a change.

    `before`: what each changed enrolment counted for. `facts`: every enrolment of the people concerned, as it is now.
    `posts`: the organisations of those of them who are counted.
    """
    result: Tally = Counter(tally)
    by_person: dict[int, list[Fact]] = {}
    for fact in facts:
        by_person.setdefault(fact.person, []).append(fact)
    for person, now in by_person.items():
        if person in posts:
            organisations = list(posts[person])
            then = [
                Fact(fact.enrolment, fact.person, fact.course, before.get(fact.enrolment, fact.rank)) for fact in now
            ]
            result.subtract(contribution(then, organisations, scope))
            result.update(contribution(now, organisations, scope))
    return +result
