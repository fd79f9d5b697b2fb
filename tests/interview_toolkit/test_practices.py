"""Practices: proposed by anyone, reread, published with thanks, tried and adapted by others."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from wagtail.models import WorkflowState

from cms.accounts.models import User
from cms.roadmap.models import ThemeLink
from interview_toolkit.practices.models import Comment, PracticeIndexPage, PracticePage, Trial
from interview_toolkit.practices.services import try_too
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.courses import theme
from tests.factories.toolkit import practice, room, technique
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]
PROPOSE = "/entretien/pratique/proposer/"


def text(response: Any) -> str:
    return " ".join(html.unescape(response.content.decode()).split()).replace("\xa0", " ")


def said(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Le café d'accueil",
        "context": "On attendait debout.",
        "what_we_did": "Une table, un café.",
        "what_changed": "On parle avant d'entrer.",
        "themes": [theme().pk],
        "techniques": [technique().pk],
    } | changes


@pytest.fixture
def index() -> PracticeIndexPage:
    return room(PracticeIndexPage, "pratiques")


def mails(person: User) -> list[str]:
    return [message.subject for message in mail.outbox if message.to == [person.email]]


def review(sign_in: Sign, reviewer: User, page: PracticePage, action: str, comment: str = "") -> Any:
    """What a reviewer does on the page's own screen."""
    task = page.current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, task.pk])
    return sign_in(reviewer).post(address, {"comment": comment}, follow=True)


def test_a_practice_is_proposed_reread_and_published_with_thanks(
    sign_in: Sign, professional: User, trainer: User, index: PracticeIndexPage
) -> None:
    client = sign_in(professional)
    answer = client.post(PROPOSE, said(), follow=True)
    assert "« Le café d'accueil » est en relecture" in text(answer)
    page = PracticePage.objects.get()
    assert (page.live, page.owner, page.organisation.code) == (False, professional, "MSA")
    assert "En relecture" in text(client.get(index.url))
    assert client.get(page.get_url()).status_code == 404
    assert "Le café d'accueil" in text(sign_in(trainer).get("/admin/"))
    review(sign_in, trainer, page, "approve")
    page.refresh_from_db()
    assert page.live
    assert [message.to for message in mail.outbox][:1] == [[trainer.email]]  # told that it waits
    assert mails(professional) == ["Merci : votre fiche est publiée : Le café d'accueil"]
    shown = text(client.get(page.url))
    for words in ("Une table, un café.", "Mutualité sociale agricole", technique().title, theme().title):
        assert words in shown
    assert page.url in text(client.get(f"/feuille-de-route/{theme().code}/"))
    page.save_revision(user=trainer).publish()
    assert len(mails(professional)) == 1  # thanked once


def test_one_that_is_sent_back_is_told_with_the_reason(
    sign_in: Sign, professional: User, coordinator: User, index: PracticeIndexPage
) -> None:
    client = sign_in(professional)
    client.post(PROPOSE, said())
    page = PracticePage.objects.get()
    review(sign_in, coordinator, page, "reject", "Dites ce qui a changé.")
    assert WorkflowState.objects.get().status == WorkflowState.STATUS_NEEDS_CHANGES
    assert "À reprendre" in text(client.get(index.url))
    (letter,) = [message for message in mail.outbox if message.to == [professional.email]]
    assert "Dites ce qui a changé." in letter.body
    assert "/admin/" not in letter.body


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "Donnez-lui un nom."),
        ({"themes": []}, "Choisissez au moins un thème."),
        ({"themes": ["0"]}, "Ce thème n'existe plus."),
        ({"techniques": ["x"]}, "techniques"),
        ({"what_we_did": "x" * 4_001}, "4000 caractères au plus."),
        ({"context": "Monsieur Lefèvre, 06 12 34 56 78"}, "ressemble au nom de quelqu'un"),
        ({"title": "x" * 200}, "150"),
    ],
)
def test_what_may_not_be_sent_is_said_and_nothing_is_kept(
    sign_in: Sign, professional: User, index: PracticeIndexPage, change: dict[str, Any], words: str
) -> None:
    answer = sign_in(professional).post(PROPOSE, said(**change))
    assert answer.status_code == 422
    assert words in text(answer)
    assert not PracticePage.objects.exists()


def test_the_same_page_sent_twice_is_one_practice(
    sign_in: Sign, professional: User, trainer: User, index: PracticeIndexPage
) -> None:
    client = sign_in(professional)
    key = re.findall(r'name="form_key" value="([^"]+)"', text(client.get(PROPOSE)))
    for _ in range(2):
        answer = client.post(PROPOSE, said(form_key=key), follow=True)
        assert "« Le café d'accueil » est en relecture" in text(answer)
    page = PracticePage.objects.get()
    assert page.form_key is not None
    assert page.copy(update_attrs={"slug": "copie"}).form_key is None
    client.post(PROPOSE, said(form_key=key, title="Autre chose"))
    assert PracticePage.objects.count() == 3


