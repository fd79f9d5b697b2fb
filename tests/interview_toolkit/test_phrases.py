"""Techniques and phrases: found, printed, thanked."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from cms.accounts.models import User
from cms.roadmap.models import ThemeLink
from interview_toolkit.techniques.models import Phrase, PhraseUse, Situation, TechniqueCourse, Utterance
from tests.factories.accounts import UserFactory
from tests.factories.courses import course_tree, theme
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


def test_a_search_finds_beginnings_of_words_and_says_when_it_is_too_long(
    sign_in: Sign, professional: User, phrases: list[Phrase]
) -> None:
    client, book = sign_in(professional), phrase_book()
    Phrase.objects.create(text="Avec votre permission, notez-le.", kind="ouverture", situation=phrases[0].situation)

    def found(words: str) -> bool:
        return "permission, notez-le." in text(client.get(book.url, {"q": words}))

    assert [words for words in ("permis", "PERMISSION", "mission", "note", "otez") if found(words)] == [
        "permis",
        "PERMISSION",
        "note",
    ]
    shown = text(client.get(book.url, {"q": "a" * 300}))
    assert "Recherche ignorée : elle est trop longue, 200 caractères au plus." in shown
    assert "n'existe pas ou n'est pas proposée" not in shown


def test_the_book_leads_to_each_situation_and_folds_its_filters(
    sign_in: Sign, professional: User, phrases: list[Phrase]
) -> None:
    shown = text(sign_in(professional).get(phrase_book().url))
    for phrase in phrases:
        assert f'href="#situation-{phrase.situation_id}"' in shown
    assert re.search(r'<details class="outline"> ?<summary>.*?Chercher, filtrer', shown)


def test_techniques_are_filtered_by_family_axis_and_theme(sign_in: Sign, professional: User) -> None:
    client = sign_in(professional)
    asking = technique(axes=[2])
    resuming = technique("RESUME", title="Résumer", family="motivationnel", axes=[2, 4])
    resuming.theme_links.add(ThemeLink(theme=theme()))
    resuming.save()
    address = asking.get_parent().url

    def shown(query: str) -> tuple[str, list[str]]:
        page = text(client.get(f"{address}{query}"))
        return page, [one.title for one in (asking, resuming) if f'href="{one.url}"' in page]

    assert shown("")[1] == [asking.title, resuming.title]
    assert shown("?famille=ecoute")[1] == [asking.title]
    assert shown("?axe=4")[1] == [resuming.title]
    both, titles = shown("?theme=PRO-01&axe=2")
    assert titles == [resuming.title]
    assert f'href="{address}?axe=2"' in both.replace("&amp;", "&")  # each chip removes itself
    assert "1 technique<" in both
    assert "Aucune technique ne correspond" in shown("?famille=ecoute&axe=4")[0]
    odd, titles = shown("?famille=x&axe=9&theme=%00")
    assert titles == [asking.title, resuming.title]
    assert odd.count("ignoré") == 3


def test_the_list_of_techniques_asks_the_same_whatever_it_holds(
    sign_in: Sign, professional: User, assert_constant_queries: Any
) -> None:
    client, address = sign_in(professional), technique().get_parent().url
    assert_constant_queries(
        lambda: client.get(f"{address}?axe=2"),
        lambda: [technique(f"T-{at}", title=f"T {at}", axes=[2]) for at in range(3)],
    )


def test_where_nothing_stands_around_a_technique_says_what_to_do(sign_in: Sign, professional: User) -> None:
    shown = text(sign_in(professional).get(technique().url))
    for words in ("Aucune formation", "Aucune simulation", "Proposez la vôtre", "Aucune grille", "Aucune phrase"):
        assert words in shown


def test_a_card_is_filled_as_far_as_it_goes(sign_in: Sign, professional: User, phrases: list[Phrase]) -> None:
    page, client = technique(), sign_in(professional)
    page.typical_mistakes = ["Enchaîner les questions."]
    page.save()
    card = text(client.get(page.card_url)).replace("\xa0", " ")
    assert "Enchaîner les questions." in card
    assert "« Par quoi commencer ? »" in card
    assert "sur un téléphone, le menu du navigateur" in card
    page.exercise = "Un exercice très long. " * 100
    page.save()
    full = text(client.get(page.card_url))
    assert "Enchaîner les questions." not in full
    assert "Par quoi commencer" not in full


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
