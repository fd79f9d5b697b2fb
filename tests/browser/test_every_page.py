"""Every page, as the person it is for: no accessibility violation, no fault, no sideways scroll, in four settings."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid5

import pytest

from coordination.demo.blocks import NAMESPACE
from tests.browser.conftest import COLOURS, RULES, WIDTHS, Contexts, LiveSite, Visitor

SOCLE = "/formations/socle-commun-d-information-du-spie/"
LESSON = f"{SOCLE}comprendre-le-cadre/du-spie-au-reseau-pour-l-emploi/"
NO_SUCH_NUMBER = "/attestations/verifier/0b7e4c52-93af-4d1e-8a60-5f2c7d9e1a34/"
IN_A_ROOM = "/formations/conduire-un-entretien-qui-soutient-le-pouvoir-d-agir/les-techniques-d-entretien/en-salle/"
# Training sessions: a day signed by all, today's, one that does not hold.
DAY, TODAY, SHORT = (
    f"/formations/seances/{uuid5(NAMESPACE, f'seance/{place}')}/"
    for place in ("POUVOIR-AGIR/0", "POUVOIR-AGIR/1", "CONTRAT/0")
)
PAGES = {
    None: [
        "/", "/compte/login/", "/compte/password/reset/", "/compte/signup/", "/feuille-de-route/",
        "/feuille-de-route/SEC-06/", "/accessibilite/", "/mentions-legales/", "/donnees-personnelles/", "/composants/",
        "/socle/spie/spie-manche/", "/perdu/", "/attestations/verifier/", NO_SUCH_NUMBER,
    ],
    "professionnel": [
        "/", "/socle/", "/socle/recherche/", "/socle/recherche/?q=beneficiaire", "/socle/recherche/?q=xyzzy",
        "/socle/glossaire/", "/socle/annuaire/", "/socle/parcours-rsa/", "/socle/rsa/parcours-cinq-etapes/",
        "/formations/", SOCLE, LESSON,
        f"{SOCLE}comprendre-le-cadre/quiz/", "/formations/conduire-un-entretien-qui-soutient-le-pouvoir-d-agir/",
        "/entretien/", "/entretien/techniques/", "/entretien/techniques/?famille=ecoute&axe=2",
        "/entretien/techniques/reformuler-et-refleter/",
        "/entretien/carte/REFLET/", "/entretien/phrases/", "/entretien/phrases/?q=xyzzy", "/entretien/simulations/",
        "/entretien/simulations/m-d/", "/mon-parcours/journal/", "/mon-parcours/journal/nouvelle/",
        "/mon-parcours/journal/partages/", "/mon-parcours/journal/imprimer/",
        "/entretien/pratiques/", "/entretien/pratiques/le-groupe-de-pairs-inter-structures/",
        "/entretien/pratique/proposer/", "/mon-parcours/essais/", "/mon-parcours/essais/nouveau/",
        "/entretien/grilles/", "/entretien/grilles/grille-entretien/", "/entretien/observations/",
        "/entretien/observations/demander/", "/entretien/grilles/grille-entretien/m-t-revient/",
        "/entretien/triades/", "/entretien/triade/nouvelle/", "/entretien/triade/rejoindre/",
        "/feuille-de-route/PRO-01/preuve/informe/", "/feuille-de-route/PRO-01/preuve/forme/",
        "/formations/seances/", TODAY,
        "/mon-parcours/", "/feuille-de-route/PRO-01/", "/compte/email/", "/compte/password/change/", "/compte/2fa/",
        "/compte/sessions/", "/compte/mes-donnees/", "/mon-parcours/attestations/", "/mon-parcours/livret/",
        "/mon-parcours/livret/ailleurs/nouvelle/",
    ],
    "formateur": ["/formations/seances/", TODAY, SHORT, f"{SHORT}dossier/", f"{TODAY}feuille/", f"{TODAY}annuler/"],
    "referent": [IN_A_ROOM, DAY, "/pilotage/", "/pilotage/personnes/"],
    "coordination": [
        DAY, "/pilotage/", "/pilotage/essais/", "/pilotage/personnes/",
        "/pilotage/personnes/?q=introuvable", "/pilotage/personnes/inviter/",
    ],
}  # fmt: skip
CASES = [(who, path) for who, paths in PAGES.items() for path in paths]
MISSING = {"/perdu/", NO_SUCH_NUMBER}
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="module")
def readers(contexts: Contexts, live_site: LiveSite) -> Iterator[Callable[[str | None], Visitor]]:
    """One browser for each person, signed in once and kept from page to page, as people do."""
    known: dict[str | None, Visitor] = {}

    def _reader(who: str | None) -> Visitor:
        if who not in known:
            known[who] = Visitor(contexts, live_site)
            if who:
                known[who].arrive(f"{who}@demo.example")
        return known[who]

    yield _reader
    for visitor in known.values():
        visitor.close()


@pytest.mark.parametrize(("who", "path"), CASES)
def test_a_page_is_sound_in_both_widths_and_themes(readers: Any, who: str | None, path: str) -> None:
    visitor: Visitor = readers(who)
    visitor.expected_statuses = {404} if path in MISSING else set()
    page = visitor.page
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == (404 if path in MISSING else 200)
    found = {}
    if page.locator("h1").count() != 1:
        found["h1"] = [f"{page.locator('h1').count()} of them"]
    for theme, rules in (("light", RULES), ("dark", COLOURS)):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.evaluate(TWO_FRAMES)
        for name, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 900})
            if faults := visitor.axe(rules) + (["scrolls sideways"] if visitor.scrolls_sideways() else []):
                found[f"{theme}, {name}"] = faults
    page.evaluate("document.documentElement.style.fontSize = '225%'")  # the text alone, twice its size
    page.evaluate(TWO_FRAMES)
    if visitor.scrolls_sideways():
        found["text twice its size"] = ["scrolls sideways"]
    assert not found
    visitor.assert_sound()


@pytest.mark.parametrize("path", ["/pilotage/", "/pilotage/personnes/"])
def test_on_a_phone_each_row_of_figures_is_read_without_scrolling_aside(readers: Any, path: str) -> None:
    page = readers("coordination").page
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto(path)
    tables = page.locator(".table--stack")
    assert tables.count()
    for table in tables.all():
        assert table.evaluate("table => table.closest('.scroll').scrollWidth <= table.closest('.scroll').clientWidth")
        row = table.locator("tbody tr").first
        assert row.get_by_role("rowheader").is_visible()
        unlabelled = row.locator("td:not([data-label])")
        assert unlabelled.count() == unlabelled.filter(has=page.get_by_role("list")).count()
