"""Several programs as one: none is left behind, whatever happens."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cms.embedded.postgres import CHECKOUT
from cms.embedded.processes import is_alive, wait_until

# Two children, one of which has a child of its own and ignores SIGTERM when asked to; all numbers go to `pids`.
SCRIPT = """
import sys
from pathlib import Path
from cms.embedded import supervisor as module
from cms.embedded.paths import EmbeddedError
module.GRACE = 0.5
shell = sys.argv[1]
try:
    with module.Supervisor(logs=Path("."), environment={"TRACE": "oui"}) as supervisor:
        supervisor.start("Le serveur web", ["/bin/sh", "-c", shell], log_name="web")
        supervisor.start("Le worker", ["/bin/sh", "-c", "echo $$ >>pids; exec sleep 600"], log_name="worker")
        print("ready", flush=True)
        supervisor.run()
except module.Interrupted:
    print("interrupted")
except EmbeddedError as error:
    print(error)
    sys.exit(1)
"""
PATIENT = "echo $$ >>pids; sleep 600 & echo $! >>pids; wait"
STUBBORN = f"trap '' TERM; {PATIENT}; {PATIENT}"

Start = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run(shell: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, shell],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
    for pid in numbers(tmp_path):
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)


def numbers(directory: Path) -> list[int]:
    try:
        return [int(line) for line in (directory / "pids").read_text().split()]
    except FileNotFoundError:
        return []


def nobody_is_left(directory: Path) -> bool:
    return wait_until(lambda: not any(is_alive(pid) for pid in numbers(directory)), timeout=60)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("shell", [PATIENT, STUBBORN], ids=["patient", "stubborn"])
def test_a_signal_stops_everybody(start: Start, tmp_path: Path, signum: signal.Signals, shell: str) -> None:
    process = start(shell)
    assert wait_until(lambda: len(numbers(tmp_path)) == 3, timeout=60)
    process.send_signal(signum)
    assert (process.wait(timeout=60), process.stdout and process.stdout.read()) == (0, "interrupted\n")
    assert nobody_is_left(tmp_path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only Linux tells a child that its parent ended.")
def test_a_killed_supervisor_leaves_nobody(start: Start, tmp_path: Path) -> None:
    process = start("echo $$ >>pids; exec sleep 600")
    assert wait_until(lambda: len(numbers(tmp_path)) == 2, timeout=60)
    process.kill()
    assert nobody_is_left(tmp_path)


@pytest.mark.parametrize(
    ("shell", "how"),
    [
        ("echo $TRACE en panne; sleep 600 & echo $! >>pids; exit 3", "(code 3)"),
        ("echo $TRACE en panne; kill -9 $$", "(signal SIGKILL)"),
    ],
    ids=["exit", "killed"],
)
def test_a_child_that_ends_stops_everybody_and_is_named(start: Start, tmp_path: Path, shell: str, how: str) -> None:
    process = start(shell)
    assert process.wait(timeout=60) == 1
    assert process.stdout
    assert process.stdout.read() == (
        f"Le serveur web s'est arrêté {how}. Fin de son journal, web.log :\n    oui en panne\n"
    )
    assert nobody_is_left(tmp_path)


def test_the_demonstration_says_that_its_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=CHECKOUT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "cms.settings.dev"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert (result.returncode, result.stdout.strip()) == (1, "")
    assert f"Le port {port} n'est pas libre" in result.stderr


def test_the_demonstration_says_that_the_assets_are_not_built(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="ressources du navigateur manquent"):
        call_command("demo", port="48713")
    assert not (tmp_path / ".local").exists()
