"""The search: what answers, counted by theme and kind, for who may see it."""

from html import unescape

import pytest
from wagtail.models import Page

from cms.pages.models import InformationPage, InformationSectionPage
from cms.pages.search import search_site
from courses.models import LessonPage

pytestmark = pytest.mark.django_db
URL = "/socle/recherche/"


def results(client, **query):
    return client.get(URL, query).context["results"]


def html_of(response):
    return unescape(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def titles(found):
    return [item.page.title.replace("\N{NO-BREAK SPACE}", " ") for item in found.items]


def counts(facets):
    return {facet.label: facet.count for facet in facets}


def test_words_are_found_whatever_accents_and_endings(demo, sign_in, professional):
    client = sign_in(professional)

    for query in ("contrats d'engagement", "CONTRAT ENGAGEMENT", "contrat d’engagement"):
        assert "Le contrat d'engagement et les heures d'activité" in titles(results(client, q=query)), query
    assert results(client, q="beneficiaire").count == results(client, q="bénéficiaires").count > 0


def test_pages_courses_lessons_and_glossary_answer_together(demo, sign_in, professional):
    found = results(sign_in(professional), q="contrat")

    assert {"Repère", "Procédure", "Formation", "Leçon", "Glossaire"} <= set(counts(found.kinds))
    assert "CER" in [item.term.term for item in found.terms]
    assert sum(facet.count for facet in found.kinds) == found.count


def test_the_words_that_answered_are_marked_in_the_extract(demo, sign_in, professional):
    page = sign_in(professional).get(URL, {"q": "immersion"}).content.decode()

    assert "<mark>immersion</mark>" in page.lower()


def test_a_lesson_names_its_course(demo, sign_in, professional):
    response = sign_in(professional).get(URL, {"q": "contrat", "nature": "lecon"})
    items = response.context["results"].items

    assert items
    for item in items:
        assert item.whole == item.page.get_parent().get_parent().title
        assert f"Leçon · {item.whole}" in html_of(response)


def test_filters_add_up_and_each_can_be_removed(demo, sign_in, professional):
    client = sign_in(professional)
    every = results(client, q="contrat")

    of_theme = results(client, q="contrat", theme="SEC-04")
    of_both = results(client, q="contrat", theme="sec-04", nature="procedure")

    assert counts(every.themes)["Référent et suivi sans rupture"] == of_theme.count
    assert counts(of_theme.kinds)["Procédure"] == of_both.count == len(titles(of_both))
    assert "Manquements et sanctions : informer juste" in titles(of_both)
    assert [chip["label"] for chip in of_both.chips] == ["Procédure", "Référent et suivi sans rupture"]
    assert of_both.chips[0]["url"] == "?q=contrat&theme=SEC-04"


def test_a_filter_under_which_nothing_answers_is_shown_and_can_be_removed(demo, sign_in, professional):
    client = sign_in(professional)
    found = results(client, q="immersion", theme="PRO-03", nature="page-legale")
    html = client.get(URL, {"q": "immersion", "theme": "PRO-03", "nature": "page-legale"}).content.decode()

    assert (found.count, counts(found.kinds)["Page légale"]) == (0, 0)
    assert [(chip["label"], chip["url"]) for chip in found.chips] == [
        ("Page légale", "?q=immersion&theme=PRO-03"),
        ("Coopération et outils partagés", "?q=immersion&nature=page-legale"),
    ]
    assert "Rien avec ces filtres" in html


def test_an_unknown_filter_counts_for_nothing_and_is_said(demo, sign_in, professional):
    client = sign_in(professional)
    said = "Filtre « {} » ignoré : cette valeur n'existe pas ou n'est pas proposée ici."
    every = results(client, q="contrat")

    found = results(client, q="contrat", theme="zz", nature="recette")
    html = html_of(client.get(URL, {"q": "contrat", "theme": "zz", "nature": "recette"}))

    assert (found.count, found.chips) == (every.count, [])
    assert found.ignored == [said.format("Thème"), said.format("Nature")]
    assert all(sentence in html for sentence in found.ignored)
    assert all("zz" not in facet.url and "recette" not in facet.url for facet in [*found.kinds, *found.themes])
    assert "Pour commencer" in client.get(URL, {"theme": "zz"}).content.decode()


def test_a_lesson_has_the_themes_of_its_course(demo, sign_in, professional):
    found = results(sign_in(professional), q="garanties observations", theme="SEC-05", nature="lecon")

    assert "Garanties et observations" in titles(found)


def test_a_theme_alone_lists_what_speaks_of_it(demo, sign_in, professional):
    found = results(sign_in(professional), theme="EMP-02")

    assert set(titles(found)) == {"IAE et immersions : mettre le travail dans le parcours", "Orienter vers l'IAE"}


def test_without_an_account_only_public_pages_answer(demo, client):
    found = results(client, q="emploi")

    assert set(counts(found.kinds)) <= {"Repère", "Page légale", "Glossaire"}
    assert {item.page.title for item in found.items} <= {
        "Le SPIE de la Manche en bref",
        "Du SPIE au réseau pour l'emploi",
        "Mentions légales",
        "Données personnelles",
        "Déclaration d'accessibilité",
    }
    assert not any(isinstance(item.page, LessonPage) for item in found.items)


def test_drafts_never_answer(demo, sign_in, professional):
    client = sign_in(professional)
    assert "Repérer le non-recours" in titles(results(client, q="non-recours"))

    InformationPage.objects.get(slug="non-recours-reperer").unpublish()

    assert "Repérer le non-recours" not in titles(results(client, q="non-recours"))


def test_when_no_page_holds_every_word_those_that_hold_some_are_given(demo, sign_in, professional):
    found = results(sign_in(professional), q="immersion zzzzqqq")

    assert found.is_partial
    assert found.count


def test_a_word_being_typed_already_answers(demo, sign_in, professional):
    client = sign_in(professional)
    assert titles(results(client, q="preparer un prem")) == ["Préparer un premier entretien"]
    html = client.get(URL, {"q": "preparer un prem"}).content.decode()
    assert 'id="resultats"' in html
    assert 'id="annonce">1 résultat</p>' in html


def test_nothing_found_says_what_to_try(demo, sign_in, professional):
    page = sign_in(professional).get(URL, {"q": "zzzzqqq"}).content.decode()

    assert "Rien ne répond" in page
    assert "q=orientation" in page


def test_the_empty_search_suggests_where_to_start(demo, sign_in, professional):
    assert "Pour commencer" in sign_in(professional).get(URL).content.decode()


def test_results_are_paged_and_the_filters_follow(demo, sign_in, professional):
    client = sign_in(professional)
    first = client.get(URL, {"q": "personne"})
    last = results(client, q="personne", page="999")

    assert len(first.context["results"].items) == 10
    assert "q=personne&amp;page=2" in first.content.decode()
    assert last.page.number == last.page.paginator.num_pages


HOSTILE = ["\x00", "' OR 1=1 --", "&|!():*", "\\", "%", "a" * 5_000, "é " * 2_000, "<script>alert(1)</script>", "-"]


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_query_is_only_a_query(demo, sign_in, professional, query):
    client = sign_in(professional)

    for name in ("q", "theme", "nature", "page"):
        assert client.get(URL, {"q": "contrat", name: query}).status_code == 200, name


def test_more_hits_cost_no_more_queries(demo, sign_in, professional, assert_constant_queries):
    client = sign_in(professional)
    section = InformationSectionPage.objects.get(slug="emploi")

    def grow():
        for number in range(12):
            section.add_child(
                instance=InformationPage(title=f"Contrat {number}", summary="contrat", slug=f"contrat-{number}")
            )

    assert assert_constant_queries(lambda: client.get(URL, {"q": "contrat"}), grow) <= 20


def test_a_page_moved_under_another_keeps_answering(demo, professional):
    page = InformationPage.objects.get(slug="spie-manche")
    page.move(InformationSectionPage.objects.get(slug="emploi"), pos="last-child")

    found = search_site(text="SPIE Manche bref", theme="", kind="", number="", user=professional)

    assert Page.objects.get(pk=page.pk).url in [item.page.url for item in found.items]
