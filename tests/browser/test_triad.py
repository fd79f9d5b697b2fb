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
    if page.locator("#grille").get_attribute("open") is None:
        page.locator("#grille > summary").click()
    for group in page.locator("fieldset.field").all():
        group.get_by_role("radio", name=level).check()


def hand_in(page: Page) -> None:
    body = page.locator("details.confirm", has_text="Remettre ma grille")
    if body.get_attribute("open") is None:
        body.locator("summary").click()
    page.get_by_role("button", name="Remettre", exact=True).click()


def end(page: Page) -> None:
    page.locator("summary", has_text="Terminer avant l'heure").click()
    page.get_by_role("button", name="Terminer l'entretien").click()


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
    expect(page.locator("timed-notes .saved")).to_contain_text("Gardé sur cet appareil")
    page.get_by_label("Noter un fait").fill("Mme Durand sourit.")
    page.get_by_role("button", name="Noter").click()
    page.get_by_role("radio", name="Maîtrisé").first.check()
    page.get_by_label(re.compile("Quel fait")).fill("Elle a parlé la première.")
    expect(page.locator("kept-draft .saved")).to_contain_text("Gardé sur cet appareil")
    hand_in(page)
    assert page.url == address
    expect(page.get_by_label(re.compile("Quel fait"))).to_have_value("Elle a parlé la première.")
    notes = "SELECT count(*) FROM triads_note WHERE text = 'Un silence tenu.'"
    assert live_site.rows(notes) == [(0,)]
    observer.faults.clear()  # requests that failed, as they had to
    observer.context.set_offline(False)
    observer.expected_statuses.add(422)
    expect(page.locator("kept-draft .saved")).to_contain_text("appuyer de nouveau sur « Remettre »", timeout=15_000)
    refused = page.locator(".notes li", has_text="Mme Durand sourit.")  # refused, it stays with its reason
    expect(refused).to_contain_text("ressemble au nom de quelqu'un")
    assert live_site.rows(notes) == [(1,)]
    refused.get_by_role("button", name="Garder ainsi").click()
    expect(page.get_by_text("Note enregistrée.")).to_be_visible()

    expect(page.locator("kept-draft")).not_to_have_attribute("data-waiting", "")

    # Lost again, the page closed and opened later: what was not sent is there, and goes.
    observer.context.set_offline(True)
    page.get_by_label(re.compile("Que voudriez-vous")).fill("Compter jusqu'à cinq.")
    expect(page.locator("kept-draft .saved")).to_contain_text("Gardé sur cet appareil")
    page.goto("about:blank")
    observer.faults.clear()
    observer.context.set_offline(False)
    page.goto(address)
    expect(page.get_by_label(re.compile("Que voudriez-vous"))).to_have_value("Compter jusqu'à cinq.")
    expect(page.locator("kept-draft")).not_to_have_attribute("data-waiting", "")
    assert page.evaluate("Object.keys(localStorage).filter(key => /^(brouillon|notes):/.test(key))") == []
    assert_sound(observer)

    # Written elsewhere since: what waits here is written over nothing, and one chooses.
    name = page.locator("kept-draft").get_attribute("data-key")
    stale = '{"content": "[[\\"q0\\", \\"Un vieux mot.\\"]]", "saved": "2026-01-01T08:00:00+01:00"}'
    page.evaluate("([name, stale]) => localStorage.setItem(`brouillon:${name}`, stale)", [name, stale])
    page.goto(address)
    expect(page.get_by_role("alert")).to_contain_text("Deux brouillons.")
    expect(page.get_by_label(re.compile("Quel fait"))).to_have_value("Elle a parlé la première.")
    page.get_by_role("button", name="Garder ceux qui sont affichés").click()
    assert page.evaluate("localStorage.length") == 0

    # Ended by one, the grid is handed in by the three; each sees the others' once theirs is given.
    end(professional.page)
    expect(page.locator("triad-clock")).to_have_text(re.compile("L'entretien est terminé"))
    for one, level in ((page, "Maîtrisé"), (professional.page, "Amorcé"), (person.page, "Installé")):
        fill(one, level)
        hand_in(one)
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
    end(page)
    fill(page, "Sans objet")
    hand_in(page)
    expect(page.get_by_role("heading", name="Trois points de vue")).to_be_visible()
