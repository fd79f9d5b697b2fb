"""Credentials in images and out of them, images from anyone included."""

import io
import json
import struct
import time
import zlib
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from certifications.badges.baking import LARGEST, bake_png, bake_svg, unbake
from certifications.badges.errors import BadgeRefused, NotReadable, TooLarge
from certifications.badges.image import badge_svg
from certifications.badges.reading import read_badge
from tests.certifications.badges import samples
from tests.certifications.badges.samples import KEYRING

SVG = badge_svg(title="Socle", kind_label="Attestation de suivi", issuer="Calvados", issued_on=date(2024, 11, 30))
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def small_png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "#0B5D5E").save(file, "PNG")
    return file.getvalue()


PNG = small_png()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_with(*chunks: bytes) -> bytes:
    return PNG[:33] + b"".join(chunks) + PNG[33:]


@settings(deadline=None, max_examples=60)
@given(document=st.dictionaries(TEXT, TEXT | st.lists(TEXT), max_size=4))
def test_whatever_a_document_says_comes_back(document: dict[str, Any]) -> None:
    assert json.loads(unbake(bake_svg(SVG, document))) == document
    assert json.loads(unbake(bake_png(PNG, document))) == document


def test_the_image_stays_an_image() -> None:
    with Image.open(io.BytesIO(bake_png(PNG, samples.token()))) as image:
        image.load()
        assert (image.size, image.text["openbadgecredential"]) == ((8, 8), samples.token())


def test_baking_again_replaces_the_badge_of_a_png() -> None:
    again = bake_png(bake_png(PNG, "a.b.c"), samples.token())
    assert unbake(again) == samples.token()
    assert again.count(b"openbadgecredential") == 1


@pytest.mark.parametrize("form", ["token", "document", "svg", "svg document", "png", "png document"])
def test_a_badge_of_ours_is_read_in_every_form(form: str) -> None:
    credential = samples.badge(samples.SNAPSHOT | {"title": 'Écoute ]]> & "détours" <fin> \u2028 🎓'})
    token, document = samples.token(credential), samples.document(credential)
    forms = {
        "token": token.encode() + b"\r\n",
        "document": b"\xef\xbb\xbf" + json.dumps(document, indent=2, ensure_ascii=False).encode(),
        "svg": bake_svg(SVG, token),
        "svg document": bake_svg(SVG, document),
        "png": bake_png(PNG, token),
        "png document": bake_png(PNG, document),
    }
    assert read_badge(forms[form], KEYRING) == credential


TOKEN, OTHER = samples.token().encode(), samples.token(samples.badge(salt="another")).encode()
BAKED_SVG, BAKED_PNG = bake_svg(SVG, TOKEN.decode()), bake_png(PNG, TOKEN.decode())
ITXT = b"openbadgecredential" + b"\x00" * 5
BOMB = (
    b"""<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "%s">]>
<svg xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential>&a;</o:credential></svg>"""
    % TOKEN
)
BILLION = b"""<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<svg xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential verify="&d;"/></svg>"""
OUTSIDE = (
    b"""<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<svg xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential verify="%s">&a;</o:credential></svg>"""
    % TOKEN
)

