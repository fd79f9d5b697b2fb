"""The log: one line for what is refused, a traceback for what is broken."""

import logging
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.handlers.exception import response_for_exception
from django.http import HttpResponse
from django.test import RequestFactory

from cms.accounts.models import User
from cms.core.logs import RefusalsInOneLine


@pytest.fixture
def log() -> Any:
    """What the site's own handler writes, whatever pytest does with the root logger."""
    handler = logging.StreamHandler(StringIO())
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["refusals"]
    handler.addFilter(RefusalsInOneLine())
    handler.setFormatter(logging.Formatter("{levelname} {name} {message}", style="{"))
    logging.getLogger().addHandler(handler)
    yield handler.stream
    logging.getLogger().removeHandler(handler)


def answer_to(error: Exception) -> HttpResponse:
    try:
        raise error
    except Exception as raised:
        return response_for_exception(RequestFactory().get("/quelque/%25s/"), raised)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (PermissionDenied("non"), "WARNING django.request Forbidden (Permission denied): /quelque/%s/\n"),
        (
            RequestDataTooBig("Request body exceeded"),
            "ERROR django.security.RequestDataTooBig Request body exceeded /quelque/%s/\n",
        ),
    ],
)
def test_a_refusal_is_one_line(db: None, log: StringIO, error: Exception, line: str) -> None:
    assert answer_to(error).status_code in (400, 403)
    assert log.getvalue() == line


def test_a_fault_of_ours_keeps_its_traceback(log: StringIO) -> None:
    try:
        raise ZeroDivisionError("oh")
    except ZeroDivisionError:
        logging.getLogger("django.request").error("Internal", exc_info=True, extra={"status_code": 500})
        logging.getLogger("cms").warning("Outbox", exc_info=True)
    assert log.getvalue().count("Traceback") == 2


def test_a_forbidden_page_is_said_once(sign_in: Any, professional: User, log: StringIO) -> None:
    assert sign_in(professional).get("/admin/").status_code == 403
    assert log.getvalue() == "WARNING django.request Forbidden (Permission denied): /admin/\n"
