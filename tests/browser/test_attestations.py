"""Attestations verified by somebody without an account, and the badge of one's own taken elsewhere."""

from typing import Any, LiteralString

import pytest

from tests.browser.conftest import WIDTHS, LiveSite

HELD_BY = "formateur@demo.example"
LIVES: dict[str, LiteralString] = {
    "plain": "NOT EXISTS (SELECT 1 FROM certifications_credentialevent e WHERE e.credential_id = c.id)",
    "revoked": "c.id IN (SELECT credential_id FROM certifications_credentialevent WHERE kind = 'revoked')",
    "extended": "c.id IN (SELECT credential_id FROM certifications_credentialevent WHERE kind = 'extended')",
    "superseded": "c.id IN (SELECT supersedes_id FROM certifications_credential)",
}


def number_of(site: LiveSite, life: str) -> str:
    """A credential of the demonstration to which that happened."""
    rows = site.rows(
        "SELECT c.public_id::text FROM certifications_credential c WHERE " + LIVES[life] + " ORDER BY c.id LIMIT 1"
    )
    return str(rows[0][0])


@pytest.mark.parametrize("life", LIVES)
def test_each_verdict_is_sound_in_both_widths(visit: Any, live_site: LiveSite, life: str) -> None:
    visitor = visit()
    visitor.page.goto(f"/attestations/verifier/{number_of(live_site, life)}/")
    for name, width in WIDTHS.items():
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert (name, visitor.axe(), visitor.scrolls_sideways()) == (name, [], False)
    assert visitor.page.get_by_role("button", name="Imprimer cette page").is_visible()
    visitor.assert_sound()


def test_a_badge_is_taken_then_verified_by_somebody_without_account_nor_scripts(
    visit: Any, live_site: LiveSite, tmp_path: Any
) -> None:
    holder = visit()
    holder.arrive(HELD_BY)
    [(number,)] = live_site.rows(
        """
        SELECT c.public_id::text FROM certifications_credential c JOIN accounts_user u ON u.id = c.person_id
        WHERE u.email = 'formateur@demo.example' ORDER BY c.id LIMIT 1
        """
    )
    holder.page.goto(f"/attestations/{number}/badge/")
    for width in WIDTHS.values():
        holder.page.set_viewport_size({"width": width, "height": 900})
        assert (holder.axe(), holder.scrolls_sideways()) == ([], False)
    holder.page.get_by_label("Écrire mon nom dans mon badge").check()
    holder.page.get_by_role("button", name="Enregistrer ce choix").click()
    assert holder.page.get_by_label("Écrire mon nom dans mon badge").is_checked()
    with holder.page.expect_download() as download:
        holder.page.get_by_role("link", name="Image PNG").click()
    badge = tmp_path / "badge.png"
    download.value.save_as(badge)

    employer = visit(java_script_enabled=False)
    employer.page.goto("/attestations/verifier/")
    employer.page.get_by_label("Fichier de l'attestation ou du badge").set_input_files(badge)
    employer.page.get_by_role("button", name="Vérifier ce fichier").click()
    assert employer.page.get_by_role("heading", name="Ce badge est bien de nous").is_visible()
    assert employer.page.get_by_text(number).first.is_visible()
    employer.page.goto("/attestations/verifier/")
    employer.page.get_by_label("Numéro de l'attestation").fill(number.upper())
    employer.page.get_by_role("button", name="Vérifier ce numéro").click()
    assert employer.page.url.endswith(f"/attestations/verifier/{number}/")
