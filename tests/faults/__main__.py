"""Kill everything at random while people learn, and count what is missing afterwards.

    make faults ARGS="--writes 1000 --clients 8 --seed 7"

Eight clients finish lessons over HTTP, each write with its idempotency key, sent again until it is acknowledged, as a
browser would after an error. Meanwhile web processes, Celery, PostgreSQL and Valkey are killed (SIGKILL) at instants
drawn from the seed, and started again. Nothing acknowledged may be missing, nothing may be there twice.
"""

import argparse
import http.client
import logging
import os
import queue
import random
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cms.embedded.postgres import CHECKOUT
from cms.embedded.processes import wait_until
from tests.faults.house import House

LOGS = CHECKOUT / ".local" / "faults"
GIVE_UP = 120.0
"""Seconds a client goes on trying one write."""
CSRF = "f" * 32
AWARDED = "Attestation des pannes"


@dataclass
class Write:
    """One lesson finished by one person."""

    path: str
    session: str
    key: str
    acknowledged: bool = False
    retries: list[datetime] = field(default_factory=list)
    """When it was sent again, for want of an acknowledgement."""

    @property
    def draw(self) -> int:
        """From 0 to 15, decided by the seed."""
        return int(self.key[0], 16)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__.splitlines()[0])
    parser.add_argument("--writes", type=int, default=1000)
    parser.add_argument("--completions", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    options = parser.parse_args()
    rng = random.Random(options.seed)
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    house = House(LOGS)
    try:
        os.environ.update(house.environment)
        say(f"Graine {options.seed}. Préparation des données…")
        writes = prepare(house, options.writes, options.completions, rng)
        house.start()
        if not wait_until(lambda: answers(house.port), timeout=90, every=0.2):
            say(f"✗ Le site ne répond pas : voir {LOGS / 'web.log'}")
            return 1
        say(f"{len(writes)} écritures par {options.clients} clients, {options.kills} mises à mort…")
        start = time.monotonic()
        kills, notes = run(house, writes, clients=options.clients, kills=options.kills, rng=rng)
        say(
            f"Terminé en {time.monotonic() - start:.0f} s. " + ", ".join(f"{n} × {k}" for k, n in sorted(kills.items()))
        )
        ended = [program.name for program in (house.web, house.worker, house.beat) if not program.is_alive()]
        return report(writes, notes, ended)
    finally:
        house.stop()


def prepare(house: House, count: int, completions: int, rng: random.Random) -> list[Write]:
    """A fresh database with the demonstration content, people enrolled in its longest course, and others in a course
    of one lesson which leads to an attestation.
    """
    with house.cluster.ensure_running().connect() as connection:
        connection.execute("DROP DATABASE IF EXISTS faults WITH (FORCE)")
        connection.execute("CREATE DATABASE faults TEMPLATE template0")
    import django

    django.setup()
    # Both say at length what is expected here: that the server went away.
    for name in ("psycopg.pool", "cms.core.outbox"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return [*seed(count, rng), *seed_completions(completions, rng)]


def seed(count: int, rng: random.Random) -> Iterator[Write]:
    from django.core.management import call_command
    from django.db import connection

    from courses.models import CourseVersion

    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_demo", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE fault_effect (key text NOT NULL)")

    def lessons(version: CourseVersion) -> list[str]:
        return [step["step_key"] for step in version.manifest if step["rule"] == "confirmed"]

    versions = CourseVersion.objects.filter(course__live=True, course__prerequisites=None).select_related("course")
    version = max(versions, key=lambda version: (len(lessons(version)), version.number))
    steps = lessons(version)
    while count > 0:
        yield from writes_of(f"panne-{count}", version.course, steps[:count], rng)
        count -= len(steps)


def seed_completions(count: int, rng: random.Random) -> Iterator[Write]:
    from tests.factories.certifications import definition
    from tests.factories.courses import course_tree

    tree = course_tree(title="Une seule leçon", lessons=1, quizzes=0)
    definition(tree.course, title=AWARDED)
    for number in range(count):
        yield from writes_of(f"fin-{number}", tree.course, [str(tree.lessons[0].step_key)], rng)


def writes_of(name: str, course: Any, steps: list[str], rng: random.Random) -> Iterator[Write]:
    """Someone new, enrolled, signed in, and about to finish these lessons."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.urls import reverse

    from cms.accounts.models import User
    from cms.accounts.sessions import SessionStore
    from courses import services
    from courses.enums import EnrolmentSource

    person = User.objects.create(email=f"{name}@faults.example", first_name="Camille", last_name=f"Essai {name}")
    enrolment = services.enrol(person=person, course=course, source=EnrolmentSource.SELF)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    for step in steps:
        key = UUID(int=rng.getrandbits(128), version=4)
        yield Write(reverse("finish_lesson", args=[enrolment.public_id, step]), session.session_key, str(key))


def run(
    house: House, writes: list[Write], *, clients: int, kills: int, rng: random.Random
) -> tuple[Counter[str], list[str]]:
    """Send everything, kill meanwhile. Returns what was killed how many times, and the outbox keys stored."""
    todo: queue.SimpleQueue[Write] = queue.SimpleQueue()
    for write in rng.sample(writes, len(writes)):
        todo.put(write)
    done = threading.Semaphore(0)
    notes: list[str] = []

    threads = [threading.Thread(target=client, args=(house.port, todo, done, notes)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    # The instants: after so many writes acknowledged, and a few milliseconds, so as to fall anywhere in a write.
    instants = iter(sorted((rng.randrange(len(writes)), rng.random() * 0.05, rng.random()) for _ in range(kills)))
    faults: list[tuple[str, Callable[[], None]]] = [
        ("PostgreSQL", house.kill_postgres),
        ("processus web", house.kill_web_worker),
        ("serveur web", house.kill_web),
        ("processus Celery", house.kill_celery_child),
        ("worker Celery", house.kill_celery),
        ("Valkey", house.kill_valkey),
    ]
    killed: Counter[str] = Counter()
    acknowledged = 0
    for after, delay, choice in instants:
        while acknowledged < after and any(thread.is_alive() for thread in threads):
            acknowledged += done.acquire(timeout=1)
        time.sleep(delay)
        name, kill = faults[int(choice * len(faults))]
        kill()
        killed[name] += 1
    for thread in threads:
        thread.join()
    return killed, notes


def client(port: int, todo: "queue.SimpleQueue[Write]", done: threading.Semaphore, notes: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    while True:
        try:
            write = todo.get_nowait()
        except queue.Empty:
            break
        deadline = time.monotonic() + GIVE_UP
        # The network of the client is cut before the answer, for one in eight.
        write.acknowledged = post(connection, write, is_cut=write.draw >= 14)
        while not write.acknowledged and time.monotonic() < deadline:
            time.sleep(0.1)
            write.retries.append(datetime.now(UTC))
            write.acknowledged = post(connection, write)
        if write.acknowledged:
            if write.draw < 4:  # A double click, for one in four.
                post(connection, write)
            done.release()
            note(write.key, notes)
    connection.close()
    from django.db import connection as database

    database.close()


def post(connection: http.client.HTTPConnection, write: Write, *, is_cut: bool = False) -> bool:
    """Whether the site said that it is done: the page it leads to is not an error, nor the sign-in."""
    try:
        connection.request(
            "POST",
            write.path,
            body=f"key={write.key}",
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": f"sessionid={write.session}; csrftoken={CSRF}",
                "X-CSRFToken": CSRF,
            },
        )
        if is_cut:
            raise ConnectionAbortedError
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return False
    return response.status == http.HTTPStatus.FOUND and "/compte/" not in response.headers["Location"]


def note(key: str, notes: list[str]) -> None:
    """Store an effect of the outbox, again until the database takes it, then announce it."""
    from django.db import DatabaseError, connection

    from cms.core import outbox

    while True:
        try:
            outbox.enqueue(kind="fault-note", key=f"fault-note:{key}", payload={"key": key})
        except DatabaseError:
            connection.close()
            time.sleep(0.1)
        else:
            notes.append(key)
            return


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def report(writes: list[Write], notes: list[str], ended: list[str]) -> int:
    """Count in the database, print the table, and return the exit code."""
    from django.db import connection

    from certifications.checking import faults
    from certifications.models import Credential
    from cms.core.models import OutboxMessage
    from courses import services
    from courses.models import Attempt, Enrolment

    connection.close()
    connection.close_pool()  # Its connections died with the server.
    stored = dict(
        Attempt.objects.filter(idempotency_key__in=[write.key for write in writes]).values_list(
            "idempotency_key", "submitted_at"
        )
    )
    enrolments = Enrolment.objects.filter(person__email__endswith="@faults.example")
    rows = Counter(Attempt.objects.filter(enrolment__in=enrolments).values_list("enrolment", "step_key"))
    acknowledged = [write for write in writes if write.acknowledged]
    unacknowledged_once = [
        write for write in writes if write.retries and write.key in stored and stored[write.key] <= write.retries[0]
    ]

    wait_until(
        lambda: not OutboxMessage.objects.filter(done_at=None, kind="fault-note").exists(), timeout=90, every=0.5
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, count(*) FROM fault_effect GROUP BY key")
        effects = dict(cursor.fetchall())

    completed = enrolments.filter(course__title="Une seule leçon", state__completed_at__isnull=False).count()
    awarded = Credential.objects.filter(definition__title=AWARDED)
    wait_until(lambda: awarded.count() >= completed, timeout=120, every=0.5)
    issued, single = awarded.count(), awarded.values("enrolment").distinct().count()
    wrong = sum(1 for _ in faults())

    lost = sum(write.key not in stored for write in acknowledged)
    duplicates = sum(count - 1 for count in rows.values())
    drifts = services.recompute(list(enrolments.values_list("pk", flat=True)), is_dry=True)
    stored_effects = set(OutboxMessage.objects.filter(kind="fault-note").values_list("key", flat=True))
    lost_effects = sum(f"fault-note:{key}" not in stored_effects for key in notes)
    waiting_effects = sum(key not in effects for key in notes) - lost_effects
    double_effects = sum(count - 1 for count in effects.values())
    table: list[tuple[str, int, bool]] = [
        ("Écritures", len(writes), True),
        ("… reconnues", len(acknowledged), len(acknowledged) == len(writes)),
        ("… renvoyées, faute de réponse", sum(bool(write.retries) for write in writes), True),
        ("… dont déjà enregistrées la première fois", len(unacknowledged_once), True),
        ("Reconnues et perdues", lost, lost == 0),
        ("En double", duplicates, duplicates == 0),
        ("Inscriptions dont l'état s'écarte des faits", len(drifts), not drifts),
        ("Parcours terminés qui donnent une attestation", completed, True),
        ("… attestations délivrées", issued, issued == completed),
        ("… inscriptions qui en ont une", single, single == completed),
        ("… anomalies trouvées par « credentials check »", wrong, wrong == 0),
        ("Effets différés demandés", len(notes), True),
        ("… perdus", lost_effects, lost_effects == 0),
        ("… qui attendent encore", waiting_effects, waiting_effects == 0),
        ("… en double", double_effects, double_effects == 0),
        (f"Programmes qui se sont arrêtés d'eux-mêmes {' '.join(ended)}".strip(), len(ended), not ended),
    ]
    say("")
    for label, value, is_right in table:
        say(f"  {label:<52}{value:>6}  {'' if is_right else '✗'}")
    return 0 if all(is_right for _, _, is_right in table) else 1


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
