"""Invented people, and what they did: varied, believable, and the same on every machine.

Dates are counted in days before the first loading. Someone already there is left as they are: what they
did since belongs to whoever tries the demonstration.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any
from uuid import UUID, uuid5

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from cms.accounts.enums import Job, Role
from cms.accounts.models import COORDINATION, TRAINERS, Membership, Organisation, User
from cms.core.text import fold
from cms.pages.models import InformationPage
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, ThemeLink
from cms.roadmap.queries import page_source
from coordination.demo.blocks import NAMESPACE
from courses.enums import EnrolmentSource, StepKind, StepStatus
from courses.models import Attempt, CoursePage, Enrolment, EnrolmentState, QuizPage
from courses.services import enrol, recompute

AN_HOUR = 1 / 24


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

ACCOUNTS = [
    Someone("Claire", "Martel", Job.REFERENT_RSA, "CD50", (socle(5, 19, 2),), 3, email="professionnel@demo.example"),
    Someone(
        "Yann",
        "Le Goff",
        Job.AUTRE,
        "CD50",
        (socle(DONE, 260, 230),),
        6,
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
        (socle(DONE, 300, 290),),
        9,
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
    Someone("Odile", "Quesnel", Job.AGENT_MSA, "MSA", (socle(DONE, 240, 199), contrat(9, 150, 70)), 7, role=Role.LEAD),
    Someone("Thierry", "Vasselin", Job.AGENT_MSA, "MSA", (socle(1, 110, 109),)),
    Someone("Camille", "Osmont", Job.AGENT_MSA, "MSA", (socle(8, 34, 3),), 2),
    # France Travail
    Someone("Stéphane", "Girard", Job.CONSEILLER_FRANCE_TRAVAIL, "FT", (socle(DONE, 170, 121),), 2, role=Role.LEAD),
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
    Someone("Christophe", "Marie", Job.CIP, "MEF-PLIE", (socle(DONE, 160, 133), agir(11, 120, 15)), 9),
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
    Someone("Isabelle", "Toussaint", Job.AUTRE, "DDETS50", (socle(DONE, 200, 181),), 4),
    Someone("Romain", "Lefèvre", Job.AUTRE, "REGION", (socle(2, 37, 35),)),
    # Moved: trained at the MSA, now at the CAF; keeps everything.
    Someone("Delphine", "Ozouf", Job.ASSISTANT_SOCIAL, "CAF50", (socle(DONE, 230, 204),), 6, came_from=("MSA", 64)),
]


@dataclass
class PeopleWriter:
    """Creates whoever is missing, then their past in a few statements."""

    organisations: Mapping[str, Organisation]
    now: datetime = field(default_factory=timezone.now)

    def load(self) -> int:
        """Return how many people were created."""
        known = set(User.objects.values_list("email", flat=True))
        missing = [someone for someone in [*ACCOUNTS, *PEOPLE] if someone.address not in known]
        if not missing:
            return 0
        people = self._create(missing)
        attempts: list[Attempt] = []
        enrolments: list[Enrolment] = []
        # In waves: a course opens to those the first wave has shown to have its prerequisites.
        for wave in range(max(len(someone.walks) for someone in missing)):
            begun = [
                self._walk(people[someone.address], someone.walks[wave], attempts)
                for someone in missing
                if len(someone.walks) > wave
            ]
            Attempt.objects.bulk_create(attempts)
            attempts.clear()
            recompute([enrolment.pk for enrolment in begun])
            enrolments += begun
        self._remember_where_they_are(enrolments)
        self._read(missing, people)
        return len(missing)

    def _day(self, ago: float) -> datetime:
        return self.now - timedelta(days=ago)

    def _create(self, missing: list[Someone]) -> dict[str, User]:
        password = make_password(settings.DEMO_PASSWORD)
        users = User.objects.bulk_create(
            [
                User(
                    email=someone.address,
                    password=password,
                    first_name=someone.first_name,
                    last_name=someone.last_name,
                    job=someone.job,
                    is_staff=someone.is_superuser,
                    is_superuser=someone.is_superuser,
                    date_joined=self._day(min(someone.since, 320)),
                )
                for someone in missing
            ]
        )
        people = {user.email: user for user in users}
        EmailAddress.objects.bulk_create(
            [EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users]
        )
        Membership.objects.bulk_create(
            membership for someone in missing for membership in self._memberships(someone, people[someone.address])
        )
        for someone in missing:
            for name in someone.groups:
                people[someone.address].groups.add(Group.objects.get_or_create(name=name)[0])
        return people

    def _memberships(self, someone: Someone, person: User) -> list[Membership]:
        if not someone.organisation:
            return []
        began = self._day(someone.since).date()
        here = Membership(
            person=person, organisation=self.organisations[someone.organisation], role=someone.role, starts_on=began
        )
        if someone.came_from is None:
            return [here]
        code, ago = someone.came_from
        here.starts_on = self._day(ago).date()
        before = Membership(
            person=person, organisation=self.organisations[code], starts_on=began, ends_on=here.starts_on
        )
        return [before, here]

    def _walk(self, person: User, walk: Walk, attempts: list[Attempt]) -> Enrolment:
        """Enrol a person, and add to `attempts` what they did."""
        course = CoursePage.objects.get(code=walk.course)
        due_on = None if walk.due is None else self._day(walk.due).date()
        enrolment = enrol(person=person, course=course, source=walk.source, due_on=due_on)
        enrolment.enrolled_at = self._day(walk.started)
        enrolment.organisation_at_start_id = self._organisation_on(person, enrolment.enrolled_at)
        enrolment.save(update_fields=["enrolled_at", "organisation_at_start"])
        draw = Random(f"{person.email}/{walk.course}")  # noqa: S311 - the same on every machine, that is the point
        asked = [step for step in enrolment.version.manifest if step["is_required"]]
        for rank, step in enumerate(asked[: walk.steps], start=1):
            ago = walk.started - (walk.started - walk.last) * rank / walk.steps
            if step["kind"] == StepKind.QUIZ and draw.random() < 0.3:
                attempts.append(self._attempt(enrolment, step, ago + AN_HOUR, wrong=2))
            attempts.append(self._attempt(enrolment, step, ago, wrong=draw.choice((0, 0, 1))))
        for failure in range(walk.failures):
            attempts.append(self._attempt(enrolment, asked[walk.steps], walk.last - failure * AN_HOUR, wrong=2))
        return enrolment

    def _organisation_on(self, person: User, instant: datetime) -> int | None:
        current = Membership.objects.current(instant.date()).filter(person=person)
        return current.values_list("organisation", flat=True).first()

    def _attempt(self, enrolment: Enrolment, step: Mapping[str, Any], ago: float, wrong: int) -> Attempt:
        """One attempt, `wrong` answers off the mark; only as many as still pass the quiz when `wrong` is 1."""
        submitted_at = self._day(ago)
        attempt = Attempt(
            enrolment=enrolment,
            step_key=UUID(step["step_key"]),
            idempotency_key=str(uuid5(NAMESPACE, f"{enrolment.public_id}/{step['step_key']}/{ago:.4f}")),
            passed=True,
            started_at=submitted_at - timedelta(minutes=step["est_minutes"]),
            submitted_at=submitted_at,
        )
        if step["kind"] == StepKind.QUIZ:
            questions = self._questions[step["step_key"]]
            if wrong == 1 and (questions - 1) * 100 < step["pass_mark"] * questions:
                wrong = 0
            attempt.score, attempt.max_score = questions - wrong, questions
            attempt.passed = attempt.score * 100 >= step["pass_mark"] * questions
        return attempt

    @cached_property
    def _questions(self) -> dict[str, int]:
        """How many questions each quiz asks, by step key."""
        return {str(quiz.step_key): len(quiz.questions) for quiz in QuizPage.objects.all()}

    def _remember_where_they_are(self, enrolments: list[Enrolment]) -> None:
        """Whoever is under way stopped at the first step they have not finished."""
        for state in EnrolmentState.objects.filter(enrolment__in=enrolments).select_related("enrolment__version"):
            finished = state.enrolment.step_states.filter(status=StepStatus.COMPLETED)
            done = {str(key) for key in finished.values_list("step_key", flat=True)}
            left = [step["step_key"] for step in state.enrolment.version.manifest if step["step_key"] not in done]
            if done and left:
                EnrolmentState.objects.filter(pk=state.pk).update(last_step_key=left[0])

    def _read(self, missing: list[Someone], people: Mapping[str, User]) -> None:
        """What they read in the information base, as the page's own button would note it."""
        pages = self._themes_by_page()
        facts = []
        for someone in missing:
            draw = Random(f"{someone.address}/reads")  # noqa: S311 - the same on every machine
            for page in draw.sample(sorted(pages), someone.reads):
                recorded_at = self._day(draw.uniform(1, 90))
                facts += [
                    Evidence(
                        person=people[someone.address],
                        theme_id=theme,
                        kind=EvidenceKind.INFORMED,
                        source=page_source(page),
                        recorded_at=recorded_at,
                    )
                    for theme in pages[page]
                ]
        Evidence.objects.bulk_create(facts)

    def _themes_by_page(self) -> dict[int, list[int]]:
        links = ThemeLink.objects.filter(page__in=InformationPage.objects.live()).order_by("page", "theme")
        themes: dict[int, list[int]] = {}
        for page, theme in links.values_list("page", "theme"):
            themes.setdefault(page, []).append(theme)
        return themes
