"""Who is in the demonstration: invented people, and how far each one went."""

from dataclasses import dataclass
from typing import Any

from cms.accounts.enums import Job, Role
from cms.accounts.models import COORDINATION, TRAINERS
from cms.core.text import fold
from courses.enums import EnrolmentSource


@dataclass(frozen=True)
class Walk:
    """How far someone went in a course: `steps` finished, between two days ago; `failures` at the next quiz."""

    course: str
    steps: int
    started: int
    last: int
    failures: int = 0
    source: str = EnrolmentSource.SELF
    due: int | None = None
    """How many days ago it was to be finished; negative: still to come."""


@dataclass(frozen=True)
class Someone:
    first_name: str
    last_name: str
    job: str
    organisation: str
    walks: tuple[Walk, ...] = ()
    reads: int = 0
    email: str = ""
    role: str = Role.MEMBER
    groups: tuple[str, ...] = ()
    is_superuser: bool = False
    since: int = 700
    came_from: tuple[str, int] | None = None
    """The organisation they left, and how many days ago."""

    @property
    def address(self) -> str:
        name = f"{self.first_name}.{self.last_name}"
        return self.email or f"{fold(name).replace(' ', '-').replace(chr(39), '-')}@demo.example"


def socle(steps: int, started: int, last: int, **more: Any) -> Walk:
    return Walk("SOCLE", steps, started, last, **more)


def agir(steps: int, started: int, last: int, **more: Any) -> Walk:
    return Walk("POUVOIR-AGIR", steps, started, last, **more)


def contrat(steps: int, started: int, last: int, **more: Any) -> Walk:
    return Walk("CONTRAT", steps, started, last, **more)


DONE = 10  # steps of SOCLE: seven lessons, three quizzes

# The whole course twice: the second time in the last three months of the attestation of the first.
RENEWED = (socle(DONE, 710, 690), socle(DONE, 60, 21))

ACCOUNTS = [
    Someone("Claire", "Martel", Job.REFERENT_RSA, "CD50", (socle(5, 19, 2),), 3, email="professionnel@demo.example"),
    Someone(
        "Yann",
        "Le Goff",
        Job.AUTRE,
        "CD50",
        (socle(DONE, 760, 724),),
        6,
        since=900,
        email="formateur@demo.example",
        groups=(TRAINERS,),
    ),
    Someone(
        "Nadia",
        "Benali",
        Job.REFERENT_RSA,
        "CD50",
        (socle(DONE, 210, 175), agir(4, 90, 12)),
        8,
        email="referent@demo.example",
        role=Role.LEAD,
    ),
    Someone(
        "Hélène",
        "Duval",
        Job.AUTRE,
        "CD50",
        (socle(DONE, 790, 770),),
        9,
        since=900,
        email="coordination@demo.example",
        groups=(COORDINATION,),
    ),
    Someone("Alex", "Morvan", "", "", email="admin@demo.example", is_superuser=True),
]

