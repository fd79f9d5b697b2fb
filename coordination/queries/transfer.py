"""What passes from training to work: of the people trained on a theme, how many have tried since."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q

from cms.accounts.models import User
from cms.core.rates import percent_of
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, Theme
from cms.roadmap.queries import FEWEST_PEOPLE


@dataclass(frozen=True, slots=True)
class Transfer:
    """A theme, the people trained on it, and those of them who tried afterwards."""

    theme: Theme
    trained: int
    tried: int

    @property
    def is_shown(self) -> bool:
        """Only when enough people are on each side: none, all, or all but a few would be somebody's answer."""
        return min(self.tried, self.trained - self.tried) >= FEWEST_PEOPLE

    @property
    def rate(self) -> int:
        return percent_of(self.tried, self.trained)


def transfers(day: date) -> list[Transfer]:
    """The themes in force someone in post was trained on, those where fewest tried first; two queries."""
    facts = Evidence.objects.valid(day).filter(person__in=User.objects.in_post(day).values("pk"))
    since = facts.filter(
        person=OuterRef("person"), theme=OuterRef("theme"), kind=EvidenceKind.TRIED,
        recorded_at__gte=OuterRef("recorded_at"),
    )  # fmt: skip
    trained = facts.filter(kind=EvidenceKind.TRAINED).annotate(has_tried=Exists(since))
    rows = trained.values("theme").annotate(
        trained=Count("person", distinct=True), tried=Count("person", distinct=True, filter=Q(has_tried=True))
    )
    counts = {row["theme"]: row for row in rows.order_by()}
    found = [
        Transfer(theme, counts[theme.pk]["trained"], counts[theme.pk]["tried"])
        for theme in Theme.objects.current()
        if theme.pk in counts
    ]
    return sorted(found, key=lambda one: (not one.is_shown, one.rate if one.is_shown else 0))
