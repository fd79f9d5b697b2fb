"""Activities in a course, in a real browser: played, left, resumed, finished, and counted at once.

By the keyboard: a click made while the frame still takes its height was now and then lost in Chromium, a key never was.
"""

import re
from typing import Any

from playwright.sync_api import FrameLocator, Page

from tests.browser.conftest import WIDTHS, LiveSite, Visitor

WHO = "mathieu.hebert@demo.example"
COURSE = "Conduire un entretien qui soutient le pouvoir d'agir"
PLACE = "/formations/conduire-un-entretien-qui-soutient-le-pouvoir-d-agir/"
DIALOGUE = f"{PLACE}les-techniques-d-entretien/ouvrir-valoriser-refleter-resumer/"
SORT = f"{PLACE}mettre-en-pratique/s-observer-entre-pairs/"
CARDS = "/formations/socle-commun-d-information-du-spie/comprendre-le-cadre/ce-que-dit-la-loi-pour-le-plein-emploi/"


def frame(page: Page) -> FrameLocator:
    page.locator("socle-activity").scroll_into_view_if_needed()
    return page.frame_locator("socle-activity iframe")


def sort_all(sort: FrameLocator, label: str) -> None:
    """Every statement put in the group `label`, once they are there, then checked."""
    sort.locator(".socle-item").first.wait_for()
    for item in sort.locator(".socle-item").all():
        item.get_by_label(label, exact=True).press("Space")
    sort.get_by_role("button", name="Vérifier mes réponses").press("Enter")


def saved(page: Page) -> None:
    page.locator("socle-activity").get_by_text("Enregistré à").wait_for()


def step(site: LiveSite, title: str) -> dict[str, Any]:
    (course,) = [one for one in site.progress(WHO) if one["course"] == COURSE]
    (found,) = [one for one in course["steps"] if one["title"] == title]
    return found


def test_required_activities_are_left_resumed_finished_and_counted(visit: Any, live_site: LiveSite) -> None:
    person: Visitor = visit()
    page = person.page
    person.arrive(WHO)
    page.goto(PLACE)
    page.get_by_role("button", name="M'inscrire à cette formation").click()
    page.get_by_role("link", name=re.compile("Commencer la leçon 1")).wait_for()

    page.goto(DIALOGUE)
    assert page.locator("#activites").get_by_text("faire l'activité « Reformuler avec Mme L. »").count() == 1
    assert page.get_by_role("button", name="J'ai terminé cette leçon").count() == 0
    dialogue = frame(page)
    for _hole in range(2):
        dialogue.locator("fieldset input").first.press("Space")
        dialogue.get_by_role("button", name="Répondre ainsi").press("Enter")
    dialogue.locator(".socle-feedback").nth(1).wait_for()
    saved(page)
    page.goto("/mon-parcours/")  # what was not sent yet goes as the page does

    page.goto(DIALOGUE)
    dialogue = frame(page)
    dialogue.locator(".socle-feedback").nth(1).wait_for()
    while dialogue.locator("fieldset input:enabled").count():
        dialogue.locator("fieldset input:enabled").first.press("Space")
        dialogue.locator(".socle-primary").press("Enter")
    panel = page.locator("#activites")
    panel.get_by_text("Vous avez terminé cette leçon.").wait_for()
    told = re.search(r"Résultat : (\d+) %", panel.inner_text())
    state = step(live_site, "Ouvrir, valoriser, refléter, résumer")
    assert told
    assert (state["state"], int(state["score"])) == ("completed", int(told[1]))
    page.locator("#plan").get_by_text(f"Terminé · {told[1]} %").wait_for()  # beside, the outline followed

    page.goto(SORT)
    sort = frame(page)
    sort_all(sort, "Fait")
    panel.get_by_text("Vous avez terminé cette leçon.").wait_for()
    assert step(live_site, "S'observer entre pairs")["score"] == 50
    sort.get_by_role("button", name="Recommencer").press("Enter")
    sort_all(sort, "Interprétation")
    panel.get_by_text("Mes 2 essais").wait_for()


def test_an_optional_activity_is_sound_in_both_widths_and_themes(visit: Any) -> None:
    person: Visitor = visit()
    page = person.page
    person.arrive(WHO)
    page.goto(CARDS)
    cards = frame(page)
    cards.get_by_role("button", name="Retourner la carte, Allocataire").press("Enter")
    saved(page)
    found = {}
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for name, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 900})
            if faults := person.axe() + (["scrolls sideways"] if person.scrolls_sideways() else []):
                found[f"{theme}, {name}"] = faults
    assert not found
    assert page.locator("#activites").get_by_text("cette activité est facultative").count() == 1
