"""The roadmap and its themes, as anyone sees them."""

from datetime import date

import pytest
from wagtail.models import Page

from cms.pages.models import HomePage, InformationIndexPage, InformationPage, InformationSectionPage
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, Objective, Roadmap, Theme, ThemeLink
from cms.roadmap.services import record_evidence


@pytest.fixture
def section(site_root):
    index = site_root.add_child(instance=InformationIndexPage(title="Socle", slug="socle"))
    return index.add_child(instance=InformationSectionPage(title="Rubrique", slug="rubrique"))


@pytest.fixture
def site_root(db):
    from wagtail.models import Site

    home = Page.objects.get(depth=1).add_child(instance=HomePage(title="Accueil", slug="accueil"))
    Site.objects.update(root_page=home)
    return home


def information(section, theme, title, **fields):
    page = section.add_child(
        instance=InformationPage(title=title, slug=title.lower().replace(" ", "-"), summary="Court", **fields)
    )
    ThemeLink.objects.create(page=page, theme=theme)
    return page


def test_the_roadmap_is_open_to_all_and_marks_examples(client, theme):
    page = client.get("/feuille-de-route/").content.decode()

    assert "Sécuriser le parcours" in page
    assert "SEC-01" in page
    assert "Exemple" in page
    assert "Rien n'y est encore lié" in page.replace("&#x27;", "'")


def test_the_roadmap_counts_what_is_linked_and_live(client, theme, section):
    information(section, theme, "Une page")
    information(section, theme, "Un brouillon", live=False)

    page = client.get("/feuille-de-route/").content.decode().replace("&#x27;", "'")

    assert "1\N{NO-BREAK SPACE}page d'information" in page


def test_without_a_roadmap_the_page_says_what_to_do(client, db):
    response = client.get("/feuille-de-route/")

    assert response.status_code == 200
    assert "La coordination la crée" in response.content.decode()


def test_past_roadmaps_stay_reachable_with_their_themes(client, theme):
    old = Roadmap.objects.create(title="La première", starts_on=date(2022, 9, 26), ends_on=date(2023, 12, 31))
    objective = Objective.objects.create(roadmap=old, code="SEC", title="Avant")
    Theme.objects.create(roadmap=old, objective=objective, code="SEC-01", title="Thème d'avant")

    assert "La première" in client.get("/feuille-de-route/").content.decode()
    assert "Version passée" in client.get(f"/feuille-de-route/version/{old.pk}/").content.decode()
    assert "Thème d&#x27;avant" in client.get(f"/feuille-de-route/version/{old.pk}/sec-01/").content.decode()
    assert "Accueil" in client.get("/feuille-de-route/SEC-01/").content.decode()


@pytest.mark.parametrize("code", ["SEC-01", "sec-01", "Sec-01"])
def test_a_theme_answers_to_its_code_in_any_case(client, theme, code):
    assert client.get(f"/feuille-de-route/{code}/").status_code == 200


@pytest.mark.parametrize("path", ["NOPE", "SEC-0", "%00", "version/999", "version/999/SEC-01", "a" * 300])
def test_what_does_not_exist_is_a_404(client, theme, path):
    assert client.get(f"/feuille-de-route/{path}/").status_code == 404


def test_a_theme_lists_what_is_linked_to_it_and_says_what_needs_an_account(client, theme, section):
    information(section, theme, "Ouverte", is_public=True)
    information(section, theme, "Fermée")
    information(section, theme, "Cachée", live=False)

    response = client.get("/feuille-de-route/SEC-01/")

    groups = response.context["content"].groups
    assert [(group.title, [(line.page.title, line.needs_sign_in) for line in group.pages]) for group in groups] == [
        ("pages d'information", [("Ouverte", False), ("Fermée", True)])
    ]
    assert "Mon fil de preuve" not in response.content.decode()


