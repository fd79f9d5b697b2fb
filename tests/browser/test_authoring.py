"""A trainer writes an activity without leaving the site, by keyboard alone, and sees it play meanwhile."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import WIDTHS, LiveSite, Visitor
from tests.browser.hands import Keyboard
from tests.courses.h5p.packages import SEMANTICS, h5p_json, library_json, members, needs, packed

# Wagtail's own: its search field and ours are two landmarks of one name.
OURS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def trainer(visit: Any) -> Visitor:
    visitor: Visitor = visit(viewport={"width": WIDTHS["desk"], "height": 900})
    visitor.arrive("formateur@demo.example")
    return visitor


def assert_sound(trainer: Visitor) -> None:
    """Nothing axe objects to, nothing wider than the screen, at any width."""
    for width in WIDTHS.values():
        trainer.page.set_viewport_size({"width": width, "height": 900})
        # The whole page in the window: what the bar of actions half covers at this scroll is no small target.
        height = trainer.page.evaluate("document.documentElement.scrollHeight")
        trainer.page.set_viewport_size({"width": width, "height": height + 600})  # the preview may grow meanwhile
        trainer.page.evaluate("scrollTo(0, 0)")
        assert trainer.axe(OURS) == []
        assert not trainer.scrolls_sideways()
    trainer.page.set_viewport_size({"width": WIDTHS["desk"], "height": 900})
    trainer.assert_sound()


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    target.focus()
    page.keyboard.press(key)


def words(page: Page, label: str, text: str, within: Any = None) -> None:
    field = (within or page).get_by_role("textbox", name=label, exact=True)
    field.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def test_an_activity_is_written_by_keyboard_and_seen_meanwhile(trainer: Visitor, live_site: LiveSite) -> None:
    page = trainer.page
    page.goto("/admin/h5p/contents/")
    press(page, page.get_by_role("link", name="Créer un contenu"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Créer un contenu")
    assert_sound(trainer)
    press(page, page.get_by_role("link", name="Fait ou interprétation"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Créer : Fait ou interprétation")
    assert_sound(trainer)

    # What is missing is said, and leads to its field.
    press(page, page.get_by_label("Titre"))
    trainer.expected_statuses.add(422)
    expect(page.locator(".h5p-faults")).to_be_focused()
    expect(page.locator(".h5p-faults li")).to_have_count(3)
    trainer.assert_sound()
    assert_sound(trainer)
    press(page, page.get_by_role("link", name="Titre : Donnez un titre."))
    expect(page.get_by_label("Titre")).to_be_focused()
    page.keyboard.type("Fait ou ressenti ?")
    expect(page.get_by_text("Donnez un titre.", exact=True)).to_have_count(0)
    words(page, "Premier groupe", "x" * 61)
    expect(page.get_by_text("1 caractère de trop.")).to_be_visible()
    assert_sound(trainer)
    page.keyboard.press("Backspace")
    expect(page.get_by_text("1 caractère de trop.")).to_have_count(0)

    place = page.get_by_role("textbox", name="Consigne")
    place.focus()
    page.keyboard.type("Lisez ")
    press(page, page.get_by_role("button", name="Gras"))
    page.keyboard.type("bien")

    items = page.locator("[data-item]")
    expect(items).to_have_count(2)
    words(page, "Énoncé", "Il arrive à 9 h 20.", items.nth(0))
    words(page, "Énoncé", "Il s'en moque.", items.nth(1))
    press(page, page.get_by_role("button", name="Ajouter : énoncé"))
    expect(items.nth(2).locator("[data-title]")).to_be_focused()
    expect(page.locator("[data-said]")).to_have_text("Ajouté : énoncé 3.")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('button')")
    words(page, "Énoncé", "Elle a signé le 3 mai.", items.nth(2))
    items.nth(1).get_by_label("Sa place").focus()
    page.keyboard.press("ArrowDown")
    press(page, page.get_by_role("button", name="Monter : énoncé 3"))
    expect(page.locator("[data-said]")).to_have_text("Déplacé : énoncé, maintenant 2 sur 3.")
    expect(page.get_by_role("button", name="Monter : énoncé 2")).to_be_focused()
    press(page, page.get_by_role("button", name="Ajouter : énoncé"))
    press(page, page.get_by_role("button", name="Retirer : énoncé 4"))
    expect(page.locator("[data-said]")).to_have_text("Retiré : énoncé 4. Il en reste 3.")
    expect(items.nth(2).locator("[data-title]")).to_be_focused()
    assert_sound(trainer)

    # The preview follows, in its sandbox, and keeps nothing.
    frame = page.frame_locator("iframe[name=h5p-preview]")
    expect(frame.locator("fieldset")).to_have_count(3, timeout=10_000)
    expect(frame.locator("body")).to_contain_text("Elle a signé le 3 mai.")
    expect(frame.locator("strong", has_text="bien")).to_be_visible()
    before = live_site.rows("SELECT count(*) FROM h5p_content")

    press(page, page.get_by_label("Titre"))
    page.wait_for_url(re.compile("/h5p/contents/edit/"))
    assert live_site.rows("SELECT count(*) FROM h5p_content") == [(before[0][0] + 1,)]
    expect(page.locator("main")).to_contain_text("« Fait ou ressenti ? » est créé.")
    ((params,),) = live_site.rows("SELECT params FROM h5p_contentversion ORDER BY id DESC LIMIT 1")
    assert params["taskDescription"] == "<p>Lisez <strong>bien</strong></p>"
    assert [(one["text"], one["group"]) for one in params["statements"]] == [
        ("Il arrive à 9 h 20.", "first"),
        ("Elle a signé le 3 mai.", "first"),
        ("Il s&#x27;en moque.", "second"),
    ]
    trainer.assert_sound()

    press(page, page.get_by_role("link", name="Modifier le contenu"))
    expect(items).to_have_count(3)
    expect(page.get_by_role("textbox", name="Consigne")).to_have_text("Lisez bien")
    assert_sound(trainer)


def test_a_field_is_reached_by_the_tab_key_and_shows_it(trainer: Visitor) -> None:
    page = trainer.page
    page.goto("/admin/h5p/authoring/")
    page.get_by_role("link", name="Dialogue à trous").click()
    hands = Keyboard(page)
    page.get_by_label("Titre").focus()
    page.keyboard.type("Dialogue")
    hands.activate(page.get_by_role("button", name="Ajouter : réplique"))
    hands.activate(page.get_by_role("button", name="Ajouter : choix").last)
    hands.fill(page.locator("[data-item] [data-item]").get_by_label("Mots").last, "Je vous écoute.")
    assert_sound(trainer)


def test_without_a_script_the_form_works_all_the_same(visit: Any) -> None:
    visitor = visit(java_script_enabled=False)
    visitor.arrive("formateur@demo.example")
    page = visitor.page
    page.goto("/admin/h5p/authoring/")
    page.get_by_role("link", name="Fait ou interprétation").click()
    page.fill("[name=title]", "Sans script")
    page.get_by_role("button", name="Ajouter : énoncé").click()
    for at, text in enumerate(("Un", "Deux", "Trois")):
        page.fill(f"[name='p/statements/{at}/text']", text)
    page.get_by_role("button", name="Descendre : énoncé 1").click()
    assert page.input_value("[name='p/statements/1/text']") == "Un"
    page.get_by_role("button", name="Créer le contenu").click()
    expect(page.locator("body")).to_contain_text("« Sans script » est créé.")
    visitor.assert_sound()


def nest() -> dict[str, Any]:
    """A type of its own whose contents hold others."""
    sound, name = members(), "H5P.Nest"
    needed = [needs("H5P.Text", 1, 1)]
    return {path: value for path, value in sound.items() if not path.startswith("H5P.Sort")} | {
        "h5p.json": h5p_json(mainLibrary=name, preloadedDependencies=[needs(name)]),
        f"{name}-1.2/library.json": library_json(name, preloadedDependencies=needed),
        f"{name}-1.2/semantics.json": SEMANTICS,
        f"{name}-1.2/play.js": b"H5P.Nest = function () { this.attach = function (where) { where.text('Ici'); }; };",
        f"{name}-1.2/play.css": b"",
    }


def test_a_part_is_chosen_and_filled_without_leaving_the_form(
    trainer: Visitor, live_site: LiveSite, tmp_path: Path
) -> None:
    path = tmp_path / "paquet.h5p"
    path.write_bytes(packed(nest()).getvalue())
    live_site.manage("h5p", "import", str(path), "--install-libraries")
    page = trainer.page
    page.goto("/admin/h5p/authoring/")
    page.get_by_role("link", name="H5P.Nest").click()
    page.wait_for_load_state()  # the form knows what to do with a choice
    part = page.locator("[id='p/extra/params/text']")
    expect(part).to_have_count(0)
    page.locator("[id='p/extra']").select_option("H5P.Text 1.1")
    expect(page.locator("[data-said]")).to_have_text("Les champs de cette partie suivent.")
    part.focus()
    page.keyboard.type("Une partie")
    assert_sound(trainer)
    page.get_by_label("Titre").first.fill("Avec une partie")
    page.locator("[id='p/title']").fill("Trier")
    page.locator("[id='p/delay']").fill("2")
    page.locator("[id='p/look']").select_option("card")
    page.locator("[id='p/items/0/text']").fill("Il crie.")
    page.locator("[id='p/notes/0']").fill("Une note")
    page.get_by_role("button", name="Créer le contenu").click()
    page.wait_for_url(re.compile("/h5p/contents/edit/"))
    ((params,),) = live_site.rows("SELECT params FROM h5p_contentversion ORDER BY id DESC LIMIT 1")
    assert params["extra"]["params"] == {"text": "<p>Une partie</p>"}
