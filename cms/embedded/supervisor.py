"""Run several programs as one: all of them live, or none.

Each child has its own process group, so that whatever it started goes with it, and receives SIGTERM when we end,
however we end.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from cms.embedded.paths import EmbeddedError
from cms.embedded.processes import die_with_parent, is_alive, last_lines

GRACE = 8.0
"""Seconds a child is given to end by itself."""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """We were asked to stop. Not an Exception: nothing on the way out may swallow it."""


@dataclass
class Child:
    """A program we started."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    is_service: bool = False
    """Whether the other programs use it, and must end before it."""


@dataclass
class Watched:
    """A program somebody else started, which we need."""

    name: str
    pid: int
    log: Path


@dataclass
class Supervisor:
    """Starts, watches and stops; a context manager which leaves nothing running behind it."""

    logs: Path
    environment: Mapping[str, str]
    children: list[Child] = field(default_factory=list)
    watched: list[Watched] = field(default_factory=list)
    _stop_requests: int = 0
    _is_stopping: bool = False

    def __enter__(self) -> "Supervisor":
        for signum in STOP_SIGNALS:
            signal.signal(signum, self._on_signal)
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str | Path], *, log_name: str) -> Child:
        """Start `command` in its own process group, writing to its own log."""
        log = self.logs / f"{log_name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        return self.adopt(Child(name, process, log))

    def adopt(self, child: Child) -> Child:
        """Watch and stop a child started elsewhere."""
        self.children.append(child)
        return child

    def check(self) -> None:
        """Raise EmbeddedError when one of them has ended, Interrupted when we were asked to."""
        if self._stop_requests:
            raise Interrupted
        for child in self.children:
            if (code := child.process.poll()) is not None:
                raise EmbeddedError(_obituary(child.name, child.log, code))
        for watched in self.watched:
            if not is_alive(watched.pid):
                raise EmbeddedError(_obituary(watched.name, watched.log, None))

    def wait_until(self, condition: Callable[[], bool], *, timeout: float, child: Child, explanation: str) -> None:
        """Wait for `condition`, which `child` brings about, watching everybody meanwhile."""
        deadline = time.monotonic() + timeout
        while not condition():
            self.check()
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{explanation} Fin du journal, {child.log} :\n{last_lines(child.log)}")
            time.sleep(0.05)

    def run(self) -> None:
        """Watch until one ends (EmbeddedError) or we are asked to stop (Interrupted)."""
        while True:
            self.check()
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop everybody, the programs before the services they use; whoever is too slow is killed with all it started.

        A second Ctrl-C shortens the wait.
        """
        self._is_stopping = True
        requests = max(self._stop_requests, 1)
        for group in (
            [child for child in self.children if not child.is_service],
            [child for child in self.children if child.is_service],
        ):
            for child in group:
                child.process.send_signal(child.stop_signal)
            deadline = time.monotonic() + GRACE
            while any(child.process.poll() is None for child in group):
                if time.monotonic() > deadline or self._stop_requests > requests:
                    break
                time.sleep(0.05)
            for child in group:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
        self.children.clear()

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        self._stop_requests += 1
        if self._stop_requests == 1 and not self._is_stopping:
            raise Interrupted


def _obituary(name: str, log: Path, code: int | None) -> str:
    how = ""
    if code is not None:
        how = f" (signal {signal.Signals(-code).name})" if code < 0 else f" (code {code})"
    end = last_lines(log)
    return f"{name} s'est arrêté{how}. Fin de son journal, {log} :\n{end or '    (vide)'}"
