"""What a player says is kept once, in any order, and makes the same attempts."""

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.accounts.models import User
from courses.h5p.errors import NotKept, TooMuch, TooOften
from courses.h5p.models import Attempt, Content, Registration, SavedState, Statement
from courses.h5p.services import results
from courses.h5p.services.registrations import declare_finished, open_registration
from courses.h5p.services.results import record_statements
from courses.h5p.services.states import save_state
from courses.h5p.signals import attempt_recorded
from tests.courses.h5p.helpers import imported, item, opened, post
from tests.courses.h5p.packages import h5p_json, library_json, members, needs
from tests.courses.h5p.test_results import points
from tests.factories.accounts import UserFactory

A, B = "0a000000-0000-4000-8000-00000000000a", "0b000000-0000-4000-8000-00000000000b"
TEXT: dict[str, Any] = {"name": "content", "type": "library", "options": ["H5P.Sort 1.2"]}


def chapter(part: str) -> dict[str, Any]:
    return {"library": "H5P.Sort 1.2", "params": {"title": "Trier"}, "subContentId": part, "metadata": {"title": "?"}}


def book() -> dict[str, Any]:
    """A package shaped as an Interactive Book of two chapters."""
    chapters = {"name": "chapters", "type": "list", "field": TEXT}
    return members() | {
        "h5p.json": h5p_json(
            mainLibrary="H5P.InteractiveBook",
            preloadedDependencies=[needs("H5P.InteractiveBook", 1, 0), needs("H5P.Sort")],
        ),
        "content/content.json": {"chapters": [chapter(A), chapter(B)]},
        "H5P.InteractiveBook-1.0/library.json": library_json("H5P.InteractiveBook", 1, 0, 0),
        "H5P.InteractiveBook-1.0/semantics.json": [chapters],
        "H5P.InteractiveBook-1.0/play.js": b"",
        "H5P.InteractiveBook-1.0/play.css": b"",
    }


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def person(db: None) -> User:
    return UserFactory()


@pytest.fixture
def registration(person: User) -> Registration:
    return opened(person, imported())


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    """What the room says, in order: whether inside a transaction, and what."""
    heard: list[dict[str, Any]] = []

    def hear(sender: Any, **values: Any) -> None:
        attempts = [attempt.number for attempt in values["attempts"]]
        heard.append({"attempts": attempts, "viewed": values["is_viewed"], "declared": values["is_declared"]})
        assert connection.in_atomic_block

    attempt_recorded.connect(hear)
    yield heard
    attempt_recorded.disconnect(hear)


def rows() -> list[dict[str, Any]]:
    """Every attempt, without what the database alone decides."""
    found = list(Attempt.objects.order_by("registration", "number").values())
    return [{name: value for name, value in one.items() if name != "id"} for one in found]


# Opening


def test_one_person_has_one_registration_by_content_and_place(person: User) -> None:
    content = imported()
    first, same, elsewhere = opened(person, content), opened(person, content), opened(person, content, "ailleurs")
    assert first.pk == same.pk != elsewhere.pk
    assert opened(UserFactory(), content).pk not in (first.pk, elsewhere.pk)
    assert (first.version, first.content, first.person) == (content.current, content, person)


def test_opening_takes_one_query(person: User, django_assert_num_queries: Any) -> None:
    content = imported()
    for _time in range(2):
        with django_assert_num_queries(1):
            opened(person, content)


def test_a_content_that_is_not_there_opens_nothing(person: User) -> None:
    with pytest.raises(Content.DoesNotExist):
        opened(person, Content(pk=404))
    with pytest.raises(Content.DoesNotExist):
        opened(person, Content.objects.create(title="Vide"))


