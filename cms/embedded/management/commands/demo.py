import contextlib
import fcntl
import gc
import hashlib
import http.client
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connections

from cms.embedded.paths import EmbeddedError
from cms.embedded.postgres import Cluster
from cms.embedded.supervisor import Child, Interrupted, Supervisor, Watched
from cms.embedded.valkey import Valkey

HOST = "127.0.0.1"
ANSWER_TIMEOUT = 90


class Command(BaseCommand):
    help = "Le site de démonstration en une commande : services, données, web, worker et beat. Ctrl-C arrête tout."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT", "8000"))

    def handle(self, *, port: str, **options: Any) -> None:
        if not settings.SOCLE_DEMO:
            raise CommandError("Cette configuration n'est pas une démonstration (SOCLE_DEMO).")
        self.local = settings.BASE_DIR / ".local"
        try:
            number = free_port(port)
            check_assets()
            with self.alone():
                environment = {
                    "BASE_URL": os.environ.get("BASE_URL", f"http://{HOST}:{number}"),  # of the links in mails
                    "DEBUG": os.environ.get("DEBUG", "false"),
                    "PYTHONUNBUFFERED": "1",
                }
                # What this process writes, such as where an attestation is verified, names the place that is served.
                settings.WAGTAILADMIN_BASE_URL = environment["BASE_URL"]
                with Supervisor(logs=self.local / "logs", environment=environment) as supervisor:
                    self.serve(supervisor, number)
        except Interrupted:
            self.say("\nTout est arrêté.")
        except (EmbeddedError, OperationalError) as error:
            self.say("")
            raise CommandError(f"✗ {error}") from error

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One demonstration at a time per checkout: the first to stop would stop the services of the other."""
        try:
            (self.local / "logs").mkdir(parents=True, exist_ok=True)
            lock = (self.local / "demo.lock").open("w")
        except OSError as error:
            raise EmbeddedError(
                f"Impossible d'écrire dans {self.local} ({error.strerror}). "
                "Placez Socle dans un dossier où vous pouvez écrire."
            ) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise EmbeddedError("La démonstration de ce dossier tourne déjà.") from error
            yield

    def serve(self, supervisor: Supervisor, port: int) -> None:
        self.say("Socle démarre.")
        if name := settings.SOCLE_EMBEDDED_CLUSTER:
            with self.step("PostgreSQL embarqué"):
                start_postgres(supervisor, Cluster(name))
        if "CELERY_BROKER_URL" not in os.environ:
            with self.step("Valkey embarqué"):
                start_valkey(supervisor, Valkey())
        # Migrations make and drop models by the thousand: looking for garbage less often saves a fifth of the time.
        gc.set_threshold(100_000, 50, 50)
        with self.step("Base de données"):
            call_command("migrate", interactive=False, stdout=MigrationProgress(self), skip_checks=True)
        supervisor.check()
        with self.step("Fichiers statiques"):
            collect_static(self.local / "static-stamp")
        if not is_demo_loaded():
            with self.step("Contenu de démonstration"):
                call_command("load_demo", stdout=StringIO())
        else:
            with self.step("Types d'activités"):
                call_command("h5p", "install", stdout=StringIO())
        # From here on this process only watches.
        connections.close_all()
        for connection in connections.all(initialized_only=True):
            connection.close_pool()  # type: ignore[attr-defined]

        python = sys.executable
        with self.step("Serveur web"):
            web = supervisor.start(
                "Le serveur web",
                [python, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port),
                 "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--no-ws",
                 "--workers-kill-timeout", "5", "--log-level", "warning", "cms.wsgi:application"],
                log_name="web",
            )  # fmt: skip
            supervisor.wait_until(
                lambda: answers(port),
                timeout=ANSWER_TIMEOUT,
                child=web,
                explanation=f"La page d'accueil ne vient toujours pas après {ANSWER_TIMEOUT} s.",
            )
        celery = [python, "-m", "celery", "--app", "cms.celery"]
        supervisor.start(
            "Le worker Celery",
            [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "INFO"],
            log_name="worker",
        )
        supervisor.start(
            "Le beat Celery",
            [*celery, "beat", "--schedule", self.local / "beat-schedule", "--pidfile", "", "--loglevel", "INFO"],
            log_name="beat",
        )
        self.say(welcome(port))
        supervisor.run()

    @contextlib.contextmanager
    def step(self, label: str) -> Iterator[None]:
        self.say(f"  {label} … ", end="")
        start = time.monotonic()
        yield
        self.say(f"{time.monotonic() - start:.1f} s".replace(".", ","))

    def say(self, text: str, end: str = "\n") -> None:
        self.stdout.write(text, ending=end)
        self.stdout.flush()


class MigrationProgress(StringIO):
    """Reads what `migrate` says, and counts."""

    def __init__(self, command: Command) -> None:
        super().__init__()
        self.command = command
        self.done = 0

    def write(self, text: str) -> int:
        if re.search(r"\bOK\b", text):
            self.done += 1
            if self.done % 25 == 0:
                self.command.say(f"{self.done} migrations … ", end="")
        return len(text)


def free_port(text: str) -> int:
    """The port asked for. Raises EmbeddedError when it is not one, or when somebody has it."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise EmbeddedError(f"PORT doit être un nombre entre 1 et 65535, pas « {text} ».")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except OSError as error:
            raise EmbeddedError(
                f"Le port {text} n'est pas libre ({error.strerror}). Choisissez-en un autre : make run PORT=8001"
            ) from error
    return int(text)


def check_assets() -> None:
    """Raise EmbeddedError unless what npm brings for the browser is there."""
    if not (settings.BASE_DIR / "build" / "npm").is_dir():
        raise EmbeddedError("Les ressources du navigateur manquent (build/npm). Préparez-les : make assets")


def start_postgres(supervisor: Supervisor, cluster: Cluster) -> None:
    server = cluster.ensure_running(attached=True)
    if server.process:
        supervisor.adopt(Child("PostgreSQL", server.process, cluster.log, signal.SIGINT, is_service=True))
    else:
        supervisor.watched.append(Watched("PostgreSQL", server.pid, cluster.log))


def start_valkey(supervisor: Supervisor, valkey: Valkey) -> None:
    broker = valkey.ensure_running(attached=True)
    if broker.process:
        supervisor.adopt(Child("Valkey", broker.process, valkey.log, signal.SIGTERM, is_service=True))
    else:
        supervisor.watched.append(Watched("Valkey", broker.pid, valkey.log))


def collect_static(stamp: Path) -> None:
    """Run collectstatic, unless no file has changed since it last ran to its end."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists() and stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, skip_checks=True)
    stamp.write_text(digest.hexdigest())


def answers(port: int) -> bool:
    """Whether the home page comes whole."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def welcome(port: int) -> str:
    width = max(len(email) for email, _ in settings.DEMO_ACCOUNTS)
    accounts = "\n".join(f"    {email:<{width}}   {role}" for email, role in settings.DEMO_ACCOUNTS)
    return (
        f"\n  Socle répond : http://{HOST}:{port}\n\n"
        f"  Comptes de démonstration (mot de passe : {settings.DEMO_PASSWORD})\n{accounts}\n\n"
        "  Courriels envoyés : .local/mails/    Journaux : .local/logs/\n"
        "  Ctrl-C arrête tout.\n"
    )


def is_demo_loaded() -> bool:
    """Whether the accounts about to be announced are all there: somebody else's account says nothing of them."""
    emails = [email for email, _role in settings.DEMO_ACCOUNTS]
    return get_user_model().objects.filter(email__in=emails).count() == len(emails)
