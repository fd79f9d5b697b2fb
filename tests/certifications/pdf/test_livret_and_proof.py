"""What a person did, and who was there: the same standards, whatever their length."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certifications.pdf.livret import render_livret
from certifications.pdf.proof import render_proof
from tests.certifications.pdf.reading import read
from tests.certifications.pdf.samples import livret, proof
from tests.certifications.pdf.standards import assert_archivable_and_accessible


def test_a_livret_shows_each_section_or_says_it_is_empty(fonts: Path) -> None:
    reading = read(render_livret(livret(), fonts=fonts))
    assert_archivable_and_accessible(reading)
    assert [node.text for node in reading.tree.find("H2")] == [
        "Formations",
        "Séances en salle",
        "Formations suivies ailleurs",
    ]
    assert [len(table.find("TR")) for table in reading.tree.find("Table")] == [4, 2]
    for words in (
        "Claire Martel",
        "SPIE de la Manche",
        "Arrêté le 30 novembre 2026 à 9 h 00",
        "Durée totale : 12 h 30",
    ):
        assert reading.says(words)
    assert reading.says("Vous n'avez rien ajouté ici.")
    assert not reading.says("Aucune formation suivie.")


def test_a_long_livret_shows_every_row(fonts: Path) -> None:
    reading = read(render_livret(livret(400), fonts=fonts))
    assert len(reading.tree.find("Table")[0].find("TR")) == 401
    assert reading.says("Socle commun d'information, partie 400")
    assert reading.artifacts.count("FormationDuAuDuréeÉtat") == len(reading.pdf.pages) - 1


def test_a_proof_shows_what_is_signed_and_what_is_not(fonts: Path) -> None:
    reading = read(render_proof(proof(people=4, half_days=2), fonts=fonts))
    assert_archivable_and_accessible(reading)
    *_facts, checks, signatures = reading.tree.find("Table")
    assert [[cell.text for cell in row.children] for row in checks.find("TR")[1:]] == [
        ["Erreur", "Une demi-journée n'est pas signée : Claire Martel 2, 10/10/2026, matin."],
        ["À vérifier", "La séance tombe un jour férié."],
        ["Conforme", "Personne n'animait dans deux salles à la fois."],
    ]
    signed = "Signé le 10/10/2026 à 9 h 04 Contresigné le 10/10/2026 à 12 h 31".replace(" ", "")
    only_once = "Signé le 10/10/2026 à 14 h 02 Non contresigné".replace(" ", "")
    assert [[cell.text.replace(" ", "") for cell in row.children[1:]] for row in signatures.find("TR")[1:]] == [
        [signed, "Absence"],
        ["Absence", "Nonsigné"],
        ["Nonsigné", only_once],
        [only_once, signed],
    ]
    assert float(reading.pdf.pages[0].mediabox[2]) > float(reading.pdf.pages[0].mediabox[3])


def test_many_half_days_stand_on_several_sheets(fonts: Path) -> None:
    reading = read(render_proof(proof(people=30, half_days=12), fonts=fonts))
    titles = [node.text for node in reading.tree.find("H2")]
    assert titles == ["Contrôles de cohérence", *(f"Demi-journées {part}" for part in ("1 à 5", "6 à 10", "11 à 12"))]
    assert [len(table.find("TR")) for table in reading.tree.find("Table")[2:]] == [31, 31, 31]


def test_a_session_without_anybody_or_anything_is_still_a_document(fonts: Path) -> None:
    empty = proof(people=0, half_days=0, checks=[])
    assert_archivable_and_accessible(read(render_proof(empty, fonts=fonts)))
    assert_archivable_and_accessible(read(render_livret(livret(sections=[]), fonts=fonts)))


@pytest.mark.parametrize(("draw", "data"), [(render_livret, livret), (render_proof, proof)])
def test_the_same_data_gives_the_same_bytes(fonts: Path, draw: Callable[..., bytes], data: Callable[[], Any]) -> None:
    assert draw(data(), fonts=fonts) == draw(data(), fonts=fonts)


def test_hostile_rows_are_only_words(fonts: Path) -> None:
    rows = [['#read("/etc/passwd")', "$x$", "]"], ["W" * 200, "王" * 100, "\u202e\x00"]]
    sections = [{"title": "*T*", "empty": "", "columns": ["<a>", "#b", "c"], "rows": rows}]
    reading = read(render_livret(livret(sections=sections), fonts=fonts))
    assert reading.says('#read("/etc/passwd")')
    assert [row.children[0].text.replace("\u200b", "") for row in reading.tree.find("Table")[0].find("TR")] == [
        "<a>",
        '#read("/etc/passwd")',
        "W" * 200,
    ]
