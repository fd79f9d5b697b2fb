"""Search finds French whatever the accents, and shows where."""

import json
import unicodedata
from html import unescape
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Page
from wagtail.search.backends import get_search_backend
from wagtail.search.models import IndexEntry

from cms.core.highlight import extracts, indexed_texts
from cms.core.text import searchable, words
from cms.pages.models import HomePage, LegalPage

HOSTILE = [
    "\x00",
    "emploi\x00\x00",
    "&|!():*",
    "' OR 1=1 --",
    '"',
    "\\",
    "emploi' & '",
    "((((",
    "%s %(x)s %",
    "\ud800",
    "a" * 10_000,
    "mot " * 5_000,
    "   ",
    "",
    "﷽" * 300,
    "de la les",
    "<script>alert(1)</script>",
]


@pytest.fixture
def home(db: None) -> HomePage:
    return Page.objects.get(depth=1).add_child(instance=HomePage(title="Accueil", slug="accueil-essai"))


def titles(query: Any) -> list[str]:
    return [page.title for page in LegalPage.objects.order_by("title").search(query, order_by_relevance=False)]


def add(home: HomePage, *names: str) -> list[Page]:
    return [home.add_child(instance=LegalPage(title=name, slug=f"page-{n}")) for n, name in enumerate(names)]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("beneficiaire", "Le bénéficiaire"),
        ("BÉNÉFICIAIRES", "Le bénéficiaire"),
        ("accompagner", "L’accompagnement"),
        ("accompagnées", "L’accompagnement"),
        ("oeuvre", "Mettre en œuvre"),
        ("ŒUVRES", "Mettre en œuvre"),
        ("orienter", "Personnes orientées"),
        ("orientees", "Personnes orientées"),
        ("l'orientée", "Personnes orientées"),
        ("droit-garantie", "Droits et garanties"),
        ("r. 262-1", "Article R.262-1"),
    ],
)
def test_words_are_found_by_their_root_whatever_their_accents(home: HomePage, query: str, title: str) -> None:
    add(
        home,
        "Le bénéficiaire",
        "L’accompagnement",
        "Mettre en œuvre",
        "Personnes orientées",
        "Droits et garanties",
        "Article R.262-1",
    )
    assert titles(query) == [title]


def test_all_the_words_must_be_there(home: HomePage) -> None:
    add(home, "Contrat d'engagement", "Contrat aidé")
    assert titles("contrat engagement") == ["Contrat d'engagement"]
    assert titles("contrat") == ["Contrat aidé", "Contrat d'engagement"]


def test_what_is_being_typed_is_completed(home: HomePage) -> None:
    add(home, "Élan vers l'emploi", "Éducation")
    found = LegalPage.objects.all().autocomplete("emploi ela")
    assert [page.title for page in found] == ["Élan vers l'emploi"]


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: repr(query[:12]))
def test_no_query_breaks_the_search(home: HomePage, query: str) -> None:
    page = add(home, "Aller vers l'emploi")[0]
    list(LegalPage.objects.search(query))
    list(LegalPage.objects.autocomplete(query))
    LegalPage.objects.search(query).count()
    assert "<script" not in extracts({page.pk: "Un <script> pour l'emploi"}, query)[page.pk]


def test_the_index_follows_pages_and_can_be_built_again(home: HomePage) -> None:
    page = add(home, "Première version")[0]
    page.title = "Seconde mouture"
    page.body = [("paragraph", "<p>Une clé à molette</p>"), ("list", ["<p>Un cliquet</p>"])]
    page.save_revision().publish()
    assert (titles("premiere"), titles("mouture"), titles("cle cliquet")) == (
        [],
        ["Seconde mouture"],
        ["Seconde mouture"],
    )
    IndexEntry.objects.all().delete()
    call_command("update_index", verbosity=0)
    assert titles("cle cliquet") == ["Seconde mouture"]
    assert indexed_texts([page, home]) == {page.pk: "Une clé à molette · Un cliquet", home.pk: ""}
    page.delete()
    assert titles("mouture") == []


def test_the_text_of_an_extract_sets_blocks_and_cells_apart(home: HomePage) -> None:
    table = {
        "caption": "Qui fait quoi",
        "columns": [{"type": "text", "heading": "Formation"}, {"type": "text", "heading": "Logement"}],
        "rows": [{"values": ["<p>La Région.</p>", "<p>Le Département</p>"]}],
    }
    body = [
        {"type": "heading", "value": {"text": "Aides", "level": "2"}},
        {"type": "table", "value": table},
        {"type": "paragraph", "value": "<p>Demandez toujours.</p>"},
    ]
    page = home.add_child(instance=LegalPage(title="Repères", slug="reperes", body=json.dumps(body)))
    told = "Aides · Qui fait quoi · Formation · Logement · La Région. Le Département · Demandez toujours."
    assert indexed_texts([page]) == {page.pk: told}


def test_extracts_keep_accents_and_mark_every_form_of_the_word(db: None, django_assert_num_queries: Any) -> None:
    texts = {
        1: "L’accompagnement des bénéficiaires : accompagner, c'est être à côté.",
        2: "Rien ici & là.",
        3: "Mis en œuvre avec <b>eux</b>.",
    }
    with django_assert_num_queries(1):
        found = extracts(texts, "accompagnés beneficiaire oeuvre")
    assert found == {
        1: "L’<mark>accompagnement</mark> des <mark>bénéficiaires</mark> : <mark>accompagner</mark>, "
        "c&#x27;est être à côté.",
        2: "Rien ici &amp; là.",
        3: "Mis en <mark>œuvre</mark> avec &lt;b&gt;eux&lt;/b&gt;.",
    }


def test_a_long_text_is_cut_where_it_answers_best(db: None) -> None:
    text = (
        "Un contrat. " + "Du texte sans rapport. " * 40 + "Le contrat d'engagement réciproque. " + "Et la suite. " * 40
    )
    found = extracts({1: text}, "contrat engagement", length=120)[1]
    assert "<mark>contrat</mark> d&#x27;<mark>engagement</mark> réciproque." in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) < 200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(text=st.text(max_size=400), query=st.text(max_size=60), length=st.integers(40, 200))
def test_an_extract_is_the_text_and_nothing_else(db: None, text: str, query: str, length: int) -> None:
    text = text.replace("\x00", "")
    found = extracts({1: text}, query, length=length)[1]
    plain = unescape(found.replace("<mark>", "").replace("</mark>", "")).removeprefix("… ").removesuffix(" …")
    assert plain in " ".join(unicodedata.normalize("NFC", text).split()) or plain.strip() == ""


def test_the_index_and_the_query_see_the_same_words() -> None:
    assert words(searchable("L’idée d'une année_orientées")) == ["l", "ide", "d", "une", "anne", "oriente"]
    assert get_search_backend().config == "french"
