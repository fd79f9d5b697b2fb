"""Starting a program so that it outlives us, or so that it does not; and telling the living from the dead."""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psutil

from cms.embedded.paths import EmbeddedError, Home

PR_SET_PDEATHSIG = 1
R = TypeVar("R")


def environment() -> dict[str, str]:
    """What the services see of ours: nothing of the locale, or `'É' ILIKE 'é'` would depend on who starts them."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def identity(home: Home) -> dict[str, Any]:
    """Arguments of `subprocess` which run a program under the account of the services."""
    if home.owner is None:
        return {"umask": 0o077}
    return {"user": home.owner.pw_uid, "group": home.owner.pw_gid, "extra_groups": [], "umask": 0o077}


def die_with_parent(signum: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the child receives `signum` when its parent ends, however it ends (Linux only)."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl

    def apply() -> None:
        prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
        if os.getppid() != parent:  # It ended between the fork and the call above.
            os.kill(os.getpid(), signum)

    return apply


def spawn_attached(
    command: Sequence[str | Path], *, home: Home, log: Path, stop_signal: signal.Signals
) -> subprocess.Popen[bytes]:
    """Start `command` as our child: it receives `stop_signal` when we end."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=home.directory,
            env=environment(),
            start_new_session=True,
            preexec_fn=die_with_parent(stop_signal),
            **identity(home),
        )


def spawn_detached(command: Sequence[str | Path], *, home: Home, log: Path) -> int:
    """Start `command` so that it outlives us and never becomes our zombie; returns its process number.

    The shell in between ends at once, which hands the program over to the system.
    """
    with log.open("ab") as output:
        shell = subprocess.run(
            ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            cwd=home.directory,
            env=environment(),
            start_new_session=True,
            check=True,
            **identity(home),
        )
    return int(shell.stdout)


def start_service(
    name: str,
    command: Sequence[str | Path],
    *,
    home: Home,
    log: Path,
    find: Callable[[], R | None],
    timeout: float,
    stop_signal: signal.Signals | None,
) -> tuple[R, subprocess.Popen[bytes] | None]:
    """Start a service and wait until `find` sees it answer; return what it found, and the process if it is our child.

    With a `stop_signal` it is our child and ends with us, else it outlives us. Raises EmbeddedError, with the end of
    its log, when it ends or says nothing before `timeout` seconds.
    """
    process = None
    if stop_signal is not None:
        process = spawn_attached(command, home=home, log=log, stop_signal=stop_signal)
        pid = process.pid
    else:
        pid = spawn_detached(command, home=home, log=log)
    found: list[R] = []

    def is_settled() -> bool:
        if service := find():
            found.append(service)
        return bool(found) or (process.poll() is not None if process else not is_alive(pid))

    wait_until(is_settled, timeout=timeout)
    if not found:
        if process:
            process.kill()
            process.wait()
        raise EmbeddedError(f"{name} n'a pas démarré. Fin de son journal, {log} :\n{last_lines(log)}")
    return found[0], process


def is_alive(pid: int) -> bool:
    """Whether `pid` runs; a zombie, which only waits for its parent to look at it, does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def working_in(directory: Path, program: str) -> list[psutil.Process]:
    """The living processes of `program` whose working directory is `directory`."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if (
                process.name() == program
                and process.status() != psutil.STATUS_ZOMBIE
                and process.cwd() == str(directory)
            ):
                found.append(process)
    return found


def wait_until(condition: Callable[[], bool], *, timeout: float, every: float = 0.02) -> bool:
    """Whether `condition` came true within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, for an error message."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in lines[-count:])


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold `path` alone among all processes. The system frees it when its holder ends, even killed."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