def test_a_registration_keeps_its_version_until_an_attempt_is_finished(registration: Registration) -> None:
    first, person = registration.version, registration.person
    save_state(registration=registration, data_type="state", body="{}")
    content = imported(members(), replaces=registration.content)
    assert opened(person, content).version == first
    record_statements(registration=registration, payload=post(item(registration, 1, score=points(5))))
    still = open_registration(person=person, content=content, context="ici", may_go_over=False)
    assert still.version == first  # results come in: what wrote them is still on the screen
    moved = opened(person, content)
    assert moved.version == content.current != first
    assert list(moved.states.all()) == []
    assert moved.opening.states == ()
    record_statements(registration=moved, payload=post(item(moved, 2, score=points(9))))
    assert [(row["version_id"], row["number"], row["score"]) for row in rows()] == [
        (first.pk, 1, 5.0),
        (content.current.pk, 2, 9.0),
    ]


# What is kept


def test_an_end_is_an_attempt_with_its_answers(registration: Registration, told: list[Any]) -> None:
    part = str(uuid4())
    answer = item(registration, 1, "answered", part=part, response="0[,]1", score=points(1, 1))
    recorded = record_statements(
        registration=registration, payload=post(answer, item(registration, 2, score=points(8)))
    )
    (attempt,) = Attempt.objects.all()
    assert recorded.attempts == recorded.new == (attempt,)
    assert (attempt.score, attempt.max_score, attempt.success, attempt.is_derived) == (8.0, 10.0, None, False)
    assert [(one["part"], one["response"], one["score"]) for one in attempt.answers] == [(part, "0[,]1", [1.0, 1.0])]
    assert attempt.outcome(pass_mark=0.7).passed is True
    assert attempt.outcome(pass_mark=0.9).passed is False
    assert told == [{"attempts": [1], "viewed": True, "declared": False}]


def test_the_same_statements_again_change_nothing(registration: Registration, told: list[Any]) -> None:
    payload = post(item(registration, 1, "attempted"), item(registration, 2, score=points(8)))
    record_statements(registration=registration, payload=payload)
    before = rows()
    again = record_statements(registration=Registration.objects.get(), payload=payload)
    assert (again.fresh, again.new) == (0, ())
    assert rows() == before
    assert Statement.objects.count() == 2
    assert len(told) == 1


def test_what_was_only_seen_is_told_once(registration: Registration, told: list[Any]) -> None:
    record_statements(registration=registration, payload=post(item(registration, 1, "experienced")))
    record_statements(registration=registration, payload=post(item(registration, 2, "experienced")))
    assert told == [{"attempts": [], "viewed": True, "declared": False}]


def test_what_is_declared_is_told_once(registration: Registration, told: list[Any]) -> None:
    declare_finished(registration=registration)
    declare_finished(registration=Registration.objects.get())
    assert told == [{"attempts": [], "viewed": False, "declared": True}]


def test_the_addresses_stored_do_not_depend_on_the_site(registration: Registration, settings: Any) -> None:
    payload = post(item(registration, 1, part=A, score=points(1)), item(registration, 2, score=points(2)))
    record_statements(registration=registration, payload=payload)
    assert [row.body["activity"] for row in Statement.objects.order_by("sequence")] == [f"?subContentId={A}", ""]
    settings.WAGTAILADMIN_BASE_URL = "https://ailleurs.example"
    again = opened(registration.person, registration.content)
    record_statements(registration=again, payload=post(item(again, 3, score=points(3))))
    assert [row["score"] for row in rows()] == [2.0, 3.0]


def test_a_book_is_completed_once_at_its_end_with_its_own_score(person: User, told: list[Any]) -> None:
    registration = opened(person, imported(book()))
    record_statements(registration=registration, payload=post(item(registration, 1, "attempted")))
    record_statements(
        registration=registration, payload=post(item(registration, 2, part=A, activity=registration.content.iri))
    )
    assert rows() == []
    last = post(item(registration, 3, part=B, score=points(1, 1)))
    record_statements(registration=registration, payload=last)
    assert [(row["is_derived"], row["score"]) for row in rows()] == [(True, 1.0)]
    record_statements(registration=registration, payload=post(item(registration, 4, score=points(7))))
    assert [(row["is_derived"], row["score"], len(row["answers"])) for row in rows()] == [(False, 7.0, 2)]
    assert [one["attempts"] for one in told] == [[], [], [1], [1]]


