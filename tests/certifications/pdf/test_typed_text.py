"""Whatever a person is called, it is printed, it is true, and it does not disturb what stands around it."""

import re
import unicodedata
from itertools import cycle
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from certifications.pdf.attestation import render_attestation
from certifications.pdf.fonts import CARRIED, FAMILIES, library, spread
from certifications.pdf.french import instant
from certifications.pdf.text import ORDINARY, plain, printable
from certifications.pdf.typesetting import typeset
from tests.certifications.pdf.conftest import Render
from tests.certifications.pdf.reading import read, squeezed
from tests.certifications.pdf.samples import ASSETS, snapshot
from tests.certifications.pdf.standards import assert_archivable_and_accessible

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)


@pytest.mark.parametrize(
    "name",
    [
        '#read("/etc/passwd")',
        "$x$",
        "*a* _b_ `c` @d <e> [f] = g",
        "<b>Claire</b> & Cie",
        "\\u{1} \\#panic()",
        "#import \"@preview/a:1.0.0\": *",
        '"}], "preview": true, "x": [{"',
        "// un commentaire /* et un autre */",
        "https://exemple.fr",
        "--- -- ... '' \"\" ~",
        "E\u0301lodie de la Haÿe-Œuvray",
        "Łukasz Đặng Nguyễn Ștefan Þórður",
        "Ελένη Παπαδοπούλου",
        "Олександр Зеленський",
        "Հայկ Գեւորգյան",
        "👩‍👩‍👧‍👦 👍🏽 ❤️ 🇫🇷",
        "W" * 200,
        "Jean-" * 40,
    ],
)  # fmt: skip
def test_it_prints_as_itself(render: Render, name: str) -> None:
    reading = read(render(holder__name=name, wording__statement=f"Nous attestons que {name} a suivi la formation."))
    printed = squeezed(unicodedata.normalize("NFC", name))
    text = squeezed(reading.text)
    assert f"Délivréeà{printed}Nousattestonsque{printed}asuivilaformation." in text
    assert f"Personneformée{printed}Employeur" in text
    assert str(reading.pdf.docinfo["/Title"]).endswith(plain(name))


@pytest.mark.parametrize("name", ["משה כהן", "שרה", "محمد"])
def test_what_is_read_from_right_to_left_stays_in_its_place(render: Render, name: str) -> None:
    """Glyphs are drawn from left to right: a name in Hebrew is drawn from its end, and its digits after it."""
    reading = read(render(wording__statement=f"Nous attestons que {name}, 12 heures, a suivi la formation."))
    assert f"Nousattestonsque{squeezed(name)[::-1]},12heures,asuivilaformation." in squeezed(reading.text)


def test_dotted_letters_in_arabic_are_drawn(render: Render) -> None:
    """Noto draws a letter and its dots apart, and typst names both after the letter: it is found twice."""
    text = squeezed(read(render(holder__name="علي بن يوسف")).text)
    assert "فسويىنبىيلع".replace("ى", "") in re.sub(r"(.)\1+", r"\1", text)


def test_nothing_turns_the_line_round(render: Render) -> None:
    reading = read(render(holder__name="Claire\u202eletraM\u2066 (Dr)\u200f", employer__name="\u202eeriaM"))
    assert reading.says("Délivrée à ClaireletraM (Dr) Nous")
    assert reading.says("Employeur eriaM SIRET")


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("王小明", "‹U+738B U+5C0F U+660E›"),
        ("Wang 王 Ming", "Wang ‹U+738B› Ming"),
        ("𒀀 ancien", "‹U+12000› ancien"),
        ("ชัย", "‹U+0E0A U+0E31 U+0E22›"),
        ("a\ue000b", "a‹U+E000›b"),
        ("a\ud800b", "a‹U+D800›b"),
        ("a\uffffb\ufdd0", "a‹U+FFFF›b‹U+FDD0›"),
        ("e\u0301\u0301\u0301\u0301\u0301\u0301", "é‹U+0301 U+0301 U+0301 U+0301 U+0301›"),
        ("\ufdfd", "‹U+FDFD›"),
        ("Claire\x00\x07\x1b Martel\ufeff\u00ad", "Claire Martel"),
        ("Claire\r\n\tMartel\u2028\x85X", "Claire Martel X"),
        ("  Claire \u00a0Martel  ", "Claire \u00a0Martel"),
    ],
)
def test_what_cannot_be_drawn_is_written_as_code_points(render: Render, typed: str, printed: str, fonts: Path) -> None:
    assert printable(typed, library(fonts).coverage) == printed
    reading = read(render(holder__name=typed))
    assert squeezed(f"Délivrée à {printed} Nous") in squeezed(reading.text)
    assert_archivable_and_accessible(reading, links=(snapshot()["verification_url"],))


