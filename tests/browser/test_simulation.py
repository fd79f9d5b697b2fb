"""A simulation played to its end: with the keyboard alone, and with JavaScript off."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WIDTHS, LiveSite, Visitor
from tests.browser.hands import Keyboard, Pointer

# What one says at each moment of the interview with Mme L. that leads to an agreement.
WAY = ("Avant le papier", "Vous êtes venue avec", "Si vous repreniez", "Parmi tout cela", "Quelle serait une première")


def assert_sound(visitor: Visitor) -> None:
    for width in WIDTHS.values():
        visitor.page.set_viewport_size({"width": width, "height": 900})
        assert visitor.axe() == []
        assert not visitor.scrolls_sideways()
    visitor.assert_sound()


def say(page: Page, hands: Any, words: str = "") -> None:
    """Choose what one says, or the first reply there is, and say it."""
    offered = page.get_by_role("radio", name=words) if words else page.get_by_role("radio")
    hands.choose(offered.first)
    with page.expect_navigation():
        hands.activate(page.get_by_role("button", name="Dire cela"))


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["keyboard alone", "without JavaScript"])
def test_an_interview_is_played_replayed_and_read(visit: Any, live_site: LiveSite, java_script_enabled: bool) -> None:
    person: Visitor = visit(java_script_enabled=java_script_enabled)
    person.arrive("referent@demo.example")
    page = person.page
    hands: Any = Keyboard(page) if java_script_enabled else Pointer(page)
    page.goto("/entretien/")
    hands.activate(page.get_by_role("link", name="Simulations"))
    hands.activate(page.get_by_role("link", name="Je signe où"))
    hands.activate(page.get_by_role("button", name=re.compile("(Commencer|Rejouer) l'entretien")))
    page.wait_for_url("**/entretien/jouer/**")
    play = page.url

    # Nothing chosen: said, and nothing lost.
    person.expected_statuses.add(422)
    hands.activate(page.get_by_role("button", name="Dire cela"))
    expect(page.get_by_role("alert")).to_contain_text("Choisissez ce que vous dites.")
    if java_script_enabled:
        assert_sound(person)
    for words in WAY:
        say(page, hands, words)
        assert page.url.endswith("#replique")
        if java_script_enabled:
            expect(page.locator("#replique")).to_be_focused()
            assert page.locator("#replique").bounding_box()["y"] < 300  # type: ignore[index]
    while page.get_by_role("radio").count():  # whatever comes after leads to an end
        say(page, hands)
    expect(page.get_by_role("heading", name="L'entretien, tour par tour")).to_be_visible()
    expect(page.locator(".readout dd")).to_have_count(3)
    public_id = play.split("/")[-2]
    turns = (
        "SELECT count(*) FROM simulations_playturn t JOIN simulations_play p ON p.id = t.play_id WHERE p.public_id ="
    )
    ((count,),) = live_site.rows(f"{turns} '{public_id}'")
    assert count >= len(WAY)
    if java_script_enabled:
        assert_sound(person)

    # A turn is played otherwise, and the two lines stand side by side.
    hands.activate(page.get_by_role("button", name="Rejouer ce tour (tour 1)", exact=True))
    page.wait_for_url(lambda url: "/jouer/" in url and url != play)
    say(page, hands, "Vous n'avez pas l'air")
    say(page, hands, "Signez, on en reparlera")
    expect(page.get_by_role("heading", name="Les deux lignes, à partir du tour 1")).to_be_visible()
    assert live_site.rows(f"{turns} '{public_id}'") == [(count,)]  # the first line stays whole
    if java_script_enabled:
        assert_sound(person)


def test_on_a_phone_the_line_and_the_first_answer_are_near_the_top(visit: Any) -> None:
    person: Visitor = visit()
    person.arrive("professionnel@demo.example")
    page, hands = person.page, Pointer(person.page)
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto("/entretien/simulations/mme-l/")
    hands.activate(page.get_by_role("button", name=re.compile("(Commencer|Rejouer) l'entretien")))
    page.wait_for_url("**/entretien/jouer/**")
    for words in WAY[:2]:  # the first reply there is could end the interview: their order is drawn
        say(page, hands, words)
    line, answer = page.locator("#replique").bounding_box(), page.get_by_role("radio").first.bounding_box()
    assert line is not None
    assert answer is not None
    assert 0 <= line["y"] < 200
    assert answer["y"] < 600
    person.assert_sound()


def test_the_map_and_the_fields_of_the_editor_know_the_moments(visit: Any, live_site: LiveSite) -> None:
    person: Visitor = visit()
    person.arrive("formateur@demo.example")
    page = person.page
    ((scenario,),) = live_site.rows("SELECT page_ptr_id FROM simulations_scenariopage WHERE code = 'SCENARIO-M-D'")
    page.goto(f"/admin/pages/{scenario}/edit/")
    page.locator(".scenario-map a[href^='#block-']", has_text="m2b").click()
    field = page.locator("input[name$='-value-id']:focus")
    expect(field).to_have_value("m2b")
    expect(field).to_be_in_viewport()
    page.locator("input[name$='-value-next']:visible").first.focus()
    assert page.locator("#scenario-moments option[value='fin_rupture2']").count() == 1