# Whatever the order


PARTS = ("", A, B)
SAID = st.tuples(
    st.sampled_from(["completed", "answered", "attempted"]),
    st.sampled_from(PARTS),
    st.none() | st.integers(0, 10),
)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Any], list[list[int]]]:
    """A history, and the posts it comes in: shuffled, repeated, cut anywhere."""
    history = draw(st.lists(SAID, min_size=1, max_size=8))
    order = draw(st.permutations(range(len(history))))
    order = [*order, *draw(st.lists(st.sampled_from(order), max_size=4))]
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=4)))
    edges = [0, *cuts, len(order)]
    return history, [order[a:b] for a, b in itertools.pairwise(edges) if a < b]


@given(delivery=deliveries())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@time_machine.travel("2026-03-02T10:00:00Z", tick=False)
def test_any_order_and_repetition_give_the_same_rows(delivery: Any, person: User) -> None:
    history, posts = delivery
    straight, shuffled = (opened(person, known_book(), str(uuid4())) for _one in range(2))

    def said(registration: Registration, at: int) -> dict[str, Any]:
        verb, part, score = history[at]
        values: dict[str, Any] = {} if score is None else {"score": points(score)}
        return item(registration, at, verb, id=UUID(int=at + 1), part=part, **values)

    record_statements(registration=straight, payload=post(*[said(straight, at) for at in range(len(history))]))
    for one in posts:
        known = Registration.objects.of(person).get(pk=shuffled.pk)
        record_statements(registration=known, payload=post(*[said(known, at) for at in one]))
    found = rows()
    first = [one | {"registration_id": 0} for one in found if one["registration_id"] == straight.pk]
    second = [one | {"registration_id": 0} for one in found if one["registration_id"] == shuffled.pk]
    assert first == second


def known_book() -> Content:
    return Content.objects.filter(title="Livre").first() or imported(book(), title="Livre")


@pytest.mark.django_db(transaction=True)
def test_two_posts_of_the_same_statements_at_once_make_one_attempt() -> None:
    registration = opened(UserFactory(), imported())
    payload = post(item(registration, 1, "answered", part=A), item(registration, 2, score=points(4)))
    barrier, found = threading.Barrier(4), []

    def send() -> None:
        try:
            mine = Registration.objects.select_related("content", "person").get(pk=registration.pk)
            barrier.wait(20)
            found.append(len(record_statements(registration=mine, payload=payload).new))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0, 0, 0, 1]
    assert (Attempt.objects.count(), Statement.objects.count()) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_two_openings_at_once_make_one_registration() -> None:
    person, content = UserFactory(), imported()
    barrier, found = threading.Barrier(4), []

    def come() -> None:
        try:
            barrier.wait(20)
            found.append(opened(person, content).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [Registration.objects.get().pk] * 4


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_its_end_sent_at_once_are_put_together() -> None:
    registration = opened(UserFactory(), imported())
    Registration.objects.update(viewed_at=registration.created_at)
    posts = [post(item(registration, 1, "answered", part=A)), post(item(registration, 2, score=points(4)))]
    barrier = threading.Barrier(2)

    def send(payload: Any) -> None:
        try:
            mine = Registration.objects.select_related("content", "person").get(pk=registration.pk)
            barrier.wait(20)
            record_statements(registration=mine, payload=payload)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(one,)) for one in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (attempt,) = Attempt.objects.all()
    assert [one["part"] for one in attempt.answers] == [A]


# What it costs


