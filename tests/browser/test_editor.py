"""What the browser does for a trainer who writes."""

from typing import Any

from playwright.sync_api import expect

from cms.core.text import slug_of
from tests.browser.conftest import LiveSite

TITLES = ["L'œuvre d’État : « 10 000 € »", "  Co-construire ensemble !", "ŒUVRES et Æthers"]


def test_the_address_made_while_an_editor_types_is_the_one_the_server_would_make(
    visit: Any, live_site: LiveSite
) -> None:
    trainer = visit()
    trainer.arrive("formateur@demo.example")
    page = trainer.page
    ((parent,),) = live_site.rows("SELECT id FROM wagtailcore_page WHERE url_path LIKE '%/socle/rsa/'")
    page.goto(f"/admin/pages/add/pages/informationpage/{parent}/")
    address = page.locator("#id_slug")
    for title in TITLES:
        page.locator("#id_title").fill(title)
        page.locator("#id_title").blur()
        expect(address).to_have_value(slug_of(title))
    page.get_by_role("tab", name="Promotion").click()
    address.fill("s'appuyer")
    address.blur()
    expect(address).to_have_value("s-appuyer")
