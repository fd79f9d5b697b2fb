"""The document says what was frozen, to eyes, to assistive technology and to archives; and always in the same bytes."""

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typst

from certifications.pdf import attestation as drawing
from certifications.pdf.attestation import TEMPLATE_VERSION, render_attestation
from certifications.pdf.errors import CannotTypeset
from certifications.pdf.typesetting import TEMPLATES
from cms.embedded.postgres import CHECKOUT
from tests.certifications.pdf.conftest import Render
from tests.certifications.pdf.reading import Reading, read
from tests.certifications.pdf.samples import ASSETS, ID, LOGO_HASH, picture, snapshot
from tests.certifications.pdf.standards import assert_archivable_and_accessible

URL = f"https://socle.example/attestations/verifier/{ID}/"
RNCP = "n'est pas une certification professionnelle inscrite au RNCP"


def test_it_can_be_archived_and_read_aloud(attestation: Reading) -> None:
    assert_archivable_and_accessible(attestation, links=(URL,))


def test_it_is_recognised_by_its_properties(attestation: Reading) -> None:
    with attestation.pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        assert xmp["pdf:Keywords"] == f"urn:uuid:{ID}, socle-attestation/1, modèle {TEMPLATE_VERSION}"
        assert xmp["dc:title"] == "Attestation de suivi — Socle commun d'information – Claire Martel"
        assert xmp["dc:creator"] == ["Département de la Manche"]
        assert xmp["xmp:CreateDate"] == "2026-11-30T08:00:00+00:00"
    assert str(attestation.pdf.docinfo["/CreationDate"]) == "D:20261130080000Z"


def test_everything_frozen_is_printed(attestation: Reading) -> None:
    stated = snapshot()
    training, hours, wording = stated["training"], stated["hours"], stated["wording"]
    printed = [
        stated["kind_label"], "Socle commun d'information", stated["holder"]["name"], stated["employer"]["name"],
        training["title"], training["code"], "version 2", training["format_label"], training["nature"],
        *training["objectives"], "Du 2 octobre 2026 au 30 novembre 2026", "4 h",
        "Dont 3 h 30 en salle (1 demi-journée) et 30 min à distance",
        stated["results"]["assessment"], "Le contrat d'engagement : 85 % (seuil : 70 %), le 20/10/2026",
        "Délivrée le 30 novembre 2026", "Valable du 30 novembre 2026 au 30 novembre 2028",
        stated["signatory"]["name"], stated["signatory"]["quality"],
        "Maison du Département, 98 route de Candol, 50000 Saint-Lô", "225 005 020 00011", "25500123450",
        wording["statement"], *wording["paragraphs"], *wording["mentions"], f"Cette attestation {RNCP}.", ID, URL,
        *(text for step in hours["steps"] for text in (step["title"], step["kind_label"], step["module"])),
        "Journée 1 — Repères et écoute", "10/10/2026, matin", "09:00 – 12:30", "Paul Trainer",
    ]  # fmt: skip
    assert [words for words in printed if not attestation.says(words)] == []


def test_its_structure_is_that_of_a_document(attestation: Reading) -> None:
    tree = attestation.tree
    assert [node.text for node in tree.find("H1")] == ["Attestation de suiviSocle commun d'information"]
    assert [node.text for node in tree.find("H2")] == ["Détail de ce qui a été suivi"]
    assert [[header.text for header in table.find("TH")] for table in tree.find("Table")] == [
        ["Rubrique", "Ce qui est attesté"],
        ["Séance", "Demi-journée", "Horaires", "Durée", "Signée le", "Contresignée par"],
        ["Étape", "Nature", "Module", "Durée", "Terminée le"],
    ]
    assert [figure.alt for figure in tree.find("Figure")] == [
        "Département de la Manche",
        "Signature de Hélène Durand",
        "Code à photographier : il ouvre la page de vérification, dont l'adresse est écrite dessous.",
    ]


def test_it_stands_on_one_page_when_there_is_no_detail(render: Render) -> None:
    reading = read(render(hours={"minutes": 240, "steps": [], "half_days": []}))
    assert len(reading.pdf.pages) == 1
    assert reading.artifacts.count(f"Modèle {TEMPLATE_VERSION}Page 1 sur 1") == 1


