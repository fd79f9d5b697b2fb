"""The demonstration, whole: it comes, each of its programs is killed in turn, nothing is left."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cms.embedded.paths import home_of
from cms.embedded.postgres import CHECKOUT, Cluster
from cms.embedded.processes import is_alive, wait_until
from cms.embedded.valkey import Valkey

COPIED = [
    "manage.py",
    "pyproject.toml",
    "cms",
    "courses",
    "coordination",
    "certifications",
    "interview_toolkit",
    "templates",
    "build",
]


class Demo:
    """`manage.py demo` of one checkout."""

    def __init__(self, checkout: Path) -> None:
        self.checkout = checkout
        self.home = home_of(checkout)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.output = (checkout / "output").open("w+")
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(self.port)],
            cwd=checkout,
            env=environment,
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    def said(self) -> str:
        return (self.checkout / "output").read_text()

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.said()
        return "Socle répond" in self.said()

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def everybody(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.output.close()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of this checkout without its data, kept warm from one test to the next."""
    checkout = tmp_path_factory.mktemp("checkout")
    for name in COPIED:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, checkout / name)
    yield checkout
    home = home_of(checkout)
    Cluster("dev", home).stop()
    Valkey(home).stop()
    shutil.rmtree(home.directory, ignore_errors=True)


@pytest.fixture
def demo(checkout: Path) -> Iterator[Demo]:
    demo = Demo(checkout)
    try:
        assert wait_until(demo.is_up, timeout=300, every=0.2), demo.said()
        yield demo
    finally:
        demo.close()


def is_over(demo: Demo, everybody: list[psutil.Process]) -> bool:
    """Whether nothing of it runs any more."""
    return (
        wait_until(lambda: not any(is_alive(process.pid) for process in everybody), timeout=60)
        and Cluster("dev", demo.home).find() is None
        and Valkey(demo.home).find() is None
    )


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_it_comes_then_stops_when_asked(demo: Demo, signum: signal.Signals) -> None:
    everybody = demo.everybody()
    assert (demo.get("/"), demo.get("/healthz"), demo.get("/readyz")) == (200, 200, 200)
    assert re.search(r"professionnel@demo\.example", demo.said())
    demo.process.send_signal(signum)
    assert (demo.process.wait(timeout=120), demo.said().strip().splitlines()[-1]) == (0, "Tout est arrêté.")
    assert is_over(demo, everybody)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("granian", "Le serveur web"),
        ("celery.* worker", "Le worker Celery"),
        ("celery.* beat", "Le beat Celery"),
        ("postgres -D", "PostgreSQL"),
        ("valkey-server", "Valkey"),
    ],
)
def test_a_program_that_is_killed_is_named_and_nothing_is_left(demo: Demo, pattern: str, name: str) -> None:
    everybody = demo.everybody()
    (victim,) = (
        process
        for process in psutil.Process(demo.process.pid).children()
        if re.search(pattern, " ".join(process.cmdline()))
    )
    victim.kill()
    assert demo.process.wait(timeout=120) == 1
    assert f"{name} s'est arrêté (signal SIGKILL). Fin de son journal" in demo.said()
    assert is_over(demo, everybody)


def test_killed_itself_it_leaves_nothing(demo: Demo) -> None:
    everybody = demo.everybody()
    demo.process.kill()
    assert is_over(demo, everybody)


def test_a_second_one_in_the_same_checkout_is_refused(demo: Demo, checkout: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other = probe.getsockname()[1]
    result = subprocess.run(
        [sys.executable, "manage.py", "demo", "--port", str(other)],
        cwd=checkout,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 1
    assert "La démonstration de ce dossier tourne déjà." in result.stderr
    assert demo.get("/healthz") == 200
