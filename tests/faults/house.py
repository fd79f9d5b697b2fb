"""The programs of the site, to be killed one by one and started again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from cms.embedded.paths import home_of
from cms.embedded.postgres import CHECKOUT, Cluster
from cms.embedded.processes import die_with_parent, wait_until
from cms.embedded.valkey import Valkey


class Program:
    """One program of ours in its own process group."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )

    def kill(self) -> None:
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def children(self) -> list[psutil.Process]:
        assert self.process
        return psutil.Process(self.process.pid).children()


class House:
    """PostgreSQL, Valkey, web, worker and beat. `faults` gives what can be broken, by name."""

    def __init__(self, logs: Path) -> None:
        home = home_of(CHECKOUT)
        self.cluster, self.valkey = Cluster("faults", home), Valkey(home, "valkey-faults")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        server = self.cluster.ensure_running()
        self.valkey.ensure_running()
        self.environment = {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATABASE_URL": f"postgres://postgres@/faults?host={server.host}",
            "CELERY_BROKER_URL": f"redis+socket://{self.valkey.socket}",
        }
        python, celery = sys.executable, [sys.executable, "-m", "celery", "--app", "cms.celery"]
        self.web = Program(
            "web",
            [python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
             "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--respawn-interval", "0",
             "--no-ws", "cms.wsgi:application"],
            self.environment,
            logs / "web.log",
        )  # fmt: skip
        self.worker = Program(
            "worker",
            [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"],
            self.environment,
            logs / "worker.log",
        )
        self.beat = Program(
            "beat",
            [*celery, "beat", "--schedule", str(logs / "beat-schedule"), "--pidfile", "", "--loglevel", "WARNING"],
            self.environment,
            logs / "beat.log",
        )

    def start(self) -> None:
        for program in (self.web, self.worker, self.beat):
            program.start()

    def stop(self) -> None:
        for program in (self.beat, self.worker, self.web):
            if program.is_alive():
                program.kill()
        self.cluster.stop()
        self.valkey.stop()
        for directory in (self.cluster.directory, self.valkey.directory):
            shutil.rmtree(directory, ignore_errors=True)

    def kill_web_worker(self) -> None:
        """One of the two; granian starts another."""
        if children := self.web.children():
            children[0].kill()

    def kill_web(self) -> None:
        self.web.kill()
        self.web.start()

    def kill_celery_child(self) -> None:
        """A process in the middle of a task; the worker starts another."""
        if children := self.worker.children():
            children[0].kill()

    def kill_celery(self) -> None:
        self.worker.kill()
        self.worker.start()

    def kill_postgres(self) -> None:
        server = self.cluster.find()
        assert server
        os.kill(server.pid, signal.SIGKILL)
        self.cluster.ensure_running()

    def kill_valkey(self) -> None:
        broker = self.valkey.find()
        assert broker
        os.kill(broker.pid, signal.SIGKILL)
        assert wait_until(lambda: self.valkey.find() is None, timeout=10)
        self.valkey.ensure_running()
