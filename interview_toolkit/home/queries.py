"""What reads several rooms of the toolkit at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from wagtail.models import Page

from cms.accounts.models import User
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, Theme
from cms.roadmap.queries import FEWEST_PEOPLE, OrganisationProof, Tally, organisation_proof
from courses.models import Enrolment, StepPage
from interview_toolkit.commitments.models import Commitment
from interview_toolkit.observations.models import Observation, ObservationStepPage, Rating, Seen
from interview_toolkit.observations.queries import grids_with
from interview_toolkit.practices.models import Comment, Trial
from interview_toolkit.practices.queries import practices_with
from interview_toolkit.simulations.models import Play, ScenarioStepPage
from interview_toolkit.simulations.queries import scenarios_with
from interview_toolkit.techniques.models import TechniquePage
from interview_toolkit.techniques.queries import TechniqueSheet
from interview_toolkit.triads.models import Triad

# What moves each counter, and what makes it go down.
RULES = {
    EvidenceKind.INFORMED: "Une page liée à ce thème compte quand on dit l'avoir lue, tant qu'elle est publiée.",
    EvidenceKind.TRAINED: "Une formation liée à ce thème compte le jour où elle est terminée, une seule fois même "
    "suivie deux fois. Elle compte toujours ensuite.",
    EvidenceKind.TRIED: "Un essai compte quand on répond « J'ai essayé » à un engagement lié à ce thème. Il compte "
    "toujours ensuite.",
    EvidenceKind.OBSERVED: "Un entretien compte quand un formateur ou un pair formé l'a observé sur une grille, l'a "
    "signé, et qu'une technique liée à ce thème s'y est vue. Il compte trois ans.",
}


def around_technique(page: TechniquePage, sheet: TechniqueSheet) -> list[tuple[str, list[Page]]]:
    """Where a technique is learnt, rehearsed and seen: a title, and pages."""
    return [
        ("L'apprendre", list(sheet.courses)),
        ("La répéter", list(scenarios_with(page.code))),
        ("La voir en pratique", list(practices_with(page.code))),
        ("La faire observer", list[Page](grids_with(page)) if page.pk else []),
    ]


@dataclass(frozen=True)
class Row:
    """One fact behind a counter: what it comes from, when, until when."""

    title: str
    url: str
    at: datetime | None
    until: date | None = None
    people: int = 0

    @property
    def is_over(self) -> bool:
        return self.until is not None and self.until < timezone.localdate()


@dataclass(frozen=True)
class ProofRows:
    """The facts behind one counter of a theme: mine, and those of my organisation counted by what they come from."""

    kind: EvidenceKind
    mine: list[Row]
    organisation: OrganisationProof | None
    theirs: list[Row]
    """From five people for each; what fewer did is in `few`."""
    few: int
    tally: Tally | None = None

    @property
    def rule(self) -> str:
        return RULES[self.kind]

    @property
    def valid(self) -> int:
        return sum(not row.is_over for row in self.mine)


def proof_rows(person: User, theme: Theme, kind: EvidenceKind) -> ProofRows:
    """As many queries whatever there is."""
    facts = list(Evidence.objects.of(person).filter(theme=theme, kind=kind).order_by("-recorded_at", "-pk"))
    organisation = organisation_proof(person, [theme])
    counted: list[tuple[str, int]] = []
    if organisation is not None:
        rows = Evidence.objects.valid().filter(theme=theme, kind=kind, person__in=organisation.members)
        counted = list(rows.values_list("source", "person"))
    grouped = _by_content(counted)
    told = _titles({fact.source for fact in facts} | set(grouped)) | dict(_own(person, facts))
    many = {source: people for source, people in grouped.items() if people >= FEWEST_PEOPLE}
    mine, theirs = [], []
    for fact in facts:
        title, url = told.get(fact.source, (fact.source, ""))
        mine.append(Row(title, url, fact.recorded_at, fact.valid_until))
    for source, people in many.items():
        title, url = told.get(source, (source, ""))
        theirs.append(Row(title, url, None, people=people))
    tally = next((one for one in organisation.tallies[theme.pk] if one.kind == kind), None) if organisation else None
    return ProofRows(kind, mine, organisation, theirs, len(grouped) - len(many), tally)


def _own(person: User, facts: Iterable[Evidence]) -> Iterable[tuple[str, tuple[str, str]]]:
    """What is somebody's own opens as theirs: their observation, their commitment."""
    sources = [fact.source for fact in facts]
    for seen in Observation.objects.filter(person=person, pk__in=_numbers(sources, "observation")).with_people():
        yield seen.source, (f"Entretien observé par {seen.observer}", seen.get_absolute_url())
    made = Commitment.objects.filter(person=person, pk__in=_numbers(sources, "commitment"))
    for one in made.select_related("technique", "practice"):
        yield one.source, (str(one.technique or one.practice), one.get_absolute_url())