def queries(registration: Registration, *items: dict[str, Any]) -> int:
    known = Registration.objects.of(registration.person).get(pk=registration.pk)
    known.person = registration.person
    with CaptureQueriesContext(connection) as captured:
        record_statements(registration=known, payload=post(*items))
    return len([one for one in captured if "SAVEPOINT" not in str(one["sql"])])


def test_a_post_takes_one_query_and_three_when_it_ends_an_attempt(registration: Registration) -> None:
    record_statements(registration=registration, payload=post(item(registration, 1, "experienced")))
    assert queries(registration, item(registration, 2, "progressed"), item(registration, 3, "interacted")) == 1
    assert queries(registration, item(registration, 4, "answered", part=A)) == 1
    assert queries(registration, item(registration, 5, score=points(3))) == 3


# What is refused


@pytest.mark.parametrize(
    "payload",
    [
        None, [], {}, "x", {"statements": []}, {"statements": {}}, {"statements": [None]}, {"statements": [[]]},
        {"statements": [{"id": str(uuid4()), "sequence": 1}]}, {"statements": [{"sequence": 1, "statement": {}}]},
    ],
)  # fmt: skip
def test_what_is_no_statement_is_refused_in_words(registration: Registration, payload: Any) -> None:
    with pytest.raises(NotKept, match=r"\.$"):
        record_statements(registration=registration, payload=payload)
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    "score", [[1], "trois", {"raw": [1], "max": 2}, {"raw": True, "max": 1}, {"raw": "1e400", "max": 2}, {"raw": {}}]
)
def test_a_score_that_is_none_is_refused_rather_than_forgotten(registration: Registration, score: Any) -> None:
    with pytest.raises(NotKept, match="score n'est pas lisible"):
        record_statements(registration=registration, payload=post(item(registration, 1, score=score)))
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    "score, kept", [({"raw": "3", "max": "4.0"}, 3.0), ({"raw": None, "max": None}, None), (None, None)]
)
def test_a_score_written_as_text_counts_and_none_does_not_undo_the_end(
    registration: Registration, score: Any, kept: float | None
) -> None:
    record_statements(registration=registration, payload=post(item(registration, 1, score=score)))
    assert [row["score"] for row in rows()] == [kept]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"}, {"id": 3}, {"id": None}, {"sequence": -1}, {"sequence": "1"}, {"sequence": True},
        {"sequence": 2**53 + 1}, {"sequence": 1.5}, {"version": "1"}, {"version": 2**40}, {"statement": []},
    ],
)  # fmt: skip
def test_one_that_is_wrong_keeps_none(registration: Registration, change: Any) -> None:
    good, wrong = item(registration, 1, score=points(1)), item(registration, 2) | change
    with pytest.raises(NotKept, match=r"\.$"):
        record_statements(registration=registration, payload=post(good, wrong))
    assert not Statement.objects.exists()
    assert not Attempt.objects.exists()


def test_another_content_or_actor_is_refused(registration: Registration) -> None:
    other = item(registration, 1, activity=f"{registration.content.iri}0")
    with pytest.raises(NotKept, match="autre contenu"):
        record_statements(registration=registration, payload=post(other))
    forged = item(registration, 1)
    for actor in ({"mbox": "mailto:chef@example.org"}, {"name": "Chef"}, {"account": {"name": "Chef"}}, "Chef", []):
        forged["statement"]["actor"] = actor
        with pytest.raises(NotKept, match="autre personne"):
            record_statements(registration=registration, payload=post(forged))


def test_what_no_version_said_or_no_clock_could_say_is_refused(registration: Registration) -> None:
    with pytest.raises(NotKept, match="n'a jamais eue"):
        record_statements(
            registration=registration, payload=post(item(registration, 1), item(registration, 2) | {"version": 99})
        )
    with pytest.raises(NotKept, match="rang"):
        record_statements(registration=registration, payload=post(item(registration, 10**15)))
    assert not Statement.objects.exists()


