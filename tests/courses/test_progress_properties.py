"""Properties of the status function, and of what is stored against what is computed again."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.accounts.models import User
from courses.enums import Status, StepStatus
from courses.models import CourseVersion, Enrolment, EnrolmentState
from courses.progress import StepFacts, progress_of
from courses.services import enrol, recompute, record_attempt, retake
from tests.courses.helpers import published, stored
from tests.factories.accounts import UserFactory
from tests.factories.courses import CourseTree, add_lesson, course_tree

START = datetime(2026, 9, 1, 9, tzinfo=UTC)
KEYS = ["a", "b", "c", "d"]
instants = st.integers(0, 200).map(lambda minutes: START + timedelta(minutes=minutes))


@st.composite
def steps(draw):
    manifest = []
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True)):
        bounds = sorted(draw(st.lists(instants, max_size=4, unique=True)))
        spans = [[bounds[i].isoformat(), bounds[i + 1].isoformat()] for i in range(0, len(bounds) - 1, 2)]
        if len(bounds) % 2:
            spans.append([bounds[-1].isoformat(), None])
        manifest.append(
            {
                "step_key": key,
                "is_required": draw(st.booleans()),
                "withdrawn": spans,
                "is_withdrawn": bool(len(bounds) % 2),
            }
        )
    return manifest


@st.composite
def facts(draw):
    found = []
    for key in draw(st.lists(st.sampled_from([*KEYS, "elsewhere"]), unique=True)):
        first = draw(st.none() | instants)
        last = draw(instants)
        found.append(
            StepFacts(
                step_key=key,
                status=StepStatus.COMPLETED if first else StepStatus.IN_PROGRESS,
                first_completed_at=first,
                last_attempt_at=max(first, last) if first else last,
            )
        )
    return found


@given(steps(), facts(), st.randoms())
def test_order_and_repetition_of_facts_change_nothing(manifest, found, random):
    shuffled = found + found
    random.shuffle(shuffled)
    assert progress_of(manifest, shuffled) == progress_of(manifest, found)


@given(steps(), facts())
def test_percent_is_a_hundred_only_when_complete(manifest, found):
    progress = progress_of(manifest, found)
    assert 0 <= progress.done <= progress.required
    assert (progress.percent == 100) == (progress.status == Status.COMPLETED) == (progress.completed_at is not None)
    assert progress.percent <= 100


@given(steps(), facts(), instants)
def test_one_more_success_never_takes_anything_away(manifest, found, at):
    before = progress_of(manifest, found)
    known = {fact.step_key: fact for fact in found}
    for key in KEYS:
        more = known | {key: StepFacts(key, StepStatus.COMPLETED, None, at, at)}
        if key in known and known[key].first_completed_at:
            continue
        after = progress_of(manifest, more.values())
        assert after.percent >= before.percent
        assert before.status != Status.COMPLETED or after.status == Status.COMPLETED


@given(steps(), facts(), st.sampled_from(KEYS))
def test_whoever_completed_stays_complete_when_a_step_goes_or_comes_back(manifest, found, key):
    before = progress_of(manifest, found)
    now = START + timedelta(days=2)
    for step in manifest:
        if step["step_key"] == key:
            if step["is_withdrawn"]:
                step["withdrawn"][-1][1] = now.isoformat()
            else:
                step["withdrawn"].append([now.isoformat(), None])
            step["is_withdrawn"] = not step["is_withdrawn"]
    after = progress_of(manifest, found)
    if before.status == Status.COMPLETED:
        assert (after.status, after.percent, after.completed_at) == (Status.COMPLETED, 100, before.completed_at)


# What is stored, against the same facts in any order.
attempts = st.lists(
    st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=8
)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=attempts, random=st.randoms(use_true_random=False))
def test_any_order_and_repetition_store_the_same_state(monkeypatch, rows, random):
    """Each fact has its instant; sent in any order, some twice, the same rows are stored."""
    found = []
    with transaction.atomic():
        tree = course_tree(lessons=2, quizzes=1)
        for shuffled in (False, True):
            enrolment = enrol(person=UserFactory(), course=tree.course, source="self")
            todo = list(enumerate(rows))
            if shuffled:
                todo += random.sample(todo, len(todo) // 2)
                random.shuffle(todo)
            mine = Enrolment.objects.get(pk=enrolment.pk)
            for number, (step, passed, score, minute) in todo:
                at = START + timedelta(minutes=minute)
                monkeypatch.setattr("courses.services.attempts.timezone.now", lambda at=at: at)
                record_attempt(
                    enrolment=mine,
                    step_key=tree.steps[step].step_key,
                    idempotency_key=f"{shuffled} {number}",
                    passed=passed,
                    score=score,
                    max_score=3,
                )
            monkeypatch.undo()
            keys = {step.step_key: at for at, step in enumerate(tree.steps)}
            states, state = stored(enrolment)
            for row in states:
                row["step_key"] = keys[row["step_key"]]
                del row["enrolment_id"]
            del state["enrolment_id"]
            found.append((sorted(states, key=lambda row: row["step_key"]), state))
            assert recompute([enrolment.pk]) == []
        transaction.set_rollback(True)
    assert found[0] == found[1]


# A life of edits and attempts, then no drift.
def act(tree: CourseTree, people: list[User], what: str, who: int, where: int) -> None:
    person = people[who % len(people)]
    page = (tree.steps)[where % len(tree.steps)]
    page.refresh_from_db()
    if what == "new step":
        tree.lessons.append(published(add_lesson(tree.modules[0], f"Leçon {uuid4().hex[:8]}", live=False)))
    elif what == "withdraw":
        page.unpublish()
    elif what == "bring back":
        published(page)
    elif what == "typo":
        if page.live:
            page.title += "."
            published(page)
    elif what == "optional":
        page.is_required = not page.is_required
        if page.live:
            published(page)
    else:
        enrolment = Enrolment.objects.of(person).open().filter(course=tree.course).first()
        if enrolment is None:
            return
        if what == "retake":
            if enrolment.state.completed_at:
                retake(enrolment=enrolment)
        elif enrolment.version.step(page.step_key):
            record_attempt(
                enrolment=enrolment, step_key=page.step_key, idempotency_key=uuid4().hex, passed=what == "pass"
            )


events = st.lists(
    st.tuples(
        st.sampled_from(["new step", "withdraw", "bring back", "typo", "optional", "pass", "pass", "pass", "fail"]),
        st.integers(0, 2),
        st.integers(0, 5),
    ),
    min_size=5,
    max_size=14,
)


@pytest.mark.django_db
@settings(max_examples=10, deadline=None)
@given(history=events)
def test_no_drift_after_a_random_history(history):
    with transaction.atomic():
        tree = course_tree(lessons=2, quizzes=1)
        people = [UserFactory() for _ in range(3)]
        for person in people:
            enrol(person=person, course=tree.course, source="self")
        complete: set[int] = set()
        for what, who, where in history:
            act(tree, people, what, who, where)
            now = set(EnrolmentState.objects.filter(status=Status.COMPLETED, percent=100).values_list("pk", flat=True))
            assert complete <= now
            complete = now
        enrolments = list(Enrolment.objects.values_list("pk", flat=True))
        assert recompute(enrolments, is_dry=True) == []
        assert CourseVersion.objects.filter(course=tree.course).exists()
        transaction.set_rollback(True)
