"""Techniques and phrases: found, printed, thanked."""

import html
from collections.abc import Callable
from typing import Any

import pytest

from cms.accounts.models import User
from interview_toolkit.techniques.models import Phrase, PhraseUse, Situation, TechniqueCourse, Utterance
from tests.factories.accounts import UserFactory
from tests.factories.courses import course_tree
from tests.factories.toolkit import phrase_book, scenario, technique
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]


def text(response: Any) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


@pytest.fixture
def phrases() -> list[Phrase]:
    opening, doubt = (Situation.objects.create(title=title) for title in ("Ouvrir", "Quand elle hésite"))
    return [
        Phrase.objects.create(text="Par quoi commencer ?", kind="ouverture", situation=opening, technique=technique()),
        Phrase.objects.create(text="Vous avez peur de l'été.", kind="reformulation", situation=doubt),
    ]


def test_a_technique_leads_to_where_it_is_learnt_rehearsed_and_said(
    sign_in: Sign, professional: User, phrases: list[Phrase]
) -> None:
    tree, page, interview = course_tree(), technique(), scenario()
    page.utterances.add(Utterance(avoid="Il faut avancer.", instead="Comment voyez-vous la suite ?"))
    page.course_links.add(TechniqueCourse(course=tree.course))
    page.axes = [2]
    page.save()
    shown = text(sign_in(professional).get(page.url))
    for words in ("À éviter", "Il faut avancer.", "À essayer", "2. La personne définit le problème et les solutions"):
        assert words in shown
    for address in (tree.course.url, interview.url, page.card_url):
        assert f'href="{address}"' in shown
    assert "« Par quoi commencer ? »" in shown.replace("\xa0", " ")
    card = text(sign_in(professional).get(page.card_url))
    assert "css/a5.css" in card or "css/a5." in card
    assert sign_in(professional).get("/entretien/carte/INCONNUE/").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [0, 1]), ("?q=ete", [1]), ("?q=HESITE", [1]), ("?q=questions ouvertes", [0]), ("?q=xyzzy", []),
        ("?nature=ouverture", [0]), ("?nature=autre", [0, 1]), ("?situation=999999", [0, 1]), ("?situation=x", [0, 1]),
        ("?q=%00", [0, 1]), ("?q=" + "a" * 5000, [0, 1]),
    ],
)  # fmt: skip
def test_phrases_are_found_by_words_situation_and_kind(
    sign_in: Sign, professional: User, phrases: list[Phrase], query: str, found: list[int]
) -> None:
    answer = sign_in(professional).get(f"{phrase_book().url}{query}")
    assert answer.status_code == 200
    shown = text(answer)
    assert [at for at, phrase in enumerate(phrases) if f'id="phrase-{phrase.pk}"' in shown] == found
    assert ("ignoré" in shown) == ("autre" in query or "situation=" in query or len(query) > 200 or "%00" in query)


def test_what_served_is_counted_once_a_person_and_taken_back(
    sign_in: Sign, professional: User, phrases: list[Phrase]
) -> None:
    book, address = phrase_book(), f"/entretien/phrase/{phrases[0].pk}/servi/"
    client = sign_in(professional)
    assert client.post(f"{address}?q=par", {"served": "1"})["Location"] == f"{book.url}?q=par#phrase-{phrases[0].pk}"
    client.post(address, {"served": "1"})
    PhraseUse.objects.create(person=UserFactory(), phrase=phrases[0])
    shown = text(client.get(book.url))
    assert "a servi à 2 personnes" in shown
    assert shown[shown.index("<main") : shown.index("</main")].count('aria-pressed="true"') == 1
    client.post(address, {"served": "0"})
    assert "a servi à 1 personne" in text(client.get(book.url))
    assert client.post("/entretien/phrase/999999/servi/").status_code == 404
    assert client.get(address).status_code == 405


def test_the_book_asks_the_same_of_the_database_whatever_it_holds(
    sign_in: Sign, professional: User, phrases: list[Phrase], assert_constant_queries: Any
) -> None:
    book, client = phrase_book(), sign_in(professional)

    def grow() -> None:
        for number in range(3):
            situation = Situation.objects.create(title=f"Moment {number}")
            Phrase.objects.create(text=f"Phrase {number}", kind="ouverture", situation=situation, technique=technique())

    assert_constant_queries(lambda: client.get(book.url), grow)
