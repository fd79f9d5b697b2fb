"""Results go to a Learning Record Store once, whatever happens on the way; and nothing happens when it is off."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.checks import run_checks
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from courses.h5p import tasks
from courses.h5p.identity import pseudonym
from courses.h5p.lrs import client
from courses.h5p.lrs.client import Answer
from courses.h5p.lrs.delivery import SUSPICIOUS, Item, deliver
from courses.h5p.lrs.destination import problems
from courses.h5p.models import Forwarding, ForwardingState, Registration, Statement
from courses.h5p.services import forwarding
from courses.h5p.services.results import record_statements
from tests.courses.h5p.helpers import imported, item, opened, post
from tests.courses.h5p.store import ACCOUNT, Store
from tests.courses.h5p.test_results import points
from tests.database import ROOT, address
from tests.factories.accounts import UserFactory
from tests.strict_client import StrictClient

HOME = "/admin/h5p/forwarding/"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def registration(db: None) -> Registration:
    person = UserFactory(email="jeanne@caf.example", first_name="Jeanne", last_name="Martin")
    return opened(person, imported())


@pytest.fixture
def store(settings: Any) -> Iterator[Store]:
    """A store, and the site told of it."""
    server = Store()
    settings.SOCLE_LRS_URL = server.url
    settings.SOCLE_LRS_USERNAME, settings.SOCLE_LRS_PASSWORD = ACCOUNT
    yield server
    server.shutdown()
    server.server_close()


def say(registration: Registration, count: int = 1, verb: str = "interacted") -> None:
    start = Statement.objects.count()
    payload = post(*(item(registration, start + at, verb) for at in range(count)))
    record_statements(registration=registration, payload=payload)


def states() -> dict[str, int]:
    rows = Forwarding.objects.all()
    waiting, aside = rows.waiting().count(), rows.set_aside().count()
    return {"waiting": waiting, "sent": rows.count() - waiting - aside, "set aside": aside}


def later(days: float = 1.1) -> Any:
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=True)


# Off


def test_off_nothing_is_queued_asked_nor_sent(registration: Registration, django_assert_num_queries: Any) -> None:
    say(registration)
    assert Forwarding.objects.count() == 0
    with django_assert_num_queries(0):
        tasks.forward_statements()
        tasks.forget_sent_statements()


def test_on_or_off_keeping_a_result_asks_as_many_queries(
    registration: Registration, store: Store, settings: Any
) -> None:
    def post_one(url: str, verb: str) -> int:
        settings.SOCLE_LRS_URL = url
        with CaptureQueriesContext(connection) as queries:
            say(registration, verb=verb)
        return len(queries)

    post_one("", "interacted")
    for verb in ("interacted", "completed"):
        assert post_one(store.url, verb) == post_one("", verb)
    assert Forwarding.objects.count() == 2


@pytest.mark.parametrize(
    ("url", "username", "password", "words"),
    [
        ("", "", "", []),
        ("https://lrs.example/xapi", "a", "b", []),
        ("http://localhost:8080/xapi", "a", "b", []),
        ("https://lrs.example/", "", "b", ["LRS_USERNAME"]),
        ("", "a", "", ["LRS_URL et LRS_PASSWORD"]),
        ("http://lrs.example/", "a", "b", ["https://"]),
        ("ftp://lrs.example/", "a", "b", ["lisible"]),
        ("https://lrs.example:port/", "a", "b", ["lisible"]),
        ("https://lrs.example/\r\nX: y", "a", "b", ["lisible"]),
        ("https://a:b@lrs.example/?q#f", "a", "b", ["ni compte"]),
        ("https://lrs.example/", "a:b", "b", ["Basic"]),
    ],
)  # fmt: skip
def test_what_the_environment_says_wrongly_is_said_and_sends_nothing(
    settings: Any, url: str, username: str, password: str, words: list[str]
) -> None:
    settings.SOCLE_LRS_URL, settings.SOCLE_LRS_USERNAME, settings.SOCLE_LRS_PASSWORD = url, username, password
    found = [error.msg for error in run_checks() if error.id == "h5p.E001"]
    assert found == problems()
    assert len(found) == len(words)
    assert all(word in said for word, said in zip(words, found, strict=True))
    assert (forwarding.destination() is None) == bool(words or not url)


# What is sent


def test_a_result_arrives_whole_and_names_nobody(registration: Registration, store: Store) -> None:
    said = item(registration, 1, score=points(7))
    record_statements(registration=registration, payload=post(said, said))
    record_statements(registration=registration, payload=post(said))
    tasks.forward_statements()
    tasks.forward_statements()
    (sent,) = store.statements.values()
    assert store.received == {sent["id"]: 1}
    assert sent["actor"]["account"]["name"] == pseudonym(registration.person)
    assert sent["object"]["id"] == registration.content.iri
    assert sent["result"]["score"] == {"raw": 7.0, "min": 0, "max": 10.0, "scaled": 0.7}
    assert sent["context"]["registration"] == str(registration.public_id)
    for word in ("jeanne", "martin", "caf.example", str(registration.person.public_id)):
        assert word not in str(sent).lower()
    assert states() == {"waiting": 0, "sent": 1, "set aside": 0}


def test_an_identifier_chosen_by_a_browser_takes_nobody_elses_place(registration: Registration, store: Store) -> None:
    chosen, other = uuid4(), opened(UserFactory(), registration.content)
    for one in (registration, other):
        record_statements(registration=one, payload=post(item(one, 1, id=chosen)))
    tasks.forward_statements()
    actors = {one["actor"]["account"]["name"] for one in store.statements.values()}
    assert actors == {pseudonym(registration.person), pseudonym(other.person)}


def test_they_go_fifty_at_a_time(registration: Registration, store: Store) -> None:
    say(registration, 100)
    say(registration, 20)
    tasks.forward_statements()
    assert store.sizes == [50, 50, 20]
    assert len(store.statements) == 120


# What goes wrong


def test_what_the_store_refuses_is_set_aside_alone(registration: Registration, store: Store) -> None:
    say(registration, 30)
    say(registration, 2, "paused")
    store.is_bad = lambda statement: statement["verb"]["id"].endswith("paused")
    tasks.forward_statements()
    assert states() == {"waiting": 0, "sent": 30, "set aside": 2}
    assert set(Forwarding.objects.set_aside().values_list("last_error", flat=True)) == {
        'Son motif : {"message": "statement refused"} (réponse 400).'
    }
    store.is_bad = lambda statement: False
    assert forwarding.retry(rows=Forwarding.objects.set_aside()) == 2
    tasks.forward_statements()
    assert states() == {"waiting": 0, "sent": 32, "set aside": 0}


def test_a_store_that_refuses_everything_is_told_and_nothing_is_set_aside(
    registration: Registration, store: Store
) -> None:
    say(registration, 40)
    store.is_bad = lambda statement: True
    tasks.forward_statements()
    assert states() == {"waiting": 40, "sent": 0, "set aside": 0}
    assert "refuse tout" in ForwardingState.objects.get().last_error


@pytest.mark.parametrize("order", [401, 403])
def test_a_wrong_account_stops_until_it_changes(
    registration: Registration, store: Store, settings: Any, order: Any
) -> None:
    say(registration)
    store.orders.append(order)
    tasks.forward_statements()
    assert (store.sizes, states()["waiting"]) == ([1], 1)
    with later():
        tasks.forward_statements()
        assert store.sizes == [1]
        settings.SOCLE_LRS_URL = store.url.rstrip("/")  # corrected
        tasks.forward_statements()
    assert states() == {"waiting": 0, "sent": 1, "set aside": 0}
    assert ForwardingState.objects.get().stopped_for == ""


def test_stopped_by_its_account_it_goes_on_when_told_to(registration: Registration, store: Store) -> None:
    say(registration)
    store.orders.append(401)
    tasks.forward_statements()
    forwarding.resume()
    tasks.forward_statements()
    assert states()["sent"] == 1


@pytest.mark.parametrize("order", [500, 503, 429, 408, 404, 302, "page", "drop", "cut", "silence", "drip", "flood"])
def test_a_store_in_trouble_is_asked_again_later_and_stores_once(
    registration: Registration, store: Store, monkeypatch: pytest.MonkeyPatch, order: Any
) -> None:
    monkeypatch.setattr(client, "SILENCE", 0.3)
    monkeypatch.setattr(client, "LONGEST", 0.6)
    say(registration, 3)
    store.orders.append((302, {"Location": f"{store.url}statements"}) if order == 302 else order)
    tasks.forward_statements()
    assert states() == {"waiting": 3, "sent": 0, "set aside": 0}
    state = ForwardingState.objects.get()
    assert (state.failures, state.stopped_for, bool(state.last_error)) == (1, "", True)
    assert len(state.last_error) <= 500
    tasks.forward_statements()
    assert len(store.sizes) == 1  # not before its time
    with later():
        tasks.forward_statements()
    assert states() == {"waiting": 0, "sent": 3, "set aside": 0}
    assert len(store.statements) == 3
    assert ForwardingState.objects.get().failures == 0


def test_a_store_that_is_stopped_breaks_nothing(registration: Registration, settings: Any, store: Store) -> None:
    settings.SOCLE_LRS_URL = "http://127.0.0.1:9/xapi"
    say(registration)
    tasks.forward_statements()
    assert "refuse la connexion" in ForwardingState.objects.get().last_error


def test_a_store_says_when_to_come_back(registration: Registration, store: Store) -> None:
    say(registration)
    for value, seconds in (("7200", 7200), ("Mon, 01 Jan 2300 00:00:00 GMT", 86_400), ("?", 60)):
        forwarding.resume()
        store.orders.append((429, {"Retry-After": value}))
        tasks.forward_statements()
        paused = ForwardingState.objects.get().paused_until
        assert paused is not None
        assert seconds / 2 - 5 < (paused - timezone.now()).total_seconds() <= seconds
    assert Forwarding.objects.get().tries == 0  # it is not to blame


def test_waits_grow_to_a_day_and_what_fails_goes_in_smaller_company(registration: Registration, store: Store) -> None:
    say(registration, 50)
    now, waits = timezone.now(), []
    for _time in range(14):
        with time_machine.travel(now, tick=False):
            store.orders.append(500)
            tasks.forward_statements()
            Forwarding.objects.update(available_at=now)
            row = Forwarding.objects.order_by("-tries").first()
            assert row is not None
            waits.append(row.tries)
            ForwardingState.objects.update(paused_until=None)
    assert store.sizes[:8] == [50, 25, 12, 6, 3, 1, 1, 1]
    assert 0.5 * timedelta(days=1) <= forwarding._wait(20, forwarding.LONGEST_WAIT) <= timedelta(days=1)
    assert timedelta(seconds=30) <= forwarding._wait(1, forwarding.LONGEST_WAIT) <= timedelta(minutes=1)


def test_one_that_breaks_the_store_does_not_hold_the_others(registration: Registration, store: Store) -> None:
    say(registration, 8)
    poison = str(Forwarding.objects.select_related("statement__registration").latest("pk").store_id)
    take = store.take
    store.take = lambda batch: (  # type: ignore[method-assign]
        (500, "boom") if any(one["id"] == poison for one in batch) else take(batch)
    )
    for day in range(12):
        with later(day * 1.1):
            tasks.forward_statements()
            tasks.forward_statements()
            ForwardingState.objects.update(paused_until=None)
    assert states() == {"waiting": 1, "sent": 7, "set aside": 0}


def test_what_the_store_has_already_is_done(registration: Registration, store: Store) -> None:
    """Sent once, its answer lost; sent again after the title of the content changed: a conflict, and it is there."""
    say(registration, 2, "completed")
    store.orders.append("drop")
    tasks.forward_statements()
    registration.content.title = "Un autre titre"
    registration.content.save()
    with later():
        tasks.forward_statements()
    assert states() == {"waiting": 0, "sent": 2, "set aside": 0}
    assert {one["object"]["definition"]["name"]["fr"] for one in store.statements.values()} != {"Un autre titre"}


@given(bad=st.sets(st.integers(0, 49)), count=st.integers(0, 50))
def test_exactly_those_refused_alone_are_set_aside(bad: set[int], count: int) -> None:
    items = [Item(key, str(UUID(int=key)), b"%d" % key) for key in range(count)]

    def send(text: bytes) -> Answer:
        keys = [int(key) for key in text[1:-1].split(b",")]
        ids = frozenset(str(UUID(int=key)) for key in keys)
        return Answer(400, "non") if bad & set(keys) else Answer(200, ids=ids)

    delivery = deliver(items, send, until=1, clock=lambda: 0)
    sent, refused = {one.key for one in delivery.sent}, {one.key for one, _words in delivery.refused}
    if delivery.fault:
        assert set(range(SUSPICIOUS)) <= bad
        assert (sent, refused) == (set(), set())
    else:
        assert (sent, refused) == (set(range(count)) - bad, set(range(count)) & bad)


def test_a_run_ends_in_its_time_and_leaves_the_rest() -> None:
    delivery = deliver([Item(1, "a", b"1")], lambda text: Answer(200), until=1, clock=lambda: 2)
    assert (delivery.sent, delivery.refused, delivery.fault) == ([], [], None)


# Killed, and together


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_before_it_noted_the_answer_does_not_store_twice(store: Store) -> None:
    registration = opened(UserFactory(), imported())
    say(registration, 5)
    environment = os.environ | {
        "DATABASE_URL": address(connection.settings_dict["NAME"]),
        "LRS_URL": store.url,
        "LRS_USERNAME": ACCOUNT[0],
        "LRS_PASSWORD": ACCOUNT[1],
        "DJANGO_SETTINGS_MODULE": "cms.settings.test",
    }
    run = "import django; django.setup(); from courses.h5p import tasks; tasks.forward_statements()"
    worker = subprocess.Popen([sys.executable, "-c", run], cwd=ROOT, env=environment)
    store.orders.append(lambda: os.kill(worker.pid, signal.SIGKILL))
    assert worker.wait(timeout=60) == -signal.SIGKILL
    assert len(store.statements) == 5
    assert states() == {"waiting": 5, "sent": 0, "set aside": 0}

    tasks.forward_statements()
    assert len(store.statements) == 5
    assert set(store.received.values()) == {2}
    assert states() == {"waiting": 0, "sent": 5, "set aside": 0}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_once(store: Store) -> None:
    registration = opened(UserFactory(), imported())
    say(registration, 100)
    store.orders.extend(["slow"] * 2)

    def work() -> None:
        tasks.forward_statements()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert set(store.received.values()) == {1}
    assert states() == {"waiting": 0, "sent": 100, "set aside": 0}


def test_what_was_sent_is_forgotten_after_its_time(registration: Registration, store: Store) -> None:
    say(registration, 2)
    tasks.forward_statements()
    say(registration)
    with later(29):
        tasks.forget_sent_statements()
        assert Forwarding.objects.count() == 3
    with later(31):
        tasks.forget_sent_statements()
        assert states() == {"waiting": 1, "sent": 0, "set aside": 0}
    assert Statement.objects.count() == 3


# The page of the administrator


Sign = Callable[[Any], StrictClient]


def html(client: StrictClient, path: str = "") -> str:
    return client.get(HOME + path, follow=True).content.decode()


def test_the_page_says_that_it_is_off_and_what_is_wrong(sign_in: Sign, administrator: Any, settings: Any) -> None:
    client = sign_in(administrator)
    assert "Aucun résultat ne quitte ce site" in html(client)
    settings.SOCLE_LRS_URL = "http://lrs.example/"
    assert "Il manque LRS_USERNAME et LRS_PASSWORD" in html(client)


def test_the_page_says_where_how_many_and_why(
    registration: Registration, store: Store, sign_in: Sign, administrator: Any, assert_constant_queries: Any
) -> None:
    client = sign_in(administrator)
    say(registration, 3)
    store.is_bad = lambda statement: statement["verb"]["id"].endswith("paused")
    say(registration, 1, "paused")
    tasks.forward_statements()
    say(registration)
    store.orders.append(401)
    tasks.forward_statements()
    page = html(client)
    for words in (store.url, "Arrêtée", "refuse le compte ou le mot de passe", "a mis en pause", "statement refused"):
        assert words in page
    assert ACCOUNT[1] not in page
    assert "jeanne" not in page.lower()

    def grow() -> None:
        forwarding.resume()
        say(registration, 2)
        say(registration, 2, "paused")
        tasks.forward_statements()

    assert_constant_queries(lambda: client.get(HOME), grow)


def test_the_buttons_do_what_they_say(
    registration: Registration, store: Store, sign_in: Sign, administrator: Any
) -> None:
    client = sign_in(administrator)
    store.is_bad = lambda statement: statement["verb"]["id"].endswith("paused")
    say(registration)
    say(registration, 3, "paused")
    tasks.forward_statements()
    first, second, third = Forwarding.objects.set_aside().order_by("pk")
    client.post(f"{HOME}{first.pk}/discard/")
    client.post(f"{HOME}{second.pk}/retry/")
    assert states() == {"waiting": 1, "sent": 1, "set aside": 1}
    client.post(f"{HOME}retry/")
    assert states() == {"waiting": 2, "sent": 1, "set aside": 0}
    assert client.post(f"{HOME}{third.pk}/discard/").status_code == 404  # it waits
    ForwardingState.objects.create(pk=1, failures=3, paused_until=timezone.now() + timedelta(hours=1))
    client.post(f"{HOME}resume/")
    store.is_bad = lambda statement: False
    tasks.forward_statements()
    assert states() == {"waiting": 0, "sent": 3, "set aside": 0}
    assert Statement.objects.count() == 4
