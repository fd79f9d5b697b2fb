"""One-model reads; `visible_to` is the only way to someone's trace."""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Cast, JSONObject
from wagtail.query import PageQuerySet

if TYPE_CHECKING:
    from cms.accounts.models import User


class CourseQuerySet(PageQuerySet):
    def missing_for(self, person: "User", course: Any) -> "CourseQuerySet":
        """Prerequisites of a course this person has not completed; one no longer published is asked of nobody."""
        enrolments: Any = self.model._meta.get_field("enrolments").related_model
        completed = enrolments.objects.of(person).completed().filter(course=OuterRef("pk"))
        return self.live().filter(~Exists(completed), required_by__page=course)

    def around(self, page: Any) -> "CourseQuerySet":
        """Live courses that hold this page, or that it holds."""
        steplen = page.steplen
        above = [page.path[:end] for end in range(steplen, len(page.path) + 1, steplen)]
        return self.live().filter(models.Q(path__in=above) | models.Q(path__startswith=page.path))


class EnrolmentQuerySet(models.QuerySet[Any]):
    def of(self, person: "User") -> "EnrolmentQuerySet":
        return self.filter(person=person)

    def open(self) -> "EnrolmentQuerySet":
        """Not closed: the cycle under way, or completed and not retaken."""
        return self.filter(closed_at=None)

    def visible_to(self, user: "User") -> "EnrolmentQuerySet":
        """One's own, those of the people one leads, all for the coordination."""
        if user.sees_everyone:
            return self
        people = user.__class__._default_manager.all().visible_to(user)
        return self.filter(models.Q(person=user) | models.Q(person__in=people.values("pk")))

    def for_step(self, page: Any) -> "EnrolmentQuerySet":
        """In the live course that holds this step page, whatever module it is in."""
        return self.filter(course__path=page.path[: -2 * page.steplen], course__live=True)

    def with_steps(self) -> "EnrolmentQuerySet":
        """With `steps`: for each step begun, `{key, status, score}` (best percent); with `course_title`. One query.

        The course itself is left out: a page has many columns, and its title is all that most screens show.
        """
        states: Any = self.model._meta.get_field("step_states").related_model
        rows = states.objects.filter(enrolment=OuterRef("pk")).order_by()
        shape = JSONObject(key=Cast("step_key", models.TextField()), status="status", score="best_score")
        return self.select_related("state", "version").annotate(
            steps=ArraySubquery(rows.values(shape=shape)), course_title=models.F("course__title")
        )

    def with_state(self) -> "EnrolmentQuerySet":
        return self.select_related("state", "version", "course")

    def completed(self) -> "EnrolmentQuerySet":
        return self.filter(state__completed_at__isnull=False)


class AttemptQuerySet(models.QuerySet[Any]):
    """Attempts, finished or under way."""

    def visible_to(self, user: "User") -> "AttemptQuerySet":
        """One's own only: an employer, a trainer or the coordination see states, never answers."""
        return self.filter(enrolment__person=user)
