"""Writes what the people of the demonstration did: believable, and the same on every machine.

Dates are counted in days before the first loading. Someone already there is left as they are: what they
did since belongs to whoever tries the demonstration.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import Any
from uuid import UUID, uuid5

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from cms.accounts.models import Membership, Organisation, User
from cms.pages.models import InformationPage
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, ThemeLink
from cms.roadmap.queries import page_source
from coordination.demo.blocks import NAMESPACE
from coordination.demo.cast import ACCOUNTS, DONE, PEOPLE, Someone, Walk
from coordination.demo.observing import calibrate, keep_observation, keep_triad
from coordination.demo.plays import play_activities
from coordination.demo.rehearsals import keep_journal, keep_trial, play_scenario
from courses import quiz
from courses.activities import RULE
from courses.enums import StepKind, StepStatus
from courses.models import Attempt, CoursePage, Enrolment, EnrolmentState, QuizPage
from courses.services import enrol, recompute, retake
from courses.services.quizzes import questions_of
from interview_toolkit.journal.models import RULE as JOURNAL
from interview_toolkit.observations.models import RULE as OBSERVATION
from interview_toolkit.practices.models import PracticePage
from interview_toolkit.simulations.models import RULE as SCENARIO

AN_HOUR = 1 / 24
MORNING, MINUTES_OF_WORK, LUNCH_AT, LUNCH = time(8, 30), 480, 240, 60
FRIDAY = 4
UNDER_WAY = "professionnel@demo.example"


def at_work(instant: datetime) -> datetime:
    """Bring an instant into working hours: 8:30 to 12:30 and 13:30 to 17:30, Monday to Friday.

    Days are squeezed, never swapped: what came after still comes after. A weekend goes with its Friday.
    """
    instant = timezone.localtime(instant)
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    fraction = (instant - midnight) / timedelta(days=1)
    days = max(0, instant.weekday() - FRIDAY)
    if instant.weekday() >= FRIDAY:
        fraction = (fraction + days) / 3
    minutes = min(fraction, 0.9999) * MINUTES_OF_WORK
    day = midnight.date() - timedelta(days=days)
    begun = datetime.combine(day, MORNING, tzinfo=timezone.get_current_timezone())
    return begun + timedelta(minutes=minutes + (LUNCH if minutes >= LUNCH_AT else 0))


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
        calibrate(people, at=self._day(150))
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
        self._try(missing, people)
        keep_triad(people, at=self._day(2))
        self._own_practices()
        return len(missing)

    def _own_practices(self) -> None:
        """Each practice was proposed by someone of the organisation that tells it."""
        for page in PracticePage.objects.filter(owner=None).exclude(organisation=None):
            members = Membership.objects.current().filter(organisation=page.organisation, person__is_active=True)
            first = members.order_by("person").first()
            if first is not None:
                PracticePage.objects.filter(pk=page.pk).update(owner=first.person_id)

    def _day(self, ago: float) -> datetime:
        return at_work(self.now - timedelta(days=ago))

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
                    date_joined=self._day(someone.since),
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
        draw = Random(f"{person.email}/{walk.course}")  # noqa: S311 - the same on every machine, that is the point
        hour = draw.random()
        enrolment = self._enrol(person, course, walk, self._day(walk.started + hour))
        enrolment.enrolled_at = self._day(walk.started + hour)
        enrolment.organisation_at_start_id = self._organisation_on(person, enrolment.enrolled_at)
        enrolment.save(update_fields=["enrolled_at", "organisation_at_start"])
        asked = [step for step in enrolment.version.manifest if step["is_required"]]
        for rank, step in enumerate(asked[: walk.steps], start=1):
            ago = hour + walk.started - (walk.started - walk.last) * rank / walk.steps
            if "activities" in step:
                play_activities(enrolment, step, at=self._day(ago), draw=Random(f"{person.email}/{step['step_key']}"))  # noqa: S311 - as above
            if step["rule"] == RULE:
                continue
            if step["rule"] == OBSERVATION:
                keep_observation(enrolment, step, at=self._day(ago))
                continue
            if step["rule"] == JOURNAL:
                keep_journal(enrolment, step, at=self._day(ago))
                continue
            if step["rule"] == SCENARIO:
                play_scenario(enrolment, step, at=self._day(ago), draw=Random(f"{person.email}/{step['step_key']}"))  # noqa: S311 - as above
                continue
            if step["kind"] == StepKind.QUIZ and draw.random() < 0.3:
                attempts.append(self._attempt(enrolment, step, ago + AN_HOUR, wrong=2))
            attempts.append(self._attempt(enrolment, step, ago, wrong=self._slips(step, draw)))
        for failure in range(walk.failures):
            attempts.append(self._attempt(enrolment, asked[walk.steps], hour + walk.last - failure * AN_HOUR, wrong=2))
        return enrolment

    def _enrol(self, person: User, course: CoursePage, walk: Walk, on: datetime) -> Enrolment:
        """A course walked again is another cycle: the first stays whole."""
        before = Enrolment.objects.of(person).open().filter(course=course).first()
        if before is None:
            due_on = None if walk.due is None else self._day(walk.due).date()
            return enrol(person=person, course=course, source=walk.source, due_on=due_on)
        again = retake(enrolment=before)
        Enrolment.objects.filter(pk=before.pk).update(closed_at=on)
        return again

    def _organisation_on(self, person: User, instant: datetime) -> int | None:
        current = Membership.objects.current(instant.date()).filter(person=person)
        return current.values_list("organisation", flat=True).first()

    def _attempt(self, enrolment: Enrolment, step: Mapping[str, Any], ago: float, wrong: int) -> Attempt:
        """One attempt, with so many wrong answers if it is a quiz."""
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
            self._answer(attempt, step, wrong)
        return attempt

    def _slips(self, step: Mapping[str, Any], draw: Random) -> int:
        """One wrong answer, sometimes, where the quiz is passed all the same."""
        if step["kind"] != StepKind.QUIZ:
            return 0
        questions = len(self._quizzes[step["step_key"]].questions)
        return int((questions - 1) * 100 >= step["pass_mark"] * questions and draw.random() < 0.5)

    def _answer(self, attempt: Attempt, step: Mapping[str, Any], wrong: int) -> None:
        """Hand in a quiz as the service does: questions frozen, answers graded, the whole kept."""
        page = self._quizzes[step["step_key"]]
        seed = UUID(attempt.idempotency_key).int % 2**31
        questions = quiz.freeze(questions_of(page), seed=seed, is_shuffled=page.is_shuffled)
        answers = {
            question["id"]: [
                answer["id"] for answer in question["answers"] if answer["is_correct"] == (number >= wrong)
            ]
            for number, question in enumerate(questions)
        }
        for question in questions[:wrong]:
            answers[question["id"]] = answers[question["id"]][:1]
        grade = quiz.grade(questions, answers)
        attempt.score, attempt.max_score = Decimal(grade.score), Decimal(grade.max_score)
        attempt.passed = grade.reaches(step["pass_mark"])
        attempt.revision = page.live_revision_id
        attempt.snapshot = {
            "questions": questions,
            "seed": seed,
            "answers": answers,
            "right": sorted(grade.right),
            "pass_mark": step["pass_mark"],
        }

    @cached_property
    def _quizzes(self) -> dict[str, QuizPage]:
        return {str(page.step_key): page for page in QuizPage.objects.all()}

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

    def _try(self, missing: list[Someone], people: Mapping[str, User]) -> None:
        """What those who finished the *socle* meant to try, and what became of it; Claire has one under way."""
        finished = [
            someone
            for someone in missing
            if any(walk.course == "SOCLE" and walk.steps == DONE for walk in someone.walks)
        ]
        for rank, someone in enumerate(finished):
            if rank % 3 != 2:
                last = min(walk.last for walk in someone.walks if walk.course == "SOCLE")
                made, answered = self._day(max(last - 2, 14)), self._day(max(last - 14, 1))
                keep_trial(people[someone.address], rank, made_at=made, answered_at=answered)
        for someone in missing:
            if someone.email == UNDER_WAY:
                keep_trial(people[someone.address], 0, made_at=self._day(3))

    def _themes_by_page(self) -> dict[int, list[int]]:
        links = ThemeLink.objects.filter(page__in=InformationPage.objects.live()).order_by("page", "theme")
        themes: dict[int, list[int]] = {}
        for page, theme in links.values_list("page", "theme"):
            themes.setdefault(page, []).append(theme)
        return themes
