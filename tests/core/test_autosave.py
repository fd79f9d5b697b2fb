"""A new page saved by hand while Wagtail saves it by itself is one page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import nested_form_data

from cms.accounts.models import User
from interview_toolkit.triads.models import TriadIndexPage
from tests.factories.toolkit import toolkit
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]
JSON = {"Accept": "application/json"}


def page_named(title: str, slug: str = "triades") -> dict[str, Any]:
    return nested_form_data({"title": title, "slug": slug, "lead": "", "comments": {
        "TOTAL_FORMS": "0", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "",
    }})  # fmt: skip


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(TriadIndexPage, "max_count", None)  # any page would do
    return reverse("wagtailadmin_pages:add", args=["triads", "triadindexpage", toolkit().pk])


def test_what_the_button_sends_replaces_the_draft(sign_in: Sign, administrator: User, address: str) -> None:
    client = sign_in(administrator)
    client.post(address, page_named("Tria"), headers=JSON)
    assert TriadIndexPage.objects.get().title == "Tria"
    answer = client.post(address, page_named("Triades"))
    assert answer.status_code == 302
    assert [page.title for page in TriadIndexPage.objects.all()] == ["Triades"]


def test_an_older_draft_or_somebody_else_s_stays(
    sign_in: Sign, administrator: User, coordinator: User, address: str
) -> None:
    sign_in(administrator).post(address, page_named("La mienne"), headers=JSON)
    assert sign_in(coordinator).post(address, page_named("La leur")).status_code != 302
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        assert sign_in(administrator).post(address, page_named("Autre")).status_code != 302
    assert [page.title for page in TriadIndexPage.objects.all()] == ["La mienne"]
