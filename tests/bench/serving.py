"""The site, served as `make run` and production serve it, and the processor time it takes."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from tests.bench.databases import ROOT, environment

WORKERS = 2


@dataclass(frozen=True)
class Served:
    """One running site: its address and its first process."""

    port: int
    process: psutil.Process

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(base: str) -> bool:
    try:
        urllib.request.urlopen(f"{base}/healthz", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@contextlib.contextmanager
def served(database: str) -> Iterator[Served]:
    """granian with two workers on one database, until the end of the block."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(WORKERS), "--blocking-threads", "4", "--no-ws", "--log-level", "error",
        "tests.bench.wsgi:application",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment(database), cwd=ROOT)
    try:
        deadline = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{port}"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"Le site sur {database} ne répond pas.")
            time.sleep(0.1)
        yield Served(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def processor_seconds(*roots: psutil.Process) -> float:
    """Time spent so far by these processes, their children, and the children already gone."""
    total = 0.0
    for root in roots:
        family = [root]
        with contextlib.suppress(psutil.NoSuchProcess):
            family += root.children(recursive=True)
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total