def test_a_word_is_cut_only_when_it_is_longer_than_any_word(fonts: Path) -> None:
    coverage = library(fonts).coverage
    assert printable("anticonstitutionnellement", coverage) == "anticonstitutionnellement"
    assert printable("a" * 26, coverage) == "\u200b".join(("aaaaaa",) * 4 + ("aa",))
    assert printable("https://socle.example/" * 4, coverage) == "https://socle.example/" * 4
    assert "\u200b" in printable("👩‍👩‍👧‍👦" * 30, coverage)
    assert "\u200d\u200b" not in printable("👩‍👩‍👧‍👦" * 30, coverage)


@pytest.mark.parametrize(
    "name", ["W" * 200, "Ж" * 200, "王" * 200, "\u0301" * 200, "👩‍" * 200, "a\u00a0" * 200, "-" * 200]
)
def test_nothing_goes_out_of_the_sheet(render: Render, name: str) -> None:
    """Where each glyph is drawn, from the positions of the page: never right of the margin."""
    reading = read(render(holder__name=name, training__title=name, hours__half_days=[], wording__paragraphs=[name]))
    for page in reading.pdf.pages:
        right = float(page.mediabox[2])
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tm":
                assert 0 <= float(operands[4]) <= right - 50


@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(texts=st.lists(ANY_TEXT, min_size=7, max_size=7))
@example(texts=[""] * 7)
@example(texts=["\x00"] * 7)
def test_any_text_in_any_field_makes_a_document(fonts: Path, texts: list[str]) -> None:
    dates = {
        "issued_at",
        "valid_from",
        "valid_until",
        "on",
        "starts_on",
        "ends_on",
        "completed_on",
        "passed_on",
        "signed_on",
    }
    kept = dates | {"sha256", "media_type"}
    pool = cycle(texts)

    def typed(value: Any) -> Any:
        match value:
            case dict():
                return {key: one if key in kept else typed(one) for key, one in value.items()}
            case list():
                return [typed(one) for one in value]
            case str():
                return next(pool)
        return value

    content = render_attestation(typed(snapshot()), assets=ASSETS, fonts=fonts)
    assert len(read(content).tree.find("H1")) == 1


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters(codec=None)))
def test_printable_text_is_one_line_of_drawn_characters(fonts: Path, text: str) -> None:
    coverage = library(fonts).coverage
    printed = printable(text, coverage)
    assert printable(printed, coverage) == printed
    assert not {"\n", "\r", "\u202e", "\u202d", "\x00"} & set(printed)
    assert printed.count("\u2067") == printed.count("\u2069")
    plain(text).encode()


def test_fonts_carried_by_typst_draw_what_we_ask_of_them(fonts: Path) -> None:
    """All at once: PDF/A refuses the document for one character without a glyph, and then code points are printed."""
    asked = [character for ranges in CARRIED.values() for character in spread(ranges)]
    letters = [one for one in asked if not unicodedata.category(one).startswith(("M", "C", "Z"))]
    made = typeset(
        "livret.typ",
        {
            "name": "Toutes", "service": "", "made_at": "", "hours_total": "",
            "sections": [
                {"title": "", "empty": "", "columns": ["x"], "rows": [["".join(letters)]], "widths": [1]},
            ],
        },
        title="Toutes", author="", keywords=[], made_at=instant(snapshot()["issued_at"]), fonts=fonts,
    )  # fmt: skip
    text = squeezed(read(made).text)
    assert [one for one in letters if unicodedata.normalize("NFC", one) not in text] == []
    assert "U+" not in text


def test_what_our_fonts_draw_is_read_from_them(fonts: Path) -> None:
    atkinson, arabic, hebrew, emoji, libertinus, dejavu = library(fonts).coverage
    assert len(library(fonts).coverage) == len(FAMILIES) + len(CARRIED)
    assert {chr(code) for code in range(0x10000) if ORDINARY.fullmatch(chr(code))} <= atkinson
    assert "ع" in arabic and "א" in hebrew and "😀" in emoji and "Ω" in libertinus and "Հ" in dejavu
    assert "王" not in frozenset().union(*library(fonts).coverage)
