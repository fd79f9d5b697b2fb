"""What reads several rooms of the toolkit at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from wagtail.models import Page

from cms.accounts.models import User
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, Theme
from cms.roadmap.queries import FEWEST_PEOPLE, OrganisationProof, organisation_proof
from courses.models import Enrolment
from interview_toolkit.commitments.models import Commitment
from interview_toolkit.observations.models import Observation
from interview_toolkit.observations.queries import grids_with
from interview_toolkit.practices.queries import practices_with
from interview_toolkit.simulations.queries import scenarios_with
from interview_toolkit.techniques.models import TechniquePage
from interview_toolkit.techniques.queries import TechniqueSheet

# What moves each counter, and what makes it go down.
RULES = {
    EvidenceKind.INFORMED: "Une page liée à ce thème compte quand vous dites l'avoir lue, tant qu'elle est publiée.",
    EvidenceKind.TRAINED: "Une formation liée à ce thème compte le jour où elle est terminée, une seule fois.",
    EvidenceKind.TRIED: "Un essai compte quand vous répondez « J'ai essayé » à un engagement lié à ce thème.",
    EvidenceKind.OBSERVED: "Un entretien compte quand un formateur ou un pair l'a observé sur une grille.",
}


def around_technique(page: TechniquePage, sheet: TechniqueSheet) -> list[tuple[str, list[Page]]]:
    """Where a technique is learnt, rehearsed and seen: a title, and pages."""
    return [
        ("L'apprendre", list(sheet.courses)),
        ("La répéter", list(scenarios_with(page.code))),
        ("La voir en pratique", list(practices_with(page.code))),
        ("La faire observer", list(grids_with(page)) if page.pk else []),
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

    @property
    def rule(self) -> str:
        return RULES[self.kind]

    @property
    def valid(self) -> int:
        return sum(not row.is_over for row in self.mine)


def proof_rows(person: User, theme: Theme, kind: EvidenceKind) -> ProofRows:
    """Six queries at most, whatever there is."""
    facts = list(Evidence.objects.of(person).filter(theme=theme, kind=kind).order_by("-recorded_at", "-pk"))
    organisation = organisation_proof(person, theme)
    counted: list[tuple[str, int]] = []
    if organisation is not None:
        rows = Evidence.objects.valid().filter(theme=theme, kind=kind, person__in=organisation.members)
        counted = list(rows.values_list("source", "person"))
    grouped = _by_content(counted)
    told = _titles({fact.source for fact in facts} | set(grouped))
    many = {source: people for source, people in grouped.items() if people >= FEWEST_PEOPLE}
    mine, theirs = [], []
    for fact in facts:
        title, url = told.get(fact.source, (fact.source, ""))
        mine.append(Row(title, url, fact.recorded_at, fact.valid_until))
    for source, people in many.items():
        title, url = told.get(source, (source, ""))
        theirs.append(Row(title, url, None, people=people))
    return ProofRows(kind, mine, organisation, theirs, len(grouped) - len(many))


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
