"""A triad on three phones, one of which loses the network for a while; and one with JavaScript off."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WIDTHS, LiveSite, Visitor

PHONE = {"viewport": {"width": 320, "height": 700}}
THREE = ("professionnel@demo.example", "christophe.marie@demo.example", "melanie.yver@demo.example")


def assert_sound(visitor: Visitor) -> None:
    for width in WIDTHS.values():
        visitor.page.set_viewport_size({"width": width, "height": 900})
        assert visitor.axe() == []
        assert not visitor.scrolls_sideways()
    visitor.page.set_viewport_size(PHONE["viewport"])
    visitor.assert_sound()


def gather(opener: Page, others: dict[str, Page]) -> str:
    """Form a triad as the observer, and have the two others join by the code; its address."""
    opener.goto("/entretien/triades/")
    opener.get_by_role("link", name="Former une triade").click()
    opener.get_by_role("radio", name="Observateur").check()
    opener.get_by_label("La situation que l'on joue").fill("Une dame revient après trois mois. Tout va bien, dit-elle.")
    opener.get_by_role("button", name="Obtenir le code").click()
    code = opener.locator(".triad-code__letters").inner_text()
    for place, page in others.items():
        page.goto("/entretien/triades/")
        page.get_by_label("Le code").fill(code.lower())
        page.get_by_role("button", name="Rejoindre la triade").click()
        page.get_by_role("radio", name=place).check()
        page.get_by_role("button", name="Prendre cette place").click()
        page.wait_for_url("**/entretien/triade/*-*/")
    return opener.url


def fill(page: Page, level: str) -> None:
    """Give every criterion a level."""
    for group in page.locator("fieldset.field").all():
        group.get_by_role("radio", name=level).check()


def test_three_phones_and_a_lost_network(visit: Any, live_site: LiveSite) -> None:
    observer, professional, person = (visit(**PHONE) for _ in THREE)
    for visitor, email in zip((observer, professional, person), THREE, strict=True):
        visitor.arrive(email)
    pages = {"Professionnel": professional.page, "Personne accompagnée": person.page}
    address = gather(observer.page, pages)

    # The one who waits sees the others come without doing anything.
    begin = observer.page.get_by_role("button", name="Commencer l'entretien")
    expect(begin).to_be_visible()
    assert_sound(observer)
    begin.click()
    for page, words in ((professional.page, "Vous menez l'entretien."), (person.page, "Vous jouez la personne")):
        expect(page.get_by_text(words)).to_be_visible()
        expect(page.locator("triad-clock")).to_have_text(re.compile(r"Encore \d+:\d\d"))

    # The network is lost: what is noted and filled stays here, and says so.
    page = observer.page
    observer.context.set_offline(True)
    page.get_by_label("Noter un fait").fill("Un silence tenu.")
    page.get_by_role("button", name="Noter").click()
    expect(page.get_by_text("gardées sur cet appareil")).to_be_visible()
    page.get_by_role("radio", name="Maîtrisé").first.check()
    page.get_by_label(re.compile("Quel fait")).fill("Elle a parlé la première.")
    expect(page.get_by_text("Gardé sur cet appareil")).to_be_visible()
    page.get_by_role("button", name="Remettre ma grille").click()
    assert page.url == address
    expect(page.get_by_label(re.compile("Quel fait"))).to_have_value("Elle a parlé la première.")
    notes = "SELECT count(*) FROM triads_note WHERE text = 'Un silence tenu.'"
    assert live_site.rows(notes) == [(0,)]
    observer.faults.clear()  # requests that failed, as they had to
    observer.context.set_offline(False)
    expect(page.get_by_text("Note enregistrée.")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Enregistré à")).to_be_visible(timeout=15_000)
    assert live_site.rows(notes) == [(1,)]

    # Lost again, the page closed and opened later: what was not sent is there, and goes.
    observer.context.set_offline(True)
    page.get_by_label(re.compile("Que voudriez-vous")).fill("Compter jusqu'à cinq.")
    expect(page.get_by_text("Gardé sur cet appareil")).to_be_visible()
    page.goto("about:blank")
    observer.faults.clear()
    observer.context.set_offline(False)
    page.goto(address)
    expect(page.get_by_label(re.compile("Que voudriez-vous"))).to_have_value("Compter jusqu'à cinq.")
    page.wait_for_function("!Object.keys(localStorage).some(key => /^(brouillon|notes):/.test(key))")
    assert_sound(observer)

    # Ended by one, the grid is handed in by the three; each sees the others' once theirs is given.
    professional.page.get_by_role("button", name="Terminer l'entretien maintenant").click()
    expect(page.locator("triad-clock")).to_have_text(re.compile("L'entretien est terminé"))
    for one, level in ((page, "Maîtrisé"), (professional.page, "Amorcé"), (person.page, "Installé")):
        fill(one, level)
        one.get_by_role("button", name="Remettre ma grille").click()
        expect(one.get_by_role("heading", name="Trois points de vue")).to_be_visible()
    expect(page.get_by_text("Grille remise")).to_have_count(3)
    expect(page.get_by_role("heading", name="Commencez par là")).to_be_visible()
    expect(page.get_by_text("Elle a parlé la première.")).to_be_visible()
    expect(person.page.get_by_text("Un silence tenu.")).to_be_visible()
    assert_sound(observer)
    person.page.get_by_role("button", name="Tourner les rôles").click()
    expect(person.page.get_by_role("heading", name="Ma place : observateur")).to_be_visible()
    expect(page.get_by_role("link", name="Aller à l'entretien suivant")).to_be_visible()


@pytest.mark.parametrize("java_script_enabled", [False])
def test_without_java_script_the_three_meet_and_note(visit: Any, java_script_enabled: bool) -> None:
    opener: Visitor = visit(java_script_enabled=java_script_enabled, **PHONE)
    opener.arrive("professionnel@demo.example")
    others = {}
    for place, email in zip(("Professionnel", "Personne accompagnée"), THREE[1:], strict=True):
        visitor = visit(java_script_enabled=java_script_enabled, **PHONE)
        visitor.arrive(email)
        others[place] = visitor.page
    page = opener.page
    gather(page, others)
    page.get_by_role("link", name="Actualiser").click()
    page.get_by_role("button", name="Commencer l'entretien").click()
    page.get_by_label("Noter un fait").fill("Elle sourit.")
    page.get_by_role("button", name="Noter").click()
    expect(page.locator(".notes li")).to_have_text(re.compile(r"0:\d\d Elle sourit\."))
    page.get_by_role("button", name="Terminer l'entretien maintenant").click()
    fill(page, "Sans objet")
    page.get_by_role("button", name="Remettre ma grille").click()
    expect(page.get_by_role("heading", name="Trois points de vue")).to_be_visible()
