"""The image of a badge."""

import io
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFont

from certifications.badges.baking import bake_png, bake_svg, unbake
from certifications.badges.image import WIDTH, badge_png, badge_svg

CHECKOUT = Path(__file__).resolve().parents[3]
FONTS = CHECKOUT / "node_modules" / "@expo-google-fonts"
BOLD = FONTS / "atkinson-hyperlegible-next" / "700Bold" / "AtkinsonHyperlegibleNext_700Bold.ttf"
NAMESPACE = {"svg": "http://www.w3.org/2000/svg"}
LONG = (
    "Accueillir, écouter et orienter les personnes allocataires du RSA : conduire un premier entretien de diagnostic"
    " dans la durée, avec les partenaires, et savoir quoi faire de ce que l'on apprend (module 2)"
)


def made(title: str = "Socle commun d'information", **changes: str) -> bytes:
    words = {"title": title, "kind_label": "Attestation de suivi", "issuer": "Département de la Manche"} | changes
    return badge_svg(**words, issued_on=date(2026, 11, 30))


def texts(svg: bytes) -> list[ET.Element]:
    return ET.fromstring(svg).findall("svg:text", NAMESPACE)


def lines(text: ET.Element) -> list[str]:
    return ["".join(line.itertext()) for line in text]


def title_of(svg: bytes) -> str:
    return " ".join(lines(texts(svg)[1]))


def test_the_words_of_a_badge_are_words() -> None:
    assert [lines(text) for text in texts(made())] == [
        ["ATTESTATION DE SUIVI"],
        ["Socle", "commun", "d'information"],
        ["Département de la Manche"],
        ["30 novembre 2026"],
    ]
    assert ET.fromstring(made()).find("svg:title", NAMESPACE).text == (  # type: ignore[union-attr]
        "Attestation de suivi : Socle commun d'information. Département de la Manche, 30 novembre 2026."
    )


def test_the_first_of_the_month_is_said_as_it_is_written() -> None:
    svg = badge_svg(title="a", kind_label="b", issuer="c", issued_on=date(2026, 8, 1))
    assert lines(texts(svg)[3]) == ["1er août 2026"]


def test_two_hundred_characters_have_room() -> None:
    assert len(LONG) > 190
    assert title_of(made(LONG)) == LONG


def test_what_has_no_room_at_all_is_cut_and_says_so() -> None:
    cut = title_of(made(LONG * 5))
    assert cut.endswith("…")
    assert LONG.startswith(cut[:100])


@pytest.mark.parametrize(
    "title",
    ["Socle commun d'information", LONG, LONG.upper(), "M" * 60, "i" * 200, "œ" * 80],
    ids=lambda title: title[:5],
)
def test_no_line_leaves_the_image(title: str) -> None:
    text = texts(made(title))[1]
    font = ImageFont.truetype(str(BOLD), 100)
    widest = max(font.getlength(line) for line in lines(text)) * int(text.attrib["font-size"]) / 100
    assert widest <= WIDTH


@settings(deadline=None)
@given(title=st.text(max_size=60), issuer=st.text(max_size=60))
def test_any_words_make_an_image_of_the_same_shape(title: str, issuer: str) -> None:
    svg = made(title, issuer=issuer)
    shapes = [element.tag for element in ET.fromstring(svg).iter() if not element.tag.endswith("tspan")]
    assert shapes == [element.tag for element in ET.fromstring(made()).iter() if not element.tag.endswith("tspan")]


@pytest.mark.parametrize("title", ['#read("/etc/passwd")', "$x$ <script>alert(1) </script>", "&amp; ]]>", "“É” œ"])
def test_a_title_prints_as_itself(title: str) -> None:
    assert title_of(made(title)) == title


def test_the_same_words_are_the_same_bytes() -> None:
    assert made() == made()
    assert badge_png(made(), fonts=FONTS) == badge_png(made(), fonts=FONTS)


def pixels(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as image:
        return image.convert("RGBA")


def inked(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    """How many points of that part are dark."""
    return sum(image.crop(box).convert("L").point(lambda value: 255 * (value < 90)).histogram()[255:])


def test_the_png_is_large_enough_and_written_in_its_fonts() -> None:
    image = pixels(badge_png(made(), fonts=FONTS))
    assert image.size == (800, 800)
    assert image.getpixel((400, 400))[:3] == (0xFB, 0xFA, 0xF7)  # type: ignore[index]
    assert (
        inked(image, (250, 180, 740, 600))
        > inked(pixels(badge_png(made(" "), fonts=FONTS)), (250, 180, 740, 600)) + 2000
    )


@pytest.mark.parametrize("letters", ["שלום עולם", "مرحبا بالعالم", "🎓🏅"])
def test_letters_of_other_scripts_are_drawn_and_not_boxed(letters: str) -> None:
    """A letter no font has is drawn as an empty box: these do not look like as many boxes."""
    box = (250, 180, 740, 600)
    drawn = pixels(badge_png(made(letters), fonts=FONTS)).crop(box)
    boxes = pixels(badge_png(made("".join("\u4e00" if one != " " else one for one in letters)), fonts=FONTS)).crop(box)
    assert drawn.tobytes() != boxes.tobytes()
    assert inked(drawn, (0, 0, *drawn.size)) > 300


def forms() -> Iterator[bytes]:
    yield bake_svg(made(LONG), "a.b.c")
    yield bake_png(badge_png(made(LONG), fonts=FONTS), "a.b.c")


def test_the_image_bears_the_badge() -> None:
    assert [unbake(form) for form in forms()] == ["a.b.c", "a.b.c"]
