"""A test client that looks at the HTML it receives as the browser's security policy would."""

import re
from typing import Any

from django.http import HttpResponse
from django.template import engines
from django.test import Client, TestCase

UNDEFINED = "⟦undefined %s⟧"

FAULTS = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(ld\+)?json\")[^>]*>", re.I),
    "inline style": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"<[^>]+\sstyle=", re.I),
    "inline handler": re.compile(r"<[^>]+\son[a-z]+=", re.I),
    "template syntax left over": re.compile(r"\{\{|\{%|%\}"),
    "undefined template variable": re.compile("⟦undefined [^⟧]*⟧"),
}


class StrictClient(Client):
    """Runs on-commit callbacks as a real request would, and refuses faulty HTML outside /admin/."""

    def request(self, **request: Any) -> HttpResponse:
        path = request.get("PATH_INFO", "")
        engine = engines["django"].engine
        undefined = engine.string_if_invalid
        if path.startswith("/admin/"):
            engine.string_if_invalid = ""  # Wagtail's templates count on it
        try:
            with TestCase.captureOnCommitCallbacks(execute=True):
                response = super().request(**request)
        finally:
            engine.string_if_invalid = undefined
        is_html = response.get("Content-Type", "").startswith("text/html")
        if is_html and not response.streaming and not path.startswith("/admin/"):
            html = response.content.decode()
            found = {name: match[0] for name, rule in FAULTS.items() if (match := rule.search(html))}
            assert not found, f"{path}: {found}"
        return response
