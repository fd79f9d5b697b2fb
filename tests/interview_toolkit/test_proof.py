"""The fil de preuve: four counters that never mix, each opening its facts, mine and my organisation's."""

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from cms.accounts.models import User
from cms.roadmap import queries as roadmap_queries
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, ThemeLink
from cms.roadmap.services import record_evidence
from courses.enums import EnrolmentSource
from courses.services import enrol
from interview_toolkit.commitments.models import Commitment
from interview_toolkit.commitments.services import answer, commit_to
from interview_toolkit.observations.services import LASTS, ask_for, save_draft, sign
from tests.factories.accounts import MembershipFactory
from tests.factories.courses import course_tree, theme
from tests.factories.toolkit import grid, practice, technique
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]


def text(response: Any) -> str:
    shown = " ".join(html.unescape(response.content.decode()).split()).replace("\xa0", " ")
    return shown[shown.index("<main") : shown.index("</main")]


def address(kind: str) -> str:
    return f"/feuille-de-route/{theme().code}/preuve/{EvidenceKind(kind).slug}/"


def tried(person: User) -> None:
    page = practice(f"Fiche {Evidence.objects.count()}")
    ThemeLink.objects.create(page_id=page.pk, theme=theme())
    answer(
        commitment=commit_to(person=person, interview="suivi", due_on=timezone.localdate(), practice=page),
        answer="essaye",
    )


def test_each_counter_opens_its_own_facts(sign_in: Sign, professional: User) -> None:
    tree = course_tree(themes=(theme(),))
    enrolment = enrol(person=professional, course=tree.course, source=EnrolmentSource.SELF)
    about = {"person": professional, "themes": [theme().pk]}
    record_evidence(**about, kind=EvidenceKind.TRAINED, source=f"enrolment:{enrolment.pk}")
    tried(professional)
    client = sign_in(professional)
    trained, attempts, read = (text(client.get(address(kind))) for kind in ("trained", "tried", "informed"))
    assert f'<a class="rows__title" href="{tree.course.url}">Socle commun</a>' in trained
    assert "Fiche" not in trained
    assert "Fiche 1" in attempts
    assert "Moi : 1" in attempts
    assert "Moi : 0" in read
    page = text(client.get(f"/feuille-de-route/{theme().code}/"))
    for kind in EvidenceKind.values:
        assert address(kind) in page
    assert address("tried").rsplit("preuve", 1)[0] in text(client.get("/mon-parcours/"))


def test_what_expired_is_shown_and_counts_no_more(sign_in: Sign, professional: User) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    for source, until in (("page:1", yesterday), ("page:2", None)):
        record_evidence(
            person=professional, themes=[theme().pk], kind=EvidenceKind.OBSERVED, source=source, valid_until=until
        )
    shown = text(sign_in(professional).get(address("observed")))
    assert "Moi : 1" in shown
    assert shown.count("Ne compte plus") == 1


def test_an_organisation_shows_from_five_people_and_contents_too(
    sign_in: Sign, professional: User, organisation: Any
) -> None:
    tree, client = course_tree(themes=(theme(),)), sign_in(professional)
    people = [professional]

    def join(number: int) -> None:
        for _ in range(number):
            person = MembershipFactory(organisation=organisation).person
            people.append(person)

    def train(person: User) -> None:
        made = enrol(person=person, course=tree.course, source=EnrolmentSource.SELF)
        record_evidence(person=person, themes=[theme().pk], kind=EvidenceKind.TRAINED, source=f"enrolment:{made.pk}")

    join(3)
    assert "à partir de cinq personnes" in text(client.get(address("trained")))
    assert "Dans ma structure" not in text(client.get(f"/feuille-de-route/{theme().code}/"))
    join(3)
    for person in people[:4]:
        train(person)
    shown = text(client.get(address("trained")))
    assert "7 personnes" in shown
    assert "<b>Moins de 5</b> sur 7 personnes" in shown
    assert "1 contenu à moins de cinq personnes" in shown
    assert ">moins de 5<" in text(client.get(f"/feuille-de-route/{theme().code}/"))
    assert ">moins de 5</a>" in text(client.get("/mon-parcours/"))
    train(people[4])
    assert "5 personnes" in text(client.get(address("trained")))
    assert not [person for person in people[1:] if person.email in text(client.get(address("trained")))]
    assert "Dans ma structure" in text(client.get(f"/feuille-de-route/{theme().code}/"))


@pytest.mark.parametrize("odd", ["preuve/autre/", "preuve/trained/", "preuve/forme/../", "preuve/%00/"])
def test_what_is_no_counter_is_not_found(sign_in: Sign, professional: User, odd: str) -> None:
    assert sign_in(professional).get(f"/feuille-de-route/{theme().code}/{odd}").status_code == 404


def test_facts_ask_the_same_whatever_their_number(
    sign_in: Sign, professional: User, organisation: Any, assert_constant_queries: Any
) -> None:
    for _ in range(5):
        MembershipFactory(organisation=organisation)
    client = sign_in(professional)
    tried(professional)
    tried(MembershipFactory(organisation=organisation).person)

    def grow() -> None:
        tried(professional)
        tried(MembershipFactory(organisation=organisation).person)

    def serve() -> None:
        for where in (address("tried"), f"/feuille-de-route/{theme().code}/"):
            assert client.get(where).status_code == 200

    assert_constant_queries(serve, grow)


def test_a_large_organisation_is_counted_once_a_minute(
    sign_in: Sign, professional: User, organisation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roadmap_queries, "LARGE", 5)
    cache.clear()
    people = [professional, *(MembershipFactory(organisation=organisation).person for _ in range(5))]
    client, known = sign_in(professional), theme()

    def tell(those: list[User], source: str) -> None:
        for person in those:
            record_evidence(person=person, themes=[known.pk], kind=EvidenceKind.TRIED, source=source)

    tell(people[:5], "page:1")
    assert "<b>5</b> sur 6 personnes" in text(client.get(address("tried")))
    tell(people[5:], "page:1")
    assert "<b>5</b> sur 6 personnes" in text(client.get(address("tried")))  # counted less than a minute ago
    cache.clear()
    assert "<b>6</b> sur 6 personnes" in text(client.get(address("tried")))


def test_what_is_mine_opens_as_mine(sign_in: Sign, professional: User, trainer: User) -> None:
    ThemeLink.objects.create(page_id=technique().pk, theme=theme())
    made = ask_for(person=professional, observer=trainer, grid=grid(), setting="reel")
    about = {"observer": trainer, "public_id": made.public_id}
    save_draft(**about, levels={"C1": 2, "C2": None, "C3": 0}, remarks=[], held_on=timezone.localdate())
    sign(**about)
    tried(professional)
    client, commitment = sign_in(professional), Commitment.objects.get()
    shown = text(client.get(address("observed")))
    assert f'href="{made.get_absolute_url()}"' in shown
    assert "valable jusqu'au" in shown
    assert f'href="{commitment.get_absolute_url()}"' in text(client.get(address("tried")))
    assert Evidence.objects.get(kind="observed").valid_until == timezone.localdate() + LASTS