def test_too_many_at_once_too_often_or_in_all_are_refused(
    registration: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TooMuch):
        record_statements(registration=registration, payload=post(*[item(registration, at) for at in range(101)]))
    monkeypatch.setattr(results, "PER_MINUTE", 3)
    with time_machine.travel("2026-03-02T10:00:00Z", tick=False) as clock:
        Registration.objects.update(window_at="2026-03-02T09:00:00Z")
        for at in range(3):
            record_statements(registration=registration, payload=post(item(registration, at, "attempted")))
        with pytest.raises(TooOften):
            record_statements(registration=registration, payload=post(item(registration, 3, "attempted")))
        clock.shift(61)
        record_statements(registration=registration, payload=post(item(registration, 4, "attempted")))
        monkeypatch.setattr(results, "MOST_EVER", 4)
        clock.shift(61)
        with pytest.raises(TooMuch, match="déjà"):
            record_statements(registration=registration, payload=post(item(registration, 5, "attempted")))
    assert Statement.objects.count() == 4


# States


def test_a_state_is_one_row_by_type_and_part(registration: Registration, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        save_state(registration=registration, data_type="state", body='{"at": 1}')
    save_state(registration=registration, data_type="state", body='{"at": 2}', version=1)
    save_state(registration=registration, data_type="state", body="[]", sub_content_id=A)
    found = opened(registration.person, registration.content).opening.states
    assert sorted(found) == [("state", "0", '{"at": 2}'), ("state", A, "[]")]
    save_state(registration=registration, data_type="state", body=None)
    assert opened(registration.person, registration.content).opening.states == (("state", A, "[]"),)


STATES = [(1, '{"at": 1}'), (2, None), (3, '{"at": 3}'), (4, '{"at": 4}')]


@given(order=st.lists(st.sampled_from(STATES), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_said_last_is_kept_in_whatever_order_it_comes(registration: Registration, order: Any) -> None:
    SavedState.objects.all().delete()
    for sequence, body in order:
        save_state(registration=registration, data_type="state", body=body, sequence=sequence)
    _sequence, last = max(order)
    kept = opened(registration.person, registration.content).opening.states
    assert kept == ((("state", "0", last),) if last else ())


def test_nothing_is_said_later_than_now(registration: Registration) -> None:
    save_state(registration=registration, data_type="state", body="1", sequence=2**53)
    save_state(registration=registration, data_type="state", body="2")
    assert SavedState.objects.get().body == "2"


def test_states_are_bounded(registration: Registration, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TooMuch):
        save_state(registration=registration, data_type="state", body="x" * (256 * 1024 + 1))
    for at in range(100):
        save_state(registration=registration, data_type=f"t{at}", body="1")
    with pytest.raises(TooMuch):
        save_state(registration=registration, data_type="t100", body="1")
    save_state(registration=registration, data_type="t99", body="2")
    assert SavedState.objects.count() == 100


def test_a_content_of_one_question_answers_it_by_its_end(registration: Registration) -> None:
    end = item(registration, 1, "answered", response="true", score=points(1, 1))
    end["statement"]["object"]["definition"] = {"interactionType": "true-false", "correctResponsesPattern": ["false"]}
    record_statements(registration=registration, payload=post(end))
    assert [(one["response"], one["correct"]) for one in Attempt.objects.get().answers] == [("true", ["false"])]


def test_what_a_former_version_said_late_still_counts(person: User) -> None:
    content = imported(book())
    registration = opened(person, content)
    record_statements(registration=registration, payload=post(item(registration, 1, score=points(5))))
    moved = opened(person, imported(members(), replaces=content))
    late = [item(moved, at, part=part, score=points(1, 1)) | {"version": 1} for at, part in enumerate((A, B), start=2)]
    record_statements(registration=moved, payload=post(*late))
    first = content.versions.get(number=1).pk
    assert [(row["version_id"], row["is_derived"]) for row in rows()] == [(first, False), (first, True)]
