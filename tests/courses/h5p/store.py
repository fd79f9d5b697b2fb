"""A small Learning Record Store, on a real socket: strict about xAPI, and failing when told to."""

import base64
import json
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.courses.h5p.xapi_rules import faults

ACCOUNT = ("socle", "mot de passe été")


class Store(ThreadingHTTPServer):
    """`orders` are what to do instead of answering well, one for each request: see `Handler`. `bad` refuses."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statements: dict[str, Any] = {}
        self.received: Counter[str] = Counter()
        self.sizes: list[int] = []
        self.orders: deque[Any] = deque()
        self.is_bad: Callable[[Any], bool] = lambda statement: False
        self.guard = threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/xapi/"

    def take(self, batch: list[Any]) -> tuple[int, Any]:
        """All of it or nothing (Part Three, 2.1.2)."""
        wrong = [fault for one in batch for fault in faults(one)]
        identifiers = [one["id"] for one in batch]
        with self.guard:
            self.received.update(identifiers)
            if wrong or len(set(identifiers)) != len(identifiers):
                return 400, wrong or "twice in the batch"
            if any(self.is_bad(one) for one in batch):
                return 400, {"message": "statement refused"}
            if any(self.statements.get(one["id"], one) != one for one in batch):
                return 409, "same id, something else"
            self.statements.update({one["id"]: one for one in batch})
        return 200, identifiers


class Handler(BaseHTTPRequestHandler):
    server: Store
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"]))
        account = base64.b64encode(":".join(ACCOUNT).encode()).decode()
        if self.headers["Authorization"] != f"Basic {account}":
            return self.answer(401, "no")
        if self.path != "/xapi/statements":
            return self.answer(404, "nothing here")
        if self.headers["X-Experience-API-Version"] != "1.0.3" or self.headers["Content-Type"] != "application/json":
            return self.answer(400, "headers")
        batch = json.loads(text)
        self.server.sizes.append(len(batch))
        order = self.server.orders.popleft() if self.server.orders else None
        match order:
            case None:
                return self.answer(*self.server.take(batch))
            case int():
                return self.answer(order, "as told")
            case (int(), dict()):
                return self.answer(order[0], "as told", order[1])
            case "page":  # a portal that answers for the store
                return self.answer(200, "<html>")
            case "flood":
                return self.answer(503, "x" * 5_000_000)
            case "cut":  # stores, and the answer does not come whole
                status, body = self.server.take(batch)
                return self.answer(status, body, {"Content-Length": "1000"}, is_last=True)
            case "drip":  # never silent, never done
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                for _ in range(100):
                    time.sleep(0.1)
                    self.wfile.write(b"X-Slow: 1\r\n")
                return None
            case "silence":
                return time.sleep(2)
            case "slow":
                time.sleep(0.4)
                return self.answer(*self.server.take(batch))
            case "drop":  # stores, and the line is cut
                self.server.take(batch)
            case _:
                self.server.take(batch)
                order()
        self.close_connection = True
        return None

    def answer(self, status: int, body: Any, headers: dict[str, str] | None = None, is_last: bool = False) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(text)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)
        self.close_connection = self.close_connection or is_last

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            return  # whoever asked is gone, as some tests want

    def log_message(self, *args: Any) -> None:
        """Tests say enough."""