def _by_content(facts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """How many people for each content: what is one person's own, an enrolment or a commitment, is what it is about."""
    known = list(facts)
    about = dict(_courses_of(source for source, _person in known))
    people: dict[str, set[int]] = {}
    for source, person in known:
        people.setdefault(about.get(source, source), set()).add(person)
    return {source: len(those) for source, those in sorted(people.items(), key=lambda one: (-len(one[1]), one[0]))}


def _courses_of(sources: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Enrolments and commitments, by the page they are about."""
    known = list(sources)
    for pk, course in Enrolment.objects.filter(pk__in=_numbers(known, "enrolment")).values_list("pk", "course"):
        yield f"enrolment:{pk}", f"page:{course}"
    made = Commitment.objects.filter(pk__in=_numbers(known, "commitment"))
    for pk, technique, practice in made.values_list("pk", "technique", "practice"):
        yield f"commitment:{pk}", f"page:{technique or practice}"
    seen = Observation.objects.filter(pk__in=_numbers(known, "observation"))
    for pk, grid in seen.values_list("pk", "version__grid"):
        yield f"observation:{pk}", f"page:{grid}"


def _titles(sources: set[str]) -> dict[str, tuple[str, str]]:
    """The title and the address of what each source is."""
    about = dict(_courses_of(sources))
    pages = _numbers({*sources, *about.values()}, "page")
    known = {
        page.pk: (page.title, page.get_url() or "" if page.live else "") for page in Page.objects.filter(pk__in=pages)
    }
    found = {}
    for source in sources:
        numbers = _numbers([about.get(source, source)], "page")
        if numbers and numbers[0] in known:
            found[source] = known[numbers[0]]
    return found


def _numbers(sources: Iterable[str], kind: str) -> list[int]:
    parts = (source.split(":", 1) for source in sources if source.startswith(f"{kind}:"))
    return [int(number) for _kind, number in parts if number.isdecimal()]


def why_not_delete(page: Page) -> str:
    """Return why a page must stay, or nothing: somebody's trace points to it, or to a page under it."""
    inside = Page.objects.descendant_of(page, inclusive=True).values("pk")
    for reason, traces in (
        ("des personnes l'ont jouée", Play.objects.filter(scenario__in=inside)),
        ("une étape d'une formation la demande", _steps_outside(page, ScenarioStepPage, scenario__in=inside)),
        ("des observations ont été faites avec elle", Observation.objects.filter(version__grid__in=inside)),
        ("des triades ont été jouées avec elle", Triad.objects.filter(version__grid__in=inside)),
        ("des observateurs ont fait leur étalonnage avec elle", Rating.objects.filter(reference__in=inside)),
        ("une étape d'une formation la demande", _steps_outside(page, ObservationStepPage, grid__in=inside)),
        ("des personnes se sont engagées à l'essayer", Commitment.objects.filter(practice__in=inside)),
        ("des personnes se sont engagées à l'essayer", Commitment.objects.filter(technique__in=inside)),
        ("elle a été vue dans des observations", Seen.objects.filter(technique__in=inside)),
        ("des équipes disent l'essayer", Trial.objects.filter(practice__in=inside)),
        ("des collègues ont écrit à son auteur", Comment.objects.filter(practice__in=inside)),
    ):
        if traces.exists():
            return reason
    return ""


def _steps_outside(page: Page, kind: type[StepPage], **asked: Any) -> Any:
    return kind._default_manager.filter(**asked).exclude(path__startswith=page.path)
