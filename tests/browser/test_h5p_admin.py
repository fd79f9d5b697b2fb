"""A trainer sends a package, reads its report, sees it play and completes it; each screen as everyone may meet it."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import AXE, WIDTHS, LiveSite, Visitor

TRAINER = "formateur@demo.example"
# Wagtail's own: its search field and ours are two landmarks of one name.
OURS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def worker(site: LiveSite) -> None:
    """What waits is done, as the worker does."""
    site.manage("shell", "-c", "from cms.core import outbox; outbox.process_waiting()")


def exported(site: LiveSite, folder: Path) -> Path:
    """The package of a content of the demonstration, under another title."""
    ((identifier,),) = site.rows("SELECT public_id FROM h5p_content WHERE title = 'Les mots du parcours'")
    made, renamed = folder / "export.h5p", folder / "mots.h5p"
    site.manage("h5p", "export", str(identifier), "--output", str(made))
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(renamed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "h5p.json":
                content = content.replace(b"Les mots du parcours", "Les mots de l'été".encode())
            target.writestr(name, content)
    return renamed


def assert_accessible(visitor: Visitor) -> None:
    for width in WIDTHS.values():
        visitor.page.set_viewport_size({"width": width, "height": 900})
        assert visitor.axe(OURS) == []
        assert not visitor.scrolls_sideways()


def send(page: Page, package: Path) -> None:
    page.goto("/admin/h5p/contents/new/")
    page.get_by_label("Paquet H5P").set_input_files(package)
    page.get_by_role("button", name="Envoyer").press("Enter")
    page.wait_for_url(re.compile("/admin/h5p/uploads/"))


def test_a_package_is_sent_reread_and_completed(visit: Any, live_site: LiveSite, tmp_path: Path) -> None:
    trainer = visit()
    trainer.arrive(TRAINER)
    page = trainer.page

    # Nothing, then something that is no package.
    page.goto("/admin/h5p/contents/new/")
    trainer.expected_statuses.add(422)
    page.get_by_role("button", name="Envoyer").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Choisissez un fichier.")
    expect(page.get_by_label("Paquet H5P")).to_be_focused()
    assert_accessible(trainer)

    bad = tmp_path / "mauvais.h5p"
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("content/page.html", "<script>alert(1)</script>")
    send(page, bad)
    expect(page.get_by_text("Contrôle à venir")).to_be_visible()
    assert_accessible(trainer)
    worker(live_site)
    expect(page.get_by_text("Ce paquet est refusé.")).to_be_visible()  # by itself
    expect(page.get_by_role("heading", name="À corriger")).to_be_visible()
    page.locator("details", has_text="forbidden-extension").locator("summary").click()
    expect(page.get_by_text("forbidden-extension")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Ce paquet est refusé.")).to_be_visible()
    assert_accessible(trainer)

    # A sound one.
    send(page, exported(live_site, tmp_path))
    worker(live_site)
    expect(page.get_by_text("« Les mots de l'été » est importé")).to_be_visible()
    assert_accessible(trainer)
    page.get_by_role("link", name="Relire le contenu").press("Enter")
    expect(page.get_by_text("Ce contenu est un brouillon")).to_be_visible()
    frame = page.frame_locator("socle-activity iframe")
    expect(frame.get_by_role("button").first).to_be_visible()
    expect(page.get_by_text("Aperçu : rien n'est enregistré.")).to_be_visible()
    assert_accessible(trainer)

    page.set_viewport_size({"width": WIDTHS["desk"], "height": 900})
    page.get_by_label("Texte de remplacement").fill("Douze mots du parcours, avec leur définition.")
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.get_by_text("Ce contenu est un brouillon")).to_have_count(0)
    page.goto("/admin/h5p/contents/?q=mots+ete")
    expect(page.get_by_role("link", name="Les mots de l'été")).to_be_visible()
    assert_accessible(trainer)
    kept = live_site.rows("SELECT title FROM h5p_registration JOIN h5p_content content ON content.id = content_id")
    assert ("Les mots de l'été",) not in kept  # a preview keeps nothing

    # In the window where a page chooses it.
    ((lesson,),) = live_site.rows("SELECT min(page_ptr_id) FROM courses_lessonpage")
    page.goto(f"/admin/pages/{lesson}/edit/")
    page.evaluate("ModalWorkflow({url: '/admin/h5p/content-chooser/?q=mots+ete', onload: {choose: () => {}}})")
    window = page.get_by_role("dialog")
    expect(window.get_by_role("link", name="Les mots de l'été")).to_be_visible()
    expect(window.get_by_label("Type")).to_be_visible()
    page.wait_for_function("getComputedStyle(document.querySelector('.modal')).opacity === '1'")
    page.evaluate(AXE.read_text())
    in_window = "options => axe.run('.modal-content', options).then(found => found.violations.map(one => one.id))"
    assert page.evaluate(in_window, {"runOnly": OURS}) == []


def test_a_file_dropped_is_the_file_sent(visit: Any, live_site: LiveSite) -> None:
    trainer = visit()
    trainer.arrive(TRAINER)
    page = trainer.page
    page.goto("/admin/h5p/contents/new/")
    drop = """frame => {
      const held = new DataTransfer();
      held.items.add(new File(["rien"], "tombé.h5p"));
      frame.dispatchEvent(new DragEvent("drop", {dataTransfer: held, bubbles: true, cancelable: true}));
    }"""
    page.locator("[data-drop]").evaluate(drop)
    expect(page.get_by_label("Paquet H5P")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/admin/h5p/uploads/"))
    expect(page.get_by_role("heading", name="tombé.h5p", exact=True)).to_be_visible()


def test_a_send_may_be_interrupted_and_begun_again(visit: Any, tmp_path: Path) -> None:
    trainer = visit()
    trainer.arrive(TRAINER)
    page = trainer.page
    page.goto("/admin/h5p/contents/new/")
    page.route("**/contents/new/", lambda route: None)  # the site takes its time
    package = tmp_path / "lent.h5p"
    package.write_bytes(b"PK")
    page.get_by_label("Paquet H5P").set_input_files(package)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("progressbar", name="Envoi du fichier")).to_be_visible()
    assert trainer.axe(OURS) == []
    expect(page.get_by_role("button", name="Interrompre l'envoi")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("L'envoi est interrompu : rien n'a été gardé.")
    expect(page.get_by_role("button", name="Envoyer")).to_be_enabled()


def test_without_javascript_the_form_sends_all_the_same(visit: Any, live_site: LiveSite, tmp_path: Path) -> None:
    trainer = visit(java_script_enabled=False)
    trainer.arrive(TRAINER)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("h5p.json", "{}")
    package = tmp_path / "simple.h5p"
    package.write_bytes(held.getvalue())
    send(trainer.page, package)
    worker(live_site)
    trainer.page.get_by_role("link", name="Actualiser").click()
    expect(trainer.page.get_by_text("Ce paquet est refusé.")).to_be_visible()