def test_the_signature_stands_under_what_it_signs(render: Render) -> None:
    quizzes = [
        {
            "title": f"Quiz : Suivre le parcours de la personne, {n}",
            "score": 100,
            "pass_mark": 70,
            "passed_on": "2026-10-20",
        }
        for n in range(3)
    ]
    results = {"assessment": "Un quiz clôt chaque module. " * 7, "items": quizzes}
    objectives = [f"Expliquer une orientation et ses suites, {number}" for number in range(7)]
    hours = {"minutes": 240, "steps": [], "half_days": []}
    reading = read(render(training__objectives=objectives, results=results, hours=hours))
    assert len(reading.pdf.pages) == 1


def test_a_long_detail_goes_on_with_its_headers(render: Render) -> None:
    step = {"kind_label": "Leçon", "module": "Repères", "minutes": 5, "completed_on": "2026-10-05"}
    steps = [step | {"title": f"Étape numéro {number}"} for number in range(120)]
    reading = read(render(hours__steps=steps))
    assert [title for title in (one["title"] for one in steps) if not reading.says(title)] == []
    pages = len(reading.pdf.pages)
    assert pages > 3
    # What comes back is not read again.
    assert reading.text.count("Terminée le") == 1
    assert reading.artifacts.count("Terminée le") == pages - 2
    assert f"Page {pages} sur {pages}" in reading.artifacts


def test_a_certificat_de_realisation_has_its_own_words(render: Render) -> None:
    changes: dict[str, Any] = {"kind": "certificat_realisation", "kind_label": "Certificat de réalisation"}
    reading = read(render(title="Certificat de réalisation — Socle", results=None, **changes))
    for words in (
        "Établi au nom de",
        "Établi le",
        "Durée effectivement réalisée",
        "Certificat n°",
        f"Ce certificat {RNCP}.",
    ):
        assert reading.says(words)
    for words in ("Délivrée", "Évaluation des acquis", "Cette attestation"):
        assert not reading.says(words)


def test_the_mention_of_the_rncp_is_written_once(render: Render) -> None:
    mention = "Cette attestation n’est pas une certification professionnelle inscrite au RNCP, mais un usage."
    reading = read(render(wording__mentions=[mention]))
    assert reading.text.count("RNCP") == 1


def test_a_renewal_and_a_correction_say_what_they_follow(render: Render) -> None:
    reading = read(render(renews="11111111-aaaa", supersedes="22222222-bbbb", correction_reason="Nom mal écrit."))
    assert reading.says("Renouvelle l'attestation n° 11111111-aaaa.")
    assert reading.says("Remplace l'attestation n° 22222222-bbbb. Motif de la correction : Nom mal écrit.")


def test_what_is_not_known_is_not_printed(render: Render) -> None:
    changes: dict[str, Any] = {"employer": None, "logo": None, "results": None, "valid_until": None}
    reading = read(
        render(
            signatory__signature=None,
            provider__activity_number="",
            training__code="",
            training__version=None,
            **changes,
        )
    )
    for words in ("Employeur", "Déclaration d'activité", "Évaluation", "version", "None"):
        assert not reading.says(words)
    assert reading.says("Valable à partir du 30 novembre 2026, sans limite de durée")
    assert len(reading.tree.find("Figure")) == 1


def test_a_specimen_is_crossed_by_its_name_which_is_not_read(render: Render) -> None:
    reading = read(render(preview=True))
    assert reading.artifacts.count("SPÉCIMEN") == len(reading.pdf.pages)
    assert not reading.says("SPÉCIMEN")
    assert str(reading.pdf.docinfo["/Title"]).startswith("SPÉCIMEN – ")
    assert_archivable_and_accessible(reading, links=(URL,))


def test_a_day_is_that_of_paris(render: Render) -> None:
    assert read(render(issued_at="2026-11-30T23:30:00Z")).says("Délivrée le 1er décembre 2026")


def test_the_same_snapshot_gives_the_same_bytes_in_another_process(render: Render) -> None:
    script = (
        "import hashlib, sys; from pathlib import Path\n"
        "from tests.certifications.pdf.samples import ASSETS, snapshot\n"
        "from certifications.pdf.attestation import render_attestation\n"
        "content = render_attestation(snapshot(), assets=ASSETS, fonts=Path('build/fonts'))\n"
        "print(hashlib.sha256(content).hexdigest())"
    )
    others = [
        subprocess.run(
            [sys.executable, "-c", script], cwd=CHECKOUT, env={"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"},
            capture_output=True, text=True, check=True,
        ).stdout.strip()
        for seed, zone in (("1", "Pacific/Auckland"), ("2", "UTC"))
    ]  # fmt: skip
    render(holder__name="Quelqu'un d'autre")
    assert {hashlib.sha256(render()).hexdigest()} == set(others)


