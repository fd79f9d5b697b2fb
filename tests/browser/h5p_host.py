"""Any site that plays H5P: a page with the real core, a package, and the policy our own player has."""

import io
import json
import mimetypes
import zipfile
from contextlib import ExitStack
from typing import Any

from playwright.sync_api import Page, Route

from tests.browser.conftest import AXE, ROOT, RULES, Contexts

HOST = "http://hote.example"
CORE = ROOT / "build" / "npm" / "h5p"
POLICY = (
    f"default-src 'none'; script-src {HOST} 'nonce-host'; style-src {HOST} 'unsafe-inline'; img-src {HOST} data: blob:;"
    f" media-src {HOST} blob:; font-src {HOST} data:; connect-src {HOST}"
)
PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="/core/styles/h5p.css">{styles}
<script nonce="host">window.H5PIntegration = {integration};</script>
<script src="/core/frame.bundle.js"></script>
<script nonce="host">
window.said = [];
H5P.externalDispatcher.on('xAPI', event => window.said.push(JSON.parse(JSON.stringify(event.data.statement))));
</script>{scripts}</head>
<body><a href="#contenu">Aller au contenu</a><main id="contenu" tabindex="-1">
<h1>{title}</h1><div class="h5p-content" data-content-id="7"></div></main></body></html>"""


class Host:
    """One content played in a page of its own; every message of the console and every refused request is a fault."""

    def __init__(self, contexts: Contexts, package: bytes, **options: Any) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(package))
        self.state: dict[str, Any] | None = None
        self.faults: list[str] = []
        self.lent = ExitStack()
        self.page: Page = self.lent.enter_context(contexts.lend(HOST, **options))
        self.page.set_default_timeout(5_000)
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.route("**/*", self._answer)

    def open(self) -> None:
        """Play the content, from the state kept so far."""
        self.page.goto("/")

    def leave(self) -> None:
        """Keep the state, as hosts do, and go."""
        self.state = self.page.evaluate("H5P.instances[0].getCurrentState()")

    def statements(self, verb: str) -> list[dict[str, Any]]:
        ending = f"/{verb}"
        return [one for one in self.page.evaluate("window.said") if one["verb"]["id"].endswith(ending)]

    def ask(self, method: str) -> Any:
        return self.page.evaluate(f"H5P.instances[0].{method}()")

    def axe(self, rules: Any = RULES) -> list[str]:
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text())
        result = self.page.evaluate("options => axe.run(document, options)", {"runOnly": rules})
        return [f"{v['id']}: {v['nodes'][0]['target']}" for v in result["violations"]]

    def scrolls_sideways(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"))

    def close(self) -> None:
        self.lent.close()
        assert not self.faults

    def _answer(self, route: Route) -> None:
        address = route.request.url
        path = address.removeprefix(f"{HOST}/")
        if not address.startswith(HOST):
            self.faults.append(f"leaves the host: {address}")
            route.abort()
        elif not path:
            route.fulfill(body=self._page(), headers={"Content-Security-Policy": POLICY, "Content-Type": "text/html"})
        elif path.startswith("state/"):
            route.fulfill(json={"success": True})
        elif path.startswith("core/"):
            route.fulfill(path=CORE / path.removeprefix("core/"))
        elif path.startswith("package/"):
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            route.fulfill(body=self.archive.read(path.removeprefix("package/")), content_type=kind)
        else:
            route.fulfill(status=404)

    def _page(self) -> str:
        described = json.loads(self.archive.read("h5p.json"))
        needed = described["preloadedDependencies"]
        folders = [f"{one['machineName']}-{one['majorVersion']}.{one['minorVersion']}" for one in needed]
        # Our types need one library, given last in their manifest and loaded first.
        libraries = {folder: json.loads(self.archive.read(f"{folder}/library.json")) for folder in reversed(folders)}
        main = libraries[folders[0]]
        content: dict[str, Any] = {
            "library": f"{main['machineName']} {main['majorVersion']}.{main['minorVersion']}",
            "jsonContent": self.archive.read("content/content.json").decode(),
            "url": f"{HOST}/contenu/7",
            "contentUrl": f"{HOST}/package/content",
            "title": described["title"],
            "metadata": {"title": described["title"], "defaultLanguage": described["defaultLanguage"]},
            "displayOptions": {"frame": False},
            "contentUserData": [{"state": json.dumps(self.state)}] if self.state else [],
        }
        integration = {
            "contents": {"cid-7": content}, "saveFreq": 600, "user": {"name": "abc", "mail": "abc@pseudonyme.invalid"},
            "siteUrl": HOST, "url": HOST, "postUserStatistics": False, "hubIsEnabled": False, "l10n": {"H5P": {}},
            "ajax": {"contentUserData": "/state/:contentId/:dataType/:subContentId", "setFinished": "/state/"},
        }  # fmt: skip
        sheets = [f"{folder}/{one['path']}" for folder, said in libraries.items() for one in said["preloadedCss"]]
        scripts = [f"{folder}/{one['path']}" for folder, said in libraries.items() for one in said["preloadedJs"]]
        return PAGE.format(
            title=described["title"],
            integration=json.dumps(integration).replace("<", "\\u003c"),
            styles="".join(f'<link rel="stylesheet" href="/package/{path}">' for path in sheets),
            scripts="".join(f'<script src="/package/{path}"></script>' for path in scripts),
        )
