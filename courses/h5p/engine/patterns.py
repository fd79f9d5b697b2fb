"""Patterns written by strangers, tried on texts in a process apart: one made to last, or to eat memory, ends alone.

Semantics may ask that a text fits a regular expression. A few characters are enough to keep a processor busy for ever,
and no library matches in bounded time and memory inside the process that asks.
"""

import contextlib
import json
import select
import subprocess
import sys
from typing import Any, Self

from courses.h5p.engine.archive import Deadline

SECONDS = 0.5
LONGEST_PATTERN = 500
LONGEST_TEXT = 20_000
MOST_LOST = 3
"""Processes ended for taking too long, after which nothing more is tried."""

# Reads one request a line, `[pattern, ignores case, text]`; answers "1", "0", or "?" when the pattern is none.
CHILD = """
import json, re, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (128 * 2**20, 128 * 2**20))
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
for line in sys.stdin:
    pattern, ignores_case, text = json.loads(line)
    try:
        answer = "1" if re.search(pattern, text, re.IGNORECASE if ignores_case else 0) else "0"
    except (re.error, RecursionError, MemoryError, OverflowError, ValueError):
        answer = "?"
    print(answer, flush=True)
"""


class Patterns:
    """The process that tries patterns, started when the first one comes; a context manager, to end it."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.lost = 0
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self._end()

    def fits(self, pattern: object, text: str, *, ignores_case: bool = False) -> bool | None:
        """Whether the pattern is found in the text; None when that could not be told in time."""
        if not isinstance(pattern, str) or len(pattern) > LONGEST_PATTERN or len(text) > LONGEST_TEXT:
            return None
        if self.lost >= MOST_LOST:
            return None
        answer = self._ask(json.dumps([pattern, ignores_case, text]))
        return {"1": True, "0": False}.get(answer)

    def _ask(self, line: str) -> str:
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", CHILD],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
            )  # fmt: skip
        assert self.process.stdin is not None and self.process.stdout is not None  # noqa: S101 - as asked just above
        with contextlib.suppress(OSError):
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()
            if select.select([self.process.stdout], [], [], min(SECONDS, self.deadline.left))[0]:
                answer = self.process.stdout.readline().strip()
                if answer:
                    return answer
        self.lost += 1
        self._end()
        return ""

    def _end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None