def test_no_more_than_ten_a_day(sign_in: Sign, professional: User, index: PracticeIndexPage) -> None:
    client = sign_in(professional)
    for number in range(11):
        answer = client.post(PROPOSE, said(title=f"Fiche {number}"))
    assert "Vous avez déjà proposé 10 fiches aujourd'hui" in text(answer)
    assert PracticePage.objects.count() == 10


def test_an_adaptation_keeps_its_lineage(sign_in: Sign, professional: User, trainer: User) -> None:
    origin, client = practice(), sign_in(professional)
    shown = text(client.get(f"{PROPOSE}?adapte={origin.pk}"))
    assert "Adapter « Sans dossier »" in shown
    assert "On arrivait avec la liste." in shown
    client.post(f"{PROPOSE}?adapte={origin.pk}", said())
    child = PracticePage.objects.exclude(pk=origin.pk).get()
    assert child.adapted_from == origin
    review(sign_in, trainer, child, "approve")
    child.refresh_from_db()
    assert f'href="{child.url}"' in text(client.get(origin.url))
    assert f'Adaptée de <a href="{origin.url}">' in text(client.get(child.url))
    for odd in ("x", "999999999", "9" * 40, "-1"):
        assert client.get(f"{PROPOSE}?adapte={odd}").status_code == 200


def test_organisations_say_they_try_it_once_a_person(sign_in: Sign, professional: User, lead: User) -> None:
    page, client = practice(), sign_in(professional)
    for _ in range(2):
        client.post(reverse("try_practice", args=[page.pk]), {"trying": "1"})
    try_too(person=lead, practice=page, is_trying=True)
    assert "Mutualité sociale agricole (2 personnes)" in text(client.get(page.url))
    client.post(reverse("try_practice", args=[page.pk]), {"trying": "0"})
    assert Trial.objects.get().person == lead
    assert client.post(reverse("try_practice", args=[0])).status_code == 404


def test_a_word_to_the_author_is_read_by_the_two_of_them(
    sign_in: Sign, professional: User, lead: User, trainer: User
) -> None:
    page = practice(owner=lead)
    client, address = sign_in(professional), reverse("comment_practice", args=[page.pk])
    assert client.post(address, {"text": ""}).status_code == 422
    assert "ressemble à une adresse" in text(client.post(address, {"text": "moi@exemple.fr"}))
    client.post(address, {"text": "Et quand il pleut ?"})
    assert mails(lead) == ["Un mot sur votre fiche : Sans dossier"]
    assert "Et quand il pleut ?" in text(client.get(page.url))
    assert "Et quand il pleut ?" in text(sign_in(lead).get(page.url))
    assert "Et quand il pleut ?" not in text(sign_in(trainer).get(page.url))
    for number in range(10):
        answer = client.post(address, {"text": f"Encore {number}"}, follow=True)
    assert "Vous avez déjà écrit 10 mots aujourd'hui" in text(answer)
    assert Comment.objects.count() == 10
    nobody = practice("Sans auteur")
    answer = client.post(reverse("comment_practice", args=[nobody.pk]), {"text": "Bonjour"}, follow=True)
    assert "n'a plus d'auteur" in text(answer)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Sans dossier", "Une carte"]), ("?q=carte", ["Une carte"]), ("?theme=PRO-01", ["Sans dossier"]),
        ("?technique=QUESTION", ["Une carte"]), ("?structure=CAF", ["Une carte"]), ("?q=xyzzy", []),
        ("?theme=RIEN", ["Sans dossier", "Une carte"]),
    ],
)  # fmt: skip
def test_practices_are_found_by_words_and_facets(
    sign_in: Sign, professional: User, index: PracticeIndexPage, query: str, found: list[str]
) -> None:
    first = practice()
    ThemeLink.objects.create(page_id=first.pk, theme=theme())
    second = practice("Une carte", organisation=OrganisationFactory(code="CAF", name="CAF"))
    second.techniques.set([technique()])
    second.save()
    theme("SEC-99", "Un thème sans fiche")
    shown = text(sign_in(professional).get(f"{index.url}{query}"))
    assert [title for title in ("Sans dossier", "Une carte") if f">{title}</a>" in shown] == found
    assert "Un thème sans fiche" in shown[shown.index("Thèmes qui attendent") :]
    assert ("ignoré" in shown) == ("RIEN" in query)


def test_lists_ask_the_same_whatever_they_hold(
    sign_in: Sign, professional: User, index: PracticeIndexPage, assert_constant_queries: Any
) -> None:
    page, client = practice(owner=professional), sign_in(professional)

    def grow() -> None:
        for number in range(2):
            other = MembershipFactory().person
            child = practice(
                f"Autre {Trial.objects.count()} {number}", adapted_from=page, organisation=OrganisationFactory()
            )
            try_too(person=other, practice=child, is_trying=True)
            try_too(person=other, practice=page, is_trying=True)
            Comment.objects.create(practice=page, person=other, text="Bien.")

    def serve() -> None:
        assert client.get(index.url).status_code == 200
        assert client.get(page.url).status_code == 200

    assert_constant_queries(serve, grow)
