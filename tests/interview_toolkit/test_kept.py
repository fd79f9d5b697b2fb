"""A page of the toolkit that people used is not deleted: the publishing tools say why, one page or several at once."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from cms.accounts.models import User
from interview_toolkit.commitments.services import commit_to
from interview_toolkit.observations.models import ObservationStepPage
from interview_toolkit.observations.services import ask_for, save_draft, sign
from interview_toolkit.practices.services import comment, try_too
from interview_toolkit.simulations.services import start_play
from interview_toolkit.triads.services import open_triad
from tests.factories.accounts import UserFactory
from tests.factories.courses import course_tree
from tests.factories.toolkit import grid, practice, scenario, technique
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]


def played() -> Page:
    page = scenario()
    start_play(person=UserFactory(), scenario=page)
    return page


def committed(**to: Any) -> None:
    commit_to(person=UserFactory(), interview="suivi", due_on=timezone.localdate(), **to)


def promised() -> Page:
    page = technique()
    committed(technique=page)
    return page


def practised() -> Page:
    page = practice()
    committed(practice=page)
    return page


def tried() -> Page:
    page = practice()
    try_too(person=UserFactory(), practice=page, is_trying=True)
    return page


def written_about() -> Page:
    page = practice(owner=UserFactory())
    comment(person=UserFactory(), practice=page, text="Merci.")
    return page


def rehearsed() -> Page:
    page = grid()
    open_triad(person=UserFactory(), grid=page, role="observateur")
    return page


def asked_by_a_course() -> Page:
    page = grid()
    course_tree().modules[0].add_child(instance=ObservationStepPage(title="Être observé", slug="observe", grid=page))
    return page


@pytest.mark.parametrize(
    ("used", "why"),
    [
        (played, "jouée"),
        (promised, "engagées à l'essayer"),
        (practised, "engagées à l'essayer"),
        (tried, "des équipes disent l'essayer"),
        (written_about, "écrit à son auteur"),
        (rehearsed, "des triades"),
    ],
)
def test_what_was_used_stays_and_the_reason_is_said(
    sign_in: Sign, administrator: User, used: Callable[[], Page], why: str
) -> None:
    page, client = used(), sign_in(administrator)
    one = client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]), follow=True)
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    several = client.post(f"{bulk}?id={page.pk}&next=/admin/", follow=True)
    for answer in (one, several):
        shown = html.unescape(answer.content.decode())
        assert "ne peut pas être supprimée" in shown
        assert why in shown
    above = page.get_parent()
    client.post(reverse("wagtailadmin_pages:delete", args=[above.pk]))
    assert Page.objects.filter(pk=page.pk).exists()


def test_what_a_course_asks_for_stays(sign_in: Sign, administrator: User) -> None:
    """Chosen among several, Wagtail itself refuses it first: its own index knows the step."""
    page, client = asked_by_a_course(), sign_in(administrator)
    one = client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]), follow=True)
    assert "une étape d'une formation la demande" in html.unescape(one.content.decode())
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    client.post(f"{bulk}?id={page.pk}&next=/admin/")
    assert Page.objects.filter(pk=page.pk).exists()


def test_a_technique_that_was_seen_stays(sign_in: Sign, professional: User, trainer: User, administrator: User) -> None:
    made = ask_for(person=professional, observer=trainer, grid=grid(), setting="reel")
    about = {"observer": trainer, "public_id": made.public_id}
    save_draft(**about, levels={"C1": 2, "C2": None, "C3": 0}, remarks=[], held_on=timezone.localdate())
    sign(**about)
    seen = technique()
    sign_in(administrator).post(reverse("wagtailadmin_pages:delete", args=[seen.pk]))
    assert Page.objects.filter(pk=seen.pk).exists()


def test_what_nobody_used_goes(sign_in: Sign, administrator: User) -> None:
    page = practice()
    sign_in(administrator).post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    assert not Page.objects.filter(pk=page.pk).exists()