PEOPLE = [
    # Département
    Someone("Aurélie", "Lecarpentier", Job.ASSISTANT_SOCIAL, "CD50", (socle(DONE, 150, 118), contrat(3, 60, 9)), 5),
    Someone("Mathieu", "Hébert", Job.REFERENT_RSA, "CD50", (socle(DONE, 95, 41),), 2),
    Someone("Fatou", "Diallo", Job.REFERENT_RSA, "CD50", (socle(7, 48, 6, source=EnrolmentSource.LEAD, due=-12),), 4),
    # Stuck: every lesson of the second module read, the quiz failed four times, nothing for a month.
    Someone("Bruno", "Leroux", Job.ASSISTANT_SOCIAL, "CD50", (socle(6, 80, 38, failures=4, due=8),), 1),
    Someone("Sandrine", "Poisson", Job.CIP, "CD50", (socle(0, 25, 25, source=EnrolmentSource.LEAD, due=-20),)),
    Someone("Éric", "Lemarchand", Job.REFERENT_RSA, "CD50"),
    Someone("Inès", "Mercier", Job.CIP, "CD50", (socle(2, 9, 1),), 1, since=60),
    # CAF
    Someone("Valérie", "Noël", Job.AUTRE, "CAF50", (socle(DONE, 190, 120),), 3, role=Role.LEAD),
    Someone("Kevin", "Anquetil", Job.AUTRE, "CAF50", (socle(4, 70, 33),), 1),
    Someone("Amina", "Cherif", Job.ASSISTANT_SOCIAL, "CAF50", (socle(DONE, 88, 52), agir(1, 30, 28)), 2),
    # MSA
    Someone(
        "Odile",
        "Quesnel",
        Job.AGENT_MSA,
        "MSA",
        (socle(DONE, 690, 660), contrat(9, 150, 70)),
        7,
        role=Role.LEAD,
        since=900,
    ),
    Someone("Thierry", "Vasselin", Job.AGENT_MSA, "MSA", (socle(1, 110, 109),)),
    Someone("Camille", "Osmont", Job.AGENT_MSA, "MSA", (socle(8, 34, 3),), 2),
    # France Travail
    Someone("Stéphane", "Girard", Job.CONSEILLER_FRANCE_TRAVAIL, "FT", RENEWED, 2, role=Role.LEAD, since=900),
    Someone("Mélanie", "Yver", Job.CONSEILLER_FRANCE_TRAVAIL, "FT", (socle(DONE, 130, 84), agir(7, 80, 5)), 6),
    Someone("Youssef", "El Amrani", Job.CONSEILLER_FRANCE_TRAVAIL, "FT", (socle(6, 45, 4),), 1),
    Someone("Laura", "Delaunay", Job.CONSEILLER_FRANCE_TRAVAIL, "FT", (socle(3, 63, 44),)),
    Someone("Patrice", "Lebrun", Job.CONSEILLER_FRANCE_TRAVAIL, "FT", (socle(0, 12, 12),)),
    Someone("Gwenaëlle", "Tanguy", Job.CONSEILLER_FRANCE_TRAVAIL, "FT"),
    # Missions locales
    Someone("Julie", "Fontaine", Job.CONSEILLER_MISSION_LOCALE, "ML", (socle(DONE, 140, 96),), 4, role=Role.LEAD),
    Someone("Moussa", "Traoré", Job.CONSEILLER_MISSION_LOCALE, "ML", (socle(9, 51, 2),), 3),
    Someone("Élodie", "Renouf", Job.CONSEILLER_MISSION_LOCALE, "ML", (socle(DONE, 75, 20),), 2),
    Someone("Antoine", "Ledoux", Job.CONSEILLER_MISSION_LOCALE, "ML", (socle(2, 66, 58, failures=2),), 1),
    Someone("Léa", "Pham", Job.CONSEILLER_MISSION_LOCALE, "ML", since=20),
    # MEF / PLIE
    Someone("Christophe", "Marie", Job.CIP, "MEF-PLIE", (socle(DONE, 160, 133), agir(14, 120, 15)), 9),
    Someone("Karima", "Saïdi", Job.CIP, "MEF-PLIE", (socle(5, 40, 11),), 2),
    Someone("Nicolas", "Jouault", Job.CIP, "MEF-PLIE", (socle(DONE, 101, 66), contrat(5, 50, 7)), 3, role=Role.LEAD),
    # CCAS
    Someone("Martine", "Langlois", Job.AGENT_CCAS, "UDCCAS50", (socle(DONE, 120, 72),), 5, role=Role.LEAD),
    Someone("Sophie", "Beaufils", Job.AGENT_CCAS, "UDCCAS50", (socle(4, 57, 29),), 2),
    Someone("Jean-Marc", "Hamel", Job.AGENT_CCAS, "UDCCAS50", (socle(1, 31, 30),)),
    Someone("Rania", "Haddad", Job.AGENT_CCAS, "UDCCAS50", (socle(6, 22, 1),), 1),
    Someone("Denise", "Pasquier", Job.AGENT_CCAS, "UDCCAS50"),
    # Others
    Someone("Florian", "Guérin", Job.AUTRE, "TANDEM", (socle(3, 28, 14),)),
    # Takes the course again before the attestation ends: the first time stays whole, the second is under way.
    Someone("Isabelle", "Toussaint", Job.AUTRE, "DDETS50", (socle(DONE, 700, 668), socle(4, 21, 5)), 4, since=900),
    Someone("Romain", "Lefèvre", Job.AUTRE, "REGION", (socle(2, 37, 35),)),
    # Moved: trained at the MSA, now at the CAF; keeps everything.
    Someone("Delphine", "Ozouf", Job.ASSISTANT_SOCIAL, "CAF50", (socle(DONE, 230, 204),), 6, came_from=("MSA", 64)),
]