HOSTILE = {
    "an entity": BOMB,
    "entities that multiply": BILLION,
    "a file of the server": OUTSIDE,
    "a document type": b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "https://example.org/x.dtd">' + BAKED_SVG[39:],
    "an empty file": b"",
    "noise": bytes(range(256)) * 4,
    "half an SVG": BAKED_SVG[:-20],
    "an SVG without a badge": SVG,
    "an SVG with two": BAKED_SVG.replace(b"</svg>", b'<openbadges:credential verify="%s"/></svg>' % OTHER),
    "an SVG with the same twice": BAKED_SVG.replace(b"</svg>", b'<openbadges:credential verify="%s"/></svg>' % TOKEN),
    "an element in the badge": BAKED_SVG.replace(b"></openbadges", b"><b/></openbadges"),
    "words around the badge": BAKED_SVG.replace(b"></openbadges", b">a</openbadges"),
    "another namespace": BAKED_SVG.replace(b"https://purl.imsglobal.org/ob/v3p0", b"https://example.org"),
    "a hundred thousand elements": BAKED_SVG.replace(b"</svg>", b"<g/>" * 100_000 + b"</svg>"),
    "a hundred thousand levels": BAKED_SVG.replace(b"</svg>", b"<g>" * 100_000 + b"</g>" * 100_000 + b"</svg>"),
    "an unknown encoding": BAKED_SVG.replace(b"UTF-8", b"klingon"),
    "half a PNG": BAKED_PNG[: len(TOKEN) + 100],
    "a PNG without a badge": PNG,
    "a PNG with two": png_with(chunk(b"iTXt", ITXT + TOKEN), chunk(b"iTXt", ITXT + OTHER)),
    "a PNG with the same twice": png_with(chunk(b"iTXt", ITXT + TOKEN), chunk(b"iTXt", ITXT + TOKEN)),
    "a wrong checksum": png_with(chunk(b"iTXt", ITXT + TOKEN)[:-1] + b"!"),
    "a chunk of 4 GiB": png_with(chunk(b"iTXt", ITXT + TOKEN), struct.pack(">I", 2**32 - 1) + b"tEXt"),
    "a compressed text": png_with(chunk(b"iTXt", ITXT.replace(b"\x00", b"\x00\x01", 1)[:-1] + zlib.compress(TOKEN))),
    "a text said to be compressed": png_with(chunk(b"iTXt", ITXT.replace(b"\x00", b"\x00\x01", 1)[:-1] + TOKEN)),
    "a text that is not one": png_with(chunk(b"iTXt", ITXT + b"\xff\xfe")),
    "half a chunk": png_with(chunk(b"iTXt", b"openbadgecredential\x00")),
    "a hundred thousand chunks": png_with(chunk(b"iTXt", ITXT + TOKEN), chunk(b"tEXt", b"") * 100_000),
    "a megabyte of badge": png_with(chunk(b"iTXt", ITXT + TOKEN + b" " * 1_000_000)),
    "a megabyte of badge in an SVG": BAKED_SVG.replace(b"></openbadges", b">" + b" " * 1_000_000 + b"</openbadges"),
    "a megabyte of token": b"a" * 1_000_000,
    "a list": b"[]",
    "deep nesting": b'{"a":' * 50_000,
    "a name twice": json.dumps(samples.document()).encode().replace(b'{"@context"', b'{"name": "Autre", "@context"', 1),
    "half a character": b'{"proof": "\\ud800"}',
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_at_once_in_a_sentence(name: str) -> None:
    start = time.process_time()
    with pytest.raises(BadgeRefused) as refused:
        read_badge(HOSTILE[name], KEYRING)
    assert str(refused.value).endswith(".")
    assert time.process_time() - start < 1


def test_fifty_megabytes_are_not_even_looked_at() -> None:
    files = [b"<svg>" + b" " * 50_000_000, b"{" + b" " * 50_000_000, PNG + b" " * 50_000_000]
    start = time.process_time()
    for file in files:
        with pytest.raises(TooLarge, match="trop gros"):
            read_badge(file, KEYRING)
    assert time.process_time() - start < 0.1


def test_an_image_or_a_text_of_ours_with_megabytes_after_it_is_not_read() -> None:
    with pytest.raises(TooLarge, match="trop gros"):
        read_badge(TOKEN + b" " * LARGEST, KEYRING)
    with pytest.raises(TooLarge, match="trop gros"):
        unbake(BAKED_PNG + b" " * LARGEST)


@settings(deadline=None, max_examples=200)
@given(content=st.binary(max_size=300), start=st.sampled_from([b"", PNG[:33], b"<svg>", b"<svg", b"{", b"a.b."]))
def test_any_bytes_are_refused_in_a_sentence(content: bytes, start: bytes) -> None:
    with pytest.raises(BadgeRefused):
        read_badge(start + content, KEYRING)


def test_a_badge_is_not_taken_out_of_anything_else() -> None:
    with pytest.raises(NotReadable):
        unbake(samples.token().encode())
