"""The real site for a browser: demo content in a database of its own, served by granian, driven through Chromium.

Nothing here reaches into the process under test: what a test learns, it reads on the screen, with
`manage.py progress`, or in the mail that waits in the outbox.
"""

import json
import os
import select
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from psycopg import sql

from tests.database import DEMO_MEDIA, clone, demo_environment, dsn, ensure_demo

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
WIDTHS = {"phone": 320, "desk": 1280}
# A theme changes colours only: what does not depend on them is asked once.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium they are skipped, loudly. They come together, so that a site and a browser are started once."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not find_chromium():
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed: the browser tests did NOT run"))
    items.sort(key=lambda item: here not in item.path.parents)


@dataclass(frozen=True)
class LiveSite:
    """A running site: its address, and its database for what no screen shows."""

    base: str
    dsn: str
    password: str
    manager: subprocess.Popen[str]
    cookies: dict[str, list[Any]] = field(default_factory=dict)

    def manage(self, *arguments: str) -> str:
        """What this command of `manage.py` prints."""
        assert self.manager.stdin
        assert self.manager.stdout
        print(json.dumps(arguments), file=self.manager.stdin, flush=True)
        answer = json.loads(self.manager.stdout.readline())
        assert "printed" in answer, answer["failed"]
        return answer["printed"]

    def progress(self, email: str) -> list[dict[str, Any]]:
        return json.loads(self.manage("progress", email, "--json"))

    def outbox(self, address: str) -> list[str]:
        """The payloads of the mails to `address` that wait or were sent, oldest first."""
        rows = self.rows("SELECT payload::text FROM core_outboxmessage ORDER BY id")
        return [row[0] for row in rows if address in row[0]]

    def rows(self, query: LiteralString) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn) as database:
            return database.execute(query).fetchall()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str, server: subprocess.Popen[bytes], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            select.select([], [], [], 0.1)  # not yet: leave the processor to the server
    raise AssertionError(f"the site does not answer at {address} (exit code {server.poll()})")


@pytest.fixture(scope="package")
def live_site(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    name = f"socle_browser_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock():
        clone(name, template=ensure_demo())
        database = dsn(name)
        environment = os.environ | demo_environment(name, media)
    shutil.copytree(DEMO_MEDIA, media, dirs_exist_ok=True)
    port = free_port()
    environment["BASE_URL"] = f"http://127.0.0.1:{port}"
    manager = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.manager"],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    site = LiveSite(environment["BASE_URL"], database, settings.DEMO_PASSWORD, manager)
    log_path = tmp_path_factory.mktemp("granian") / "log"
    log = log_path.open("wb")
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
         "--workers", "1", "--blocking-threads", "4", "cms.wsgi:application"],
        cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        wait_for(f"{site.base}/healthz", server)
        yield site
    finally:
        manager.communicate(timeout=20)  # the end of its input ends it
        server.terminate()
        server.wait(20)
        log.close()
        print(log_path.read_text()[-6000:])  # shown by pytest when a test fails
        with psycopg.connect(database, dbname="postgres", autocommit=True) as server_connection:
            server_connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


class Contexts:
    """Profiles of one browser, lent to a person after another: a new one costs more than most of its pages do.

    The next person finds the files its pages needed, and nothing of the person before.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.idle: list[tuple[dict[str, Any], BrowserContext]] = []

    @contextmanager
    def lend(self, site: str, **options: Any) -> Iterator[Page]:
        """A first page, open on nothing yet, of a person who was never at `site`."""
        wanted = {"base_url": site, "locale": "fr-FR", **options}
        at = next((at for at, (made, _) in enumerate(self.idle) if made == wanted), None)
        context = self.browser.new_context(**wanted) if at is None else self.idle.pop(at)[1]
        page = context.new_page()
        if at is not None:
            storage = {"origin": site, "storageTypes": "local_storage,indexeddb"}
            context.new_cdp_session(page).send("Storage.clearDataForOrigin", storage)
        try:
            yield page
        finally:
            for one in context.pages:
                one.close()
            context.set_offline(False)
            context.clear_cookies()
            self.idle.append((wanted, context))


@pytest.fixture(scope="package")
def contexts(live_site: LiveSite) -> Iterator[Contexts]:
    # Playwright keeps an event loop in this thread. Django refuses to touch the database there, and knows other
    # connections inside the loop than outside: none may stay open when one is left for the other.
    connections.close_all()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield Contexts(chromium)
        chromium.close()
        connections.close_all()


class Visitor:
    """A person before a screen; every console message, refused request and request leaving the site is a fault."""

    def __init__(self, contexts: Contexts, site: LiveSite, **options: Any) -> None:
        self.site = site
        self.faults: list[str] = []
        self.lent = ExitStack()
        self.page: Page = self.lent.enter_context(contexts.lend(site.base, **options))
        self.context: BrowserContext = self.page.context
        self.context.set_default_timeout(15_000)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("request", self._request)
        self.page.on("response", self._response)
        self.expected_statuses: set[int] = set()

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(f"console {message.type} at {self.page.url}: {message.text}")

    def _response(self, response: Any) -> None:
        if response.status >= 400 and response.status not in self.expected_statuses:
            self.faults.append(f"{response.status} for {response.url}")

    def _request(self, request: Any) -> None:
        if request.url.startswith("http") and not request.url.startswith(self.site.base):
            self.faults.append(f"leaves the machine: {request.url}")

    def sign_in(self, email: str, password: str | None = None) -> None:
        self.page.goto("/compte/login/")
        self.page.fill("input[name=login]", email)
        self.page.fill("input[name=password]", password or self.site.password)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/compte/login" not in url)

    def arrive(self, email: str) -> None:
        """Come back signed in, as people are most days; by the door the first time."""
        if email in self.site.cookies:
            self.context.add_cookies(self.site.cookies[email])
        else:
            self.sign_in(email)
            self.site.cookies[email] = self.context.cookies()

    def axe(self, rules: Any = RULES) -> list[str]:
        """The violations of the page as it stands: rule, impact, first place."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text())
        options = {"runOnly": rules, "resultTypes": ["violations"], "iframes": False}
        result = self.page.evaluate("options => axe.run(document, options)", options)
        return [f"{v['id']} ({v['impact']}): {v['nodes'][0]['target']}" for v in result["violations"]]

    def scrolls_sideways(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"))

    def assert_sound(self) -> None:
        """No fault since the last time this was asked."""
        faults, self.faults[:] = list(self.faults), []
        assert not faults, "\n".join(faults)

    def close(self) -> None:
        self.lent.close()
        self.assert_sound()


@pytest.fixture
def visit(contexts: Contexts, live_site: LiveSite) -> Iterator[Any]:
    """Open a browser for one person: `visit(java_script_enabled=False, color_scheme="dark", …)`."""
    visitors: list[Visitor] = []

    def _visit(**options: Any) -> Visitor:
        visitors.append(Visitor(contexts, live_site, **options))
        return visitors[-1]

    yield _visit
    for visitor in visitors:
        visitor.close()