def test_the_four_counters_are_real_and_never_mix(sign_in, professional, theme, section):
    read = information(section, theme, "Lue")
    information(section, theme, "Pas lue")
    record_evidence(person=professional, themes=[theme.pk], kind=EvidenceKind.INFORMED, source=f"page:{read.pk}")
    record_evidence(person=professional, themes=[theme.pk], kind=EvidenceKind.INFORMED, source="page:999999")
    record_evidence(person=professional, themes=[theme.pk], kind=EvidenceKind.TRAINED, source="enrolment:1")
    record_evidence(
        person=professional,
        themes=[theme.pk],
        kind=EvidenceKind.OBSERVED,
        source="observation:1",
        valid_until=date(2020, 1, 1),
    )

    response = sign_in(professional).get("/feuille-de-route/SEC-01/")

    assert [(s.kind, s.number, s.total, s.state) for s in response.context["content"].proof] == [
        (EvidenceKind.INFORMED, 1, 2, "current"),
        (EvidenceKind.TRAINED, 1, None, "done"),
        (EvidenceKind.TRIED, 0, None, "todo"),
        (EvidenceKind.OBSERVED, 0, None, "todo"),
    ]
    assert [line.is_read for line in response.context["content"].groups[0].pages] == [True, False]


def test_someone_else_s_evidence_is_not_shown(sign_in, professional, lead, theme):
    record_evidence(person=professional, themes=[theme.pk], kind=EvidenceKind.TRIED, source="journal:1")

    proof = sign_in(lead).get("/feuille-de-route/SEC-01/").context["content"].proof

    assert [station.number for station in proof] == [0, 0, 0, 0]


def test_more_themes_cost_no_more_queries(client, roadmap, objective, theme, section, assert_constant_queries):
    information(section, theme, "Première")

    def grow():
        for number in range(8):
            more = Theme.objects.create(roadmap=roadmap, objective=objective, code=f"T-{number}", title="Plus")
            information(section, more, f"Page {number}")

    assert assert_constant_queries(lambda: client.get("/feuille-de-route/"), grow) <= 6


def test_more_pages_and_evidence_cost_no_more_queries(sign_in, professional, theme, section, assert_constant_queries):
    client = sign_in(professional)
    information(section, theme, "Première")

    def grow():
        for number in range(8):
            page = information(section, theme, f"Page {number}")
            Evidence.objects.create(
                person=professional, theme=theme, kind=EvidenceKind.INFORMED, source=f"page:{page.pk}"
            )

    assert assert_constant_queries(lambda: client.get("/feuille-de-route/SEC-01/"), grow) <= 9


def test_a_theme_with_links_or_evidence_is_not_deleted_and_the_admin_says_why(sign_in, coordinator, theme, section):
    information(section, theme, "Liée")
    client = sign_in(coordinator)

    response = client.post(f"/admin/themes/delete/{theme.pk}/", follow=True)

    assert Theme.objects.filter(pk=theme.pk).exists()
    assert "Impossible de supprimer" in response.content.decode()


@pytest.mark.parametrize("path", ["roadmaps/", "objectives/", "themes/", "themes/new/", "themes-import/"])
def test_the_coordination_keeps_the_roadmap_in_the_admin(sign_in, coordinator, theme, path):
    assert sign_in(coordinator).get(f"/admin/{path}").status_code == 200


def test_only_one_roadmap_is_in_force(sign_in, coordinator, roadmap):
    response = sign_in(coordinator).post(
        "/admin/roadmaps/new/", {"title": "Suivante", "starts_on": "2027-01-01", "is_current": "on"}
    )

    assert "déjà en vigueur" in response.content.decode()
    assert Roadmap.objects.count() == 1


def test_a_theme_and_its_objective_are_of_the_same_roadmap(sign_in, coordinator, theme, objective):
    other = Roadmap.objects.create(title="Autre", starts_on=date(2022, 1, 1))
    form = {
        "roadmap": other.pk,
        "objective": objective.pk,
        "code": "X-1",
        "title": "Titre",
        "order": 1,
        "tint": "suivi",
        "pictogram": "link",
    }

    response = sign_in(coordinator).post("/admin/themes/new/", form)

    assert "appartient à une autre feuille de route" in response.content.decode()
    assert Theme.objects.count() == 1
