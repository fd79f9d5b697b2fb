"""The information base on the demonstration content: every page answers, reads and search behave."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from wagtail.models import Page

from cms.accounts.models import Organisation
from cms.pages.models import (
    GlossaryTerm,
    InformationIndexPage,
    InformationPage,
    InformationSectionPage,
    InformationSource,
)
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, Theme, ThemeLink
from courses.models import CatalogueIndexPage

pytestmark = pytest.mark.django_db
SPIE = "/socle/spie/spie-manche/"
CONTRACT = "/socle/rsa/contrat-engagement/"


def text(response):
    return response.content.decode().replace("&#x27;", "'").replace("\N{NO-BREAK SPACE}", " ")


def pages_of_our_rooms():
    return Page.objects.live().filter(depth__gt=1, content_type__app_label="pages").specific()


def test_every_page_answers_with_no_undefined_variable(demo, sign_in, professional):
    client = sign_in(professional)
    titles = {}
    for page in pages_of_our_rooms():
        if page.depth > 2:  # the home page shows the dashboard, an upper room's
            response = client.get(page.url)
            assert response.status_code == 200, page.url
            titles[page.url] = page.title.replace("\N{NO-BREAK SPACE}", " ") in text(response)
    assert len(titles) == 29
    assert all(titles.values())


def test_the_front_door_speaks_to_those_who_have_no_account(demo, client):
    page = text(client.get("/"))

    assert "Mieux accompagner, ensemble" in page
    assert "Sécuriser le parcours d'insertion" in page
    assert "Se connecter" in page
    assert "France Travail" in page


def test_without_an_account_only_public_pages_are_read(demo, client):
    assert client.get(SPIE).status_code == 200
    for path in (CONTRACT, "/socle/", "/socle/rsa/", "/socle/glossaire/", "/socle/annuaire/", "/socle/parcours-rsa/"):
        response = client.get(path)
        assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/compte/login/"), path
    for path in ("/mentions-legales/", "/donnees-personnelles/", "/accessibilite/", "/socle/recherche/"):
        assert client.get(path).status_code == 200, path


def test_an_information_page_gives_its_essential_its_sources_and_who_answers_for_it(demo, sign_in, professional):
    page = text(sign_in(professional).get(CONTRACT))

    for expected in (
        "Ce que contient le contrat d'engagement",
        "22 novembre 2026",
        "4 janvier 2027",
        "Centre Inffo : le contrat d'engagement",
        "Département de la Manche",
        "Étape 4 : Je construis et signe mon contrat d'engagement",
        'href="/feuille-de-route/SEC-04/"',
        'href="/socle/accompagner/diagnostic-global/"',
    ):
        assert expected in page, expected


def test_a_page_past_its_review_date_warns(demo, sign_in, professional):
    client = sign_in(professional)
    with time_machine.travel(date(2026, 12, 1), tick=False):
        assert "À relire." not in text(client.get(CONTRACT))
    InformationPage.objects.filter(slug="contrat-engagement").update(review_due_on=date(2020, 1, 1))
    assert "À relire." in text(client.get(CONTRACT))


class TestReading:
    def test_saying_one_has_read_is_noted_once_on_each_theme(self, demo, sign_in, professional):
        client, page = sign_in(professional), InformationPage.objects.get(slug="contrat-engagement")
        assert "J'ai lu cette page" in text(client.get(CONTRACT))

        for _twice in range(2):
            response = client.post(reverse("confirm_reading", args=[page.pk]), follow=True)

        facts = Evidence.objects.filter(person=professional)
        assert sorted(facts.values_list("theme__code", "kind", "source")) == [
            (code, EvidenceKind.INFORMED, f"page:{page.pk}") for code in ("EMP-03", "EMP-04", "SEC-04")
        ]
        assert response.redirect_chain[-1][0] == f"{CONTRACT}#lecture"
        assert "J'ai lu cette page" not in text(response)
        assert "Lu" in text(response)

    def test_it_takes_an_account_and_a_post(self, demo, client, sign_in, professional):
        page = InformationPage.objects.get(slug="spie-manche")
        address = reverse("confirm_reading", args=[page.pk])

        assert client.post(address).status_code == 302
        assert sign_in(professional).get(address).status_code == 405
        assert not Evidence.objects.filter(person=professional).exists()

    def test_what_is_not_a_live_information_page_is_a_404(self, demo, sign_in, professional):
        client = sign_in(professional)
        draft = InformationPage.objects.get(slug="spie-manche")
        draft.unpublish()
        section = InformationSectionPage.objects.first()

        for pk in (draft.pk, section.pk, 0, 10**12):
            assert client.post(reverse("confirm_reading", args=[pk])).status_code == 404


class TestLists:
    def test_the_glossary_goes_by_letter_and_filters_without_accents(self, demo, sign_in, professional):
        client = sign_in(professional)
        assert list(client.get("/socle/glossaire/").context["letters"])[:3] == ["A", "B", "C"]

        found = client.get("/socle/glossaire/", {"q": "evenement"}).context["letters"]
        assert found == {}
        found = client.get("/socle/glossaire/", {"q": "chantier"}).context["letters"]
        assert [term.term for terms in found.values() for term in terms] == ["ACI"]

    def test_an_accented_term_stands_at_its_letter(self, demo, sign_in, professional):
        letters = sign_in(professional).get("/socle/glossaire/").context["letters"]

        assert [term.term for term in letters["E"]] == ["EI", "Équipe pluridisciplinaire", "ETTI"]

    @pytest.mark.parametrize("query", ["pole emploi", "Pôle Emploi", "ANPE", "france travail", "FT"])
    def test_the_directory_knows_former_names(self, demo, sign_in, professional, query):
        entries = sign_in(professional).get("/socle/annuaire/", {"q": query}).context["entries"]

        assert "France Travail" in [entry.organisation.name for entry in entries]

    def test_an_organisation_that_left_is_not_in_the_directory(self, demo, sign_in, professional):
        Organisation.objects.filter(code="TANDEM").update(is_active=False)

        assert "GIP TANDEM" not in text(sign_in(professional).get("/socle/annuaire/"))

    def test_the_path_tells_its_five_steps_with_what_to_read(self, demo, sign_in, professional):
        steps = list(sign_in(professional).get("/socle/parcours-rsa/").context["steps"])

        assert [step.order for step in steps] == [1, 2, 3, 4, 5]
        assert "Le contrat d'engagement et les heures d'activité" in [page.title for page in steps[3].pages]

    @pytest.mark.parametrize("path", ["/socle/glossaire/", "/socle/annuaire/"])
    @pytest.mark.parametrize("query", ["%", "_", "\x00", "'", "<script>", "é" * 5000, "zzzz"])
    def test_a_hostile_filter_is_only_a_filter(self, demo, sign_in, professional, path, query):
        assert sign_in(professional).get(path, {"q": query}).status_code == 200

    def test_more_rows_cost_no_more_queries(self, demo, sign_in, professional, assert_constant_queries):
        client = sign_in(professional)
        section = InformationSectionPage.objects.get(slug="emploi")

        def serve():
            for path in ("/socle/", "/socle/emploi/", "/socle/glossaire/", "/socle/annuaire/", "/socle/parcours-rsa/"):
                assert client.get(path).status_code == 200

        def grow():
            for number in range(5):
                section.add_child(instance=InformationPage(title=f"Plus {number}", summary="s", slug=f"plus-{number}"))
                GlossaryTerm.objects.create(term=f"TERME {number}", definition="d")
                Organisation.objects.create(code=f"ORG-{number}", name=f"Structure {number}", kind="autre")

        assert_constant_queries(serve, grow)

    def test_an_information_page_costs_few_queries(self, demo, sign_in, professional, assert_constant_queries):
        client = sign_in(professional)
        page = InformationPage.objects.get(slug="contrat-engagement")

        def grow():
            for code in ("PRO-01", "PRO-02", "PRO-03"):
                page.theme_links.create(theme=Theme.objects.get(code=code))
            page.save_revision().publish()

        assert assert_constant_queries(lambda: client.get(CONTRACT), grow) <= 12


def test_the_dashboard_of_the_publishing_tools_says_where_to_start(demo, sign_in, trainer):
    page = text(sign_in(trainer).get("/admin/"))

    assert "Publier dans…" in page
    for room in (InformationIndexPage.objects.get(), CatalogueIndexPage.objects.get()):
        assert f'href="/admin/pages/{room.pk}/"' in page
        assert f"<span>{room.get_descendant_count()} pages</span>" in page
    assert "Pages à relire" in page


class TestReport:
    def test_pages_to_review_soon_are_listed_for_who_publishes(self, demo, sign_in, trainer):
        InformationPage.objects.filter(slug="spie-manche").update(review_due_on=date(2020, 1, 1))
        page = text(sign_in(trainer).get("/admin/reports/pages-a-relire/"))

        assert "Le SPIE de la Manche en bref" in page
        assert "Le diagnostic global" not in page or date.today() > date(2027, 3, 20)

    def test_it_filters_and_exports(self, demo, sign_in, coordinator):
        InformationPage.objects.filter(slug="spie-manche").update(review_due_on=date(2020, 1, 1))
        client = sign_in(coordinator)

        overdue = client.get("/admin/reports/pages-a-relire/", {"is_overdue": "true", "export": "csv"})
        lines = b"".join(overdue.streaming_content).decode().splitlines()

        assert lines[0] == "Page,Nature,Structure responsable,Vérifiée le,À relire avant le"
        assert [line.partition(",")[0] for line in lines[1:]] == ["Le SPIE de la Manche en bref"]

    def test_it_is_not_for_learners(self, demo, sign_in, professional):
        assert sign_in(professional).get("/admin/reports/pages-a-relire/").status_code in (302, 403)


@pytest.mark.parametrize("path", ["snippets/pages/glossaryterm/", "snippets/pages/pathwaystep/"])
def test_the_coordination_keeps_the_glossary_and_the_path(demo, sign_in, coordinator, path):
    assert sign_in(coordinator).get(f"/admin/{path}").status_code == 200


class TestPreview:
    """What a trainer sees before publishing: nothing is in the database yet."""

    def test_a_page_being_written_is_shown_as_it_will_be(self, demo, trainer, rf):
        section = InformationSectionPage.objects.get(slug="rsa")
        page = InformationPage(title="En cours d'écriture", slug="en-cours", summary="L'essentiel", kind="reference")
        page.theme_links = [ThemeLink(theme=Theme.objects.get(code="SEC-01"))]
        page.sources = [InformationSource(label="Un décret")]
        page.path, page.depth = f"{section.path}00ZZ", section.depth + 1
        page.set_url_path(section)

        response = self.preview(page, trainer, rf)

        assert response.status_code == 200
        for expected in ("En cours d'écriture", "L'essentiel", "Un décret", "Accueil et première information"):
            assert expected in text(response)

    def test_every_kind_of_page_has_a_preview(self, demo, trainer, rf):
        for page in Page.objects.live().filter(depth__gt=1).specific():
            draft = page.get_latest_revision_as_object()
            shown = self.preview(draft, trainer, rf).status_code
            assert shown == (302 if page._meta.model_name == "modulepage" else 200), page.title  # a module is a place

    @staticmethod
    def preview(page, person, rf):
        from django.test import Client

        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        request = rf.get("/", HTTP_COOKIE=client.cookies.output(header="", sep=";"))
        return page.make_preview_request(original_request=request)
