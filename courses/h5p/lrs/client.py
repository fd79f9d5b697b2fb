"""One request to a store, bounded in time and in size. No redirection is followed: the password would go along."""

import email.utils
import http.client
import json
import socket
import ssl
import threading
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from courses.h5p.engine.outward import VERSION
from courses.h5p.lrs.destination import Destination

SILENCE = 10.0  # seconds without a word
LONGEST = 20.0  # seconds for the whole of it, however slowly it speaks
LARGEST = 64 * 1024  # bytes read of an answer
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` is 0 when nothing did, and `reason` then says why, in words.

    `retry_after` is in seconds; `is_slow` tells that it was cut for its slowness.
    """

    status: int
    reason: str = ""
    ids: frozenset[str] = frozenset()
    retry_after: float | None = None
    is_slow: bool = False


def send(destination: Destination, statements: bytes) -> Answer:
    """POST a JSON array of statements. Never raises for what the network or the store does."""
    parts = destination.parts
    account = f"{destination.username}:{destination.password}".encode()
    headers = {
        "Authorization": f"Basic {b64encode(account).decode()}",
        "Content-Type": "application/json",
        "X-Experience-API-Version": VERSION,
        "User-Agent": "Socle",
        "Connection": "close",
    }
    connection = _connection(destination)
    is_late = threading.Event()
    clock: threading.Timer | None = None
    try:
        connection.connect()
        clock = threading.Timer(LONGEST, _cut, (connection.sock, is_late))
        clock.daemon = True
        clock.start()
        connection.request("POST", parts.path, body=statements, headers=headers)
        response = connection.getresponse()
        body = response.read(LARGEST)
        if is_late.is_set():
            raise TimeoutError
        # Cut on the way: what came before the cut says nothing.
        if response.status == 200 and (not body or (response.length and len(body) < LARGEST)):
            return Answer(0, "La réponse du LRS est incomplète.")
        return _read(response.status, body, response.getheader("Retry-After"))
    except (OSError, http.client.HTTPException, ValueError) as error:
        slow = is_late.is_set() or isinstance(error, TimeoutError)
        return Answer(0, _words(error, is_slow=slow), is_slow=slow)
    finally:
        if clock is not None:
            clock.cancel()
        connection.close()


def _connection(destination: Destination) -> http.client.HTTPConnection:
    """A connection, through the proxy of the machine (`HTTPS_PROXY`, `NO_PROXY`) if it has one."""
    parts = destination.parts
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=SILENCE)
    context = ssl.create_default_context()
    proxy = None if urllib.request.proxy_bypass(host) else urllib.request.getproxies().get("https")
    if not proxy:
        return http.client.HTTPSConnection(host, parts.port, timeout=SILENCE, context=context)
    through = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    connection = http.client.HTTPSConnection(
        through.hostname or "", through.port or 8080, timeout=SILENCE, context=context
    )
    headers = {}
    if through.username:
        account = f"{unquote(through.username)}:{unquote(through.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {b64encode(account.encode()).decode()}"
    connection.set_tunnel(host, parts.port or 443, headers=headers)
    return connection


def _cut(sock: socket.socket, is_late: threading.Event) -> None:
    """Whoever is reading finds the end of it. Not `sock.shutdown`: a TLS socket would come apart under the reader."""
    is_late.set()
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return  # already closed


def _read(status: int, body: bytes, retry_after: str | None) -> Answer:
    reason = " ".join(body.decode("utf-8", "replace").replace("\0", "").split())[:LONGEST_REASON]
    return Answer(status, reason, ids=_ids(body), retry_after=_seconds(retry_after))


def _ids(body: bytes) -> frozenset[str]:
    """The identifiers of the statements stored, which is how a store answers (Part Three, 2.1.2)."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return frozenset()
    return frozenset(one.lower() for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()


def _seconds(value: str | None) -> float | None:
    """`Retry-After`: a number of seconds, or a date."""
    if not value:
        return None
    if value.strip().isdecimal() and len(value) < 10:
        return float(value)
    try:
        until = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _words(error: Exception, *, is_slow: bool) -> str:
    if is_slow:
        return "Le LRS met trop de temps à répondre."
    known: list[tuple[type[Exception], Callable[[], str]]] = [
        (socket.gaierror, lambda: "Le nom du LRS est introuvable sur le réseau."),
        (ssl.SSLCertVerificationError, lambda: "Le certificat du LRS n'est pas valable."),
        (ConnectionRefusedError, lambda: "Le LRS refuse la connexion : il est sans doute arrêté."),
    ]
    for kind, words in known:
        if isinstance(error, kind):
            return words()
    return f"La connexion avec le LRS a été coupée ({type(error).__name__})."
