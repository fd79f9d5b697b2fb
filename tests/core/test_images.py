"""Images sent to the publishing tools: the sound ones are kept, the others get a sentence."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import PIL.Image
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cms.core.models import Image
from tests.courses.test_learner_journey import text

pytestmark = pytest.mark.django_db

DAMAGED = "Cette image est abîmée ou incomplète"
TOO_LARGE = "Cette image est trop grande : 40 millions de points au plus"


def encoded(kind: str, size: tuple[int, int] = (300, 200)) -> bytes:
    held = BytesIO()
    PIL.Image.effect_noise(size, 60).convert("RGB").save(held, kind)
    return held.getvalue()


def png_that_says_it_is(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"0" * 100)), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


BROKEN = [
    ("a.png", b"\x89PNG\r\n\x1a\n" + b"garbage" * 40, DAMAGED),
    ("a.gif", encoded("GIF")[:12], DAMAGED),
    ("a.png", encoded("PNG")[:-2000], DAMAGED),
    ("a.webp", encoded("WEBP")[:200], DAMAGED),
    ("a.png", png_that_says_it_is(9_000, 9_000), TOO_LARGE),
    ("a.png", png_that_says_it_is(60_000, 60_000), TOO_LARGE),
]


@pytest.mark.parametrize(("name", "content", "said"), BROKEN)
def test_a_broken_image_is_refused_in_words(
    sign_in: Callable[..., Any], trainer: Any, name: str, content: bytes, said: str
) -> None:
    client = sign_in(trainer)
    file = SimpleUploadedFile(name, content)
    refused = client.post("/admin/images/add/", {"title": "Une image", "file": file, "collection": "1"})
    assert said in text(refused)

    file = SimpleUploadedFile(name, content)
    at_once = client.post(
        "/admin/images/multiple/add/",
        {"title": "Une image", "files[]": file, "collection": "1"},
        headers={"X-Requested-With": "XMLHttpRequest"},
    ).json()
    assert (at_once["success"], said in at_once["error_message"]) == (False, True)
    assert not Image.objects.exists()


def test_a_sound_image_is_kept(sign_in: Callable[..., Any], trainer: Any) -> None:
    file = SimpleUploadedFile("a.png", encoded("PNG"))
    sign_in(trainer).post("/admin/images/add/", {"title": "Une image", "file": file, "collection": "1", "tags": ""})
    assert [(image.width, image.height) for image in Image.objects.all()] == [(300, 200)]
