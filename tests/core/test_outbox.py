"""What must happen after the commit happens once, whatever is down meanwhile."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.db import connection, transaction
from django.utils import timezone

from cms.core import outbox, tasks
from cms.core.models import OutboxMessage
from cms.embedded.processes import wait_until
from cms.embedded.valkey import Valkey


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the messages of kind "note" did, in order."""
    effects: list[dict[str, Any]] = []
    monkeypatch.setitem(outbox._handlers, "note", effects.append)
    return effects


@pytest.fixture(autouse=True)
def _forgive_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_broker_down_until", 0.0)


def test_a_message_is_done_once(db: None, done: list[dict[str, Any]]) -> None:
    outbox.enqueue(kind="note", key="a", payload={"n": 1})
    assert [outbox.process("a"), outbox.process("a"), outbox.process("unknown")] == [True, False, False]
    assert done == [{"n": 1}]
    message = OutboxMessage.objects.get()
    assert (message.payload, message.attempts, message.done_at is not None) == ({}, 1, True)


def test_a_key_seen_before_changes_nothing(db: None, done: list[dict[str, Any]]) -> None:
    outbox.enqueue(kind="note", key="a", payload={"n": 1})
    outbox.enqueue(kind="note", key="a", payload={"n": 2})
    assert outbox.process_waiting() == 1
    outbox.enqueue(kind="note", key="a", payload={"n": 3})
    assert outbox.process_waiting() == 0
    assert done == [{"n": 1}]


def test_a_transaction_undone_leaves_no_message(transactional_db: None) -> None:
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        outbox.enqueue(kind="note", key="a", payload={})
        raise ZeroDivisionError
    assert not OutboxMessage.objects.exists()


def test_a_failure_is_written_down_and_tried_again_later(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(payload: dict[str, Any]) -> None:
        OutboxMessage.objects.create(kind="note", key="written by the handler")
        raise ConnectionRefusedError("boîte pleine")

    monkeypatch.setitem(outbox._handlers, "note", refuse)
    outbox.enqueue(kind="note", key="a", payload={"n": 1})
    assert outbox.process("a") is False
    message = OutboxMessage.objects.get()  # What the handler had written is undone.
    assert (message.last_error, message.payload) == ("ConnectionRefusedError : boîte pleine", {"n": 1})
    assert timedelta(seconds=50) < message.available_at - timezone.now() <= timedelta(seconds=60)
    assert outbox.process("a") is False  # Not before its time.
    assert OutboxMessage.objects.get().attempts == 1

    waits = []
    for _ in range(12):
        OutboxMessage.objects.update(available_at=timezone.now())
        outbox.process_waiting()
        waits.append((OutboxMessage.objects.get().available_at - timezone.now()).total_seconds() / 60)
    assert [round(minutes) for minutes in waits] == [2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360, 360]


def test_two_workers_never_do_the_same_message(transactional_db: None, done: list[dict[str, Any]]) -> None:
    outbox.enqueue(kind="note", key="a", payload={"n": 1})
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN; SELECT * FROM core_outboxmessage FOR UPDATE")
            assert outbox.process("a") is False
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert outbox.process("a") is True
    assert done == [{"n": 1}]


def test_what_is_done_is_forgotten_after_its_time(db: None, done: list[dict[str, Any]]) -> None:
    for key, age in (("old", 91), ("recent", 89)):
        outbox.enqueue(kind="note", key=key, payload={})
        outbox.process(key)
        OutboxMessage.objects.filter(key=key).update(done_at=timezone.now() - timedelta(days=age))
    OutboxMessage.objects.create(kind="note", key="waiting", created_at=timezone.now() - timedelta(days=400))
    tasks.forget_old_outbox()
    assert sorted(OutboxMessage.objects.values_list("key", flat=True)) == ["recent", "waiting"]


def test_mail_is_stored_then_delivered_whole(db: None, mailoutbox: list[EmailMessage]) -> None:
    message = EmailMultiAlternatives(
        "Invitation à Socle",
        "Bonjour Élodie",
        "socle@demo.example",
        ["elodie@demo.example"],
        bcc=["copie@demo.example"],
        reply_to=["aide@demo.example"],
        headers={"X-Socle": "oui"},
    )
    message.attach_alternative("<p>Bonjour Élodie</p>", "text/html")
    message.attach("liste.csv", "nom;ville\nÉlodie;Saint-Lô\n", "text/csv")
    message.attach("image.png", b"\x89PNG\x00", "image/png")
    assert get_connection("cms.core.mail.OutboxBackend").send_messages([message]) == 1
    assert mailoutbox == []

    assert outbox.process_waiting() == 1
    (sent,) = mailoutbox
    assert (sent.subject, sent.body, sent.from_email) == ("Invitation à Socle", "Bonjour Élodie", "socle@demo.example")
    assert (sent.to, sent.bcc, sent.reply_to) == (
        ["elodie@demo.example"],
        ["copie@demo.example"],
        ["aide@demo.example"],
    )
    assert sent.extra_headers["X-Socle"] == "oui"
    assert sent.extra_headers["Message-ID"].endswith("@socle.example>")
    assert [tuple(alternative) for alternative in sent.alternatives] == [("<p>Bonjour Élodie</p>", "text/html")]
    assert [tuple(attachment) for attachment in sent.attachments] == [
        ("liste.csv", "nom;ville\nÉlodie;Saint-Lô\n", "text/csv"),
        ("image.png", b"\x89PNG\x00", "image/png"),
    ]
    assert OutboxMessage.objects.get().payload == {}


def test_a_broker_that_is_down_breaks_no_write(
    transactional_db: None, done: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    for key in ("a", "b"):
        outbox.enqueue(kind="note", key=key, payload={})
    assert OutboxMessage.objects.filter(done_at=None).count() == 2
    # The second write did not call a broker known to be down.
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert outbox.process_waiting() == 2


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    valkey = Valkey(service=settings.SOCLE_TEST_VALKEY)
    valkey.ensure_running()
    yield valkey
    valkey.stop()


@pytest.fixture
def worker(transactional_db: None, tmp_path: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker on the database of this test."""
    params = connection.get_connection_params()
    database = f"postgres://{params['user']}@/{params['dbname']}?host={params['host']}"
    log = (tmp_path / "worker.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "--app", "cms.celery", "worker", "--pool", "solo", "--loglevel", "INFO"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "cms.settings.test", "DATABASE_URL": database},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)
        log.close()


def is_done(key: str) -> bool:
    return OutboxMessage.objects.filter(key=key, done_at__isnull=False, attempts=1).exists()


def send_mail(subject: str) -> str:
    get_connection("cms.core.mail.OutboxBackend").send_messages([EmailMessage(subject, "…", None, ["a@b.example"])])
    return OutboxMessage.objects.latest("id").key


def test_what_waits_for_the_broker_is_done_once_it_is_back(
    valkey: Valkey, worker: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = send_mail("Le courtier marche")
    assert wait_until(lambda: is_done(at_once), timeout=120)

    valkey.stop()
    left = send_mail("Le courtier est arrêté")
    assert not is_done(left)
    assert worker.poll() is None

    valkey.ensure_running()
    monkeypatch.setattr(outbox, "_broker_down_until", 0.0)
    after = send_mail("Le courtier est de retour")
    tasks.process_outbox.delay()  # What the beat sends each minute.
    assert wait_until(lambda: is_done(left) and is_done(after), timeout=120)
