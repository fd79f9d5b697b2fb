"""What passes from training to work: of the people trained on a theme, how many have tried."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from cms.accounts.models import Membership
from cms.core.rates import percent_of
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, Theme
from cms.roadmap.queries import FEWEST_PEOPLE
from coordination.queries.reach import Reach


@dataclass(frozen=True, slots=True)
class Transfer:
    """A theme, the people trained on it, and those of them who tried; `rate` is None from too few people."""

    theme: Theme
    trained: int
    tried: int

    @property
    def is_shown(self) -> bool:
        return self.trained >= FEWEST_PEOPLE

    @property
    def rate(self) -> int:
        return percent_of(self.tried, self.trained)


def transfers(reach: Reach) -> list[Transfer]:
    """The themes in force someone was trained on, those where fewest tried first; two queries."""
    facts = Evidence.objects.valid(reach.day)
    if reach.organisations is not None:
        members = Membership.objects.current(reach.day).filter(organisation__in=reach.organisations)
        facts = facts.filter(person__in=members.values("person"))
    same = facts.filter(person=OuterRef("person"), theme=OuterRef("theme"), kind=EvidenceKind.TRIED)
    trained = facts.filter(kind=EvidenceKind.TRAINED).annotate(has_tried=Exists(same))
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