# What a document is drawn with, of each version of the template. A new version is added, and none is changed: an
# attestation is known by its bytes.
DRAWN_WITH = {
    1: "c856b110c53dc52e3a6e0619bb1c8ba8857a5a63052021321a8ad9b7f53eaabb",
    2: "2b0b1c66e9f6254a8a731983f3d2a22dc61bb658b46521747cf4d3cee4aa7e84",
}


def test_the_template_does_not_change_without_its_version(fonts: Path) -> None:
    digest = hashlib.sha256(typst.__version__.encode())
    drawn = [TEMPLATES / "attestation.typ", TEMPLATES / "style.typ", *sorted(fonts.glob("*.ttf"))]
    for path in drawn:
        digest.update(path.read_bytes())
    assert digest.hexdigest() == DRAWN_WITH[TEMPLATE_VERSION], "Raise TEMPLATE_VERSION, and write its hash here."


DRAWN = {
    1: "9a6457d5009ef2d7b9a9b0bbf176d10ecac6920fbe08f996050a85bd229068df",
    2: "3fdcd9ee60638f6075f40d5db389524255af4ba9bc6125103b60b7c24a0d1fc3",
}


def test_the_words_around_the_data_do_not_change_without_the_version(render: Render) -> None:
    both = render() + render(kind="certificat_realisation", renews="a", supersedes="b", valid_until=None)
    assert hashlib.sha256(both).hexdigest() == DRAWN[TEMPLATE_VERSION], (
        "Raise TEMPLATE_VERSION, and write its hash here."
    )


@pytest.mark.parametrize("assets", [{}, {**ASSETS, LOGO_HASH: picture(10, 10)}], ids=["missing", "altered"])
def test_an_image_that_is_not_the_one_frozen_is_refused(render: Render, assets: dict[str, bytes]) -> None:
    with pytest.raises(CannotTypeset, match="manque, ou n'est plus celle du jour de la délivrance"):
        render(assets=assets)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"not a picture", "image/png"),
        (picture(40, 40)[:120], "image/png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (picture(40, 40, mode="CMYK", kind="JPEG"), "image/jpeg"),
    ],
    ids=["words", "truncated", "svg", "colours of printers"],
)
def test_an_image_that_cannot_be_drawn_is_refused(render: Render, content: bytes, media_type: str) -> None:
    digest = hashlib.sha256(content).hexdigest()
    with pytest.raises(CannotTypeset):
        render(assets={**ASSETS, digest: content}, logo={"sha256": digest, "media_type": media_type, "alt": "Logo"})


def test_a_photograph_is_drawn(render: Render) -> None:
    content = picture(200, 90, mode="RGB", kind="JPEG")
    digest = hashlib.sha256(content).hexdigest()
    logo = {"sha256": digest, "media_type": "image/jpeg", "alt": ""}
    reading = read(render(assets={**ASSETS, digest: content}, logo=logo))
    assert reading.tree.find("Figure")[0].alt == "Logo"


def test_an_address_that_is_none_is_not_a_link(render: Render) -> None:
    reading = read(render(verification_url="javascript:alert(1)"))
    assert_archivable_and_accessible(reading)
    assert reading.says("javascript:alert(1)")


def test_an_address_too_long_for_a_code_is_still_written(render: Render) -> None:
    url = "https://socle.example/" + "a" * 3_000
    reading = read(render(verification_url=url))
    assert reading.says(url)
    assert len(reading.tree.find("Figure")) == 2


def test_the_code_is_that_of_the_address() -> None:
    assert drawing.qr_code(URL).startswith("<svg")
    assert drawing.qr_code(URL) != drawing.qr_code(URL.replace("3f0c", "3f0d"))
    assert drawing.qr_code("") == ""


def test_a_missing_font_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotTypeset, match="lancez « make assets »"):
        render_attestation(snapshot(), assets=ASSETS, fonts=tmp_path)


def test_a_child_of_a_process_that_drew_is_told_so_instead_of_waiting_for_ever() -> None:
    script = (
        "import os, sys; from pathlib import Path\n"
        "from tests.certifications.pdf.samples import ASSETS, snapshot\n"
        "from certifications.pdf.attestation import render_attestation\n"
        "from certifications.pdf.errors import CannotTypeset\n"
        "def draw(): return render_attestation(snapshot(), assets=ASSETS, fonts=Path('build/fonts'))\n"
        "if not os.fork(): draw(); os._exit(0)\n"
        "os.wait(); draw()\n"
        "if not os.fork():\n"
        "    try: draw()\n"
        "    except CannotTypeset as error: print(error, flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=60
    )
    assert "déjà composé un document" in result.stdout
