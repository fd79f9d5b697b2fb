"""How far someone sees, and what they may filter on."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from cms.accounts.models import Membership, Organisation, User
from cms.core.functions import Fold
from cms.core.stamps import current_stamp, remembered
from cms.roadmap.models import Theme
from coordination.filters import Choice, Choices
from courses.models import CoursePage, Enrolment

STAMP = "training"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far someone sees on this day: these organisations, or everyone when None."""

    organisations: tuple[int, ...] | None
    day: date
    stamp: int | None

    def key(self, what: str, *more: object) -> tuple[object, ...]:
        return (what, self.day.isoformat(), self.organisations, *more)


def reach_of(user: User) -> Reach:
    organisations = None
    if not user.sees_everyone:
        organisations = tuple(
            Membership.objects.led_by(user).order_by("organisation").values_list("organisation", flat=True).distinct()
        )
    return Reach(organisations, timezone.localdate(), current_stamp(STAMP))


def choices_for(reach: Reach) -> Choices:
    return remembered(reach.stamp, reach.key("choices"), lambda: read_choices(reach))


def read_choices(reach: Reach) -> Choices:
    organisations = Organisation.objects.order_by(Fold("name"), "pk")
    if reach.organisations is not None:
        organisations = organisations.filter(pk__in=reach.organisations)
    courses = CoursePage.objects.filter(Q(live=True) | Exists(Enrolment.objects.filter(course=OuterRef("pk"))))
    return Choices(
        organisations=tuple(Choice(*row) for row in organisations.values_list("pk", "code", "name")),
        courses=tuple(
            Choice(pk, code or str(pk), title)
            for pk, code, title in courses.order_by(Fold("title"), "pk").values_list("pk", "code", "title")
        ),
        themes=tuple(Choice(*row) for row in Theme.objects.current().values_list("pk", "code", "title")),
    )


def open_courses(*, without: User | None = None) -> list[Choice]:
    """Courses one may be enrolled in; those that `without` already follows are left out."""
    courses = CoursePage.objects.live().order_by(Fold("title"))
    if without is not None:
        courses = courses.exclude(pk__in=Enrolment.objects.of(without).open().values("course"))
    return [Choice(pk, code or str(pk), title) for pk, code, title in courses.values_list("pk", "code", "title")]
