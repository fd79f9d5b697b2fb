"""The clients: signed-in people asking for pages over loopback, several at once."""

import http.client
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

CSRF = "0123456789abcdefghijklmnopqrstuv"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: whose session, what, and the body of a POST."""

    path: str
    session: str = ""
    body: str | None = None
    content_type: str = "application/x-www-form-urlencoded"
    expected: tuple[int, ...] = (200,)

    @property
    def headers(self) -> dict[str, str]:
        cookies = [f"csrftoken={CSRF}"]
        if self.session:
            cookies.append(f"sessionid={self.session}")
        headers = {"Cookie": "; ".join(cookies), "Accept-Encoding": "gzip"}
        if self.body is not None:
            headers |= {"Content-Type": self.content_type, "X-CSRFToken": CSRF}
        return headers


@dataclass
class Slice:
    """What a burst of requests gave: seconds of each, bytes received, whole duration, processor time."""

    latencies: list[float] = field(default_factory=list)
    received: int = 0
    seconds: float = 0.0
    processor: float = 0.0


class WrongAnswer(Exception):
    pass


def send(connection: http.client.HTTPConnection, ask: Ask, **extra: str) -> http.client.HTTPResponse:
    method = "GET" if ask.body is None else "POST"
    connection.request(method, ask.path, ask.body, ask.headers | extra)
    return connection.getresponse()


def checked(connection: http.client.HTTPConnection, ask: Ask) -> int:
    """Send, refuse any other answer than the one expected, return the bytes received."""
    response = send(connection, ask)
    body = response.read()
    if response.status not in ask.expected:
        raise WrongAnswer(
            f"{ask.path} : {response.status} (attendu : {ask.expected}), {response.getheader('Location')}"
        )
    return len(body) + sum(len(name) + len(value) + 4 for name, value in response.getheaders())


def burst(port: int, asks: Iterator[Ask], *, clients: int, seconds: float, between: Callable[[], None] | None) -> Slice:
    """Let `clients` ask one after the other, without a pause, for `seconds` or until there is nothing left to ask."""
    result, lock, errors = Slice(), threading.Lock(), []
    deadline = time.perf_counter() + seconds

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            while time.perf_counter() < deadline:
                with lock:
                    ask = next(asks, None)
                if ask is None:
                    return
                if between:
                    between()
                start = time.perf_counter()
                size = checked(connection, ask)
                spent = time.perf_counter() - start
                with lock:
                    result.latencies.append(spent)
                    result.received += size
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - start
    if errors:
        raise errors[0]
    return result


def queries_of(port: int, ask: Ask) -> int:
    """How many SQL statements one request costs, as the middleware of the bench counts them."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    response = send(connection, ask, **{"X-Bench": "1"})
    response.read()
    connection.close()
    return int(response.getheader("X-Queries", "-1"))


def forever(asks: list[Ask], seed: int) -> Iterator[Ask]:
    """The same asks again and again, each time in another order."""
    order = random.Random(seed)
    while True:
        yield from order.sample(asks, k=len(asks))
