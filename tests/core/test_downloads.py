"""Documents are sent whole or by parts, so that one moves within a video; who may read them is decided before."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import Collection, CollectionViewRestriction

from cms.core.downloads import part_of
from cms.core.models import Document
from tests.coordination.test_screens import close

CONTENT = bytes(range(256)) * 1000
SIZE = len(CONTENT)


@pytest.fixture
def video(db: None, settings: Any, tmp_path: Path) -> Document:
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    }
    document = Document(title="Un entretien")
    document.file.save("entretien.mp4", ContentFile(CONTENT))
    return document


def read(response: Any) -> bytes:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    close(response)
    return content


def get(client: Any, video: Document, **headers: str) -> HttpResponse:
    response: HttpResponse = client.get(video.url, headers={name.replace("_", "-"): at for name, at in headers.items()})
    return response


def test_a_document_is_sent_whole_and_says_that_parts_may_be_asked_for(client: Any, video: Document) -> None:
    response = get(client, video)
    assert (response.status_code, read(response)) == (200, CONTENT)
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Type"] == "video/mp4"
    assert response["Content-Length"] == str(SIZE)
    assert "Content-Encoding" not in response.headers
    assert response["Content-Disposition"] == 'inline; filename="entretien.mp4"'


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=255000-", 255_000, SIZE - 1),
        ("bytes=-500", SIZE - 500, SIZE - 1),
        ("bytes=-9999999", 0, SIZE - 1),
        ("bytes=255999-9999999", SIZE - 1, SIZE - 1),
        (" Bytes = 5 - 9 ", 5, 9),
    ],
)
def test_a_part_asked_for_is_sent_alone(client: Any, video: Document, asked: str, first: int, last: int) -> None:
    response = get(client, video, Range=asked)
    assert (response.status_code, read(response)) == (206, CONTENT[first : last + 1])
    assert response["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response["Content-Length"] == str(last + 1 - first)
    assert response["Content-Type"] == "video/mp4"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=9999999-99999999", "bytes=-0"])
def test_a_part_that_does_not_exist_is_416_with_the_size(client: Any, video: Document, asked: str) -> None:
    response = get(client, video, Range=asked)
    assert (response.status_code, read(response)) == (416, b"")
    assert response["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=9-5",
        "bytes=a-b",
        "octets=0-5",
        "bytes=0-5,10-15",
        "bytes=１-５",
        "bytes=0-" + "9" * 5000,
    ],
)
def test_what_means_nothing_or_too_much_is_answered_whole(client: Any, video: Document, asked: str) -> None:
    response = get(client, video, Range=asked)
    assert (response.status_code, read(response)) == (200, CONTENT)


def test_a_part_is_sent_only_of_the_file_whose_beginning_one_has(client: Any, video: Document) -> None:
    whole = get(client, video)
    read(whole)
    for same in (whole["ETag"], whole["Last-Modified"]):
        response = get(client, video, Range="bytes=5-9", If_Range=same)
        assert (response.status_code, read(response)) == (206, CONTENT[5:10])
    for other in ('"autre"', f"W/{whole['ETag']}", "Mon, 01 Jan 2024 00:00:00 GMT"):
        response = get(client, video, Range="bytes=5-9", If_Range=other)
        assert (response.status_code, read(response)) == (200, CONTENT)
    unchanged = get(client, video, Range="bytes=5-9", If_None_Match=whole["ETag"])
    assert (unchanged.status_code, read(unchanged)) == (304, b"")


def test_only_get_is_answered_by_parts(client: Any, video: Document) -> None:
    response = client.head(video.url, headers={"Range": "bytes=5-9"})
    close(response)
    assert (response.status_code, response["Content-Length"]) == (200, str(SIZE))


def test_who_may_not_read_a_document_gets_no_part_of_it(client: Any, sign_in: Any, video: Document, lead: Any) -> None:
    collection = Collection.objects.get(depth=1).add_child(instance=Collection(name="Réservé"))
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    Document.objects.update(collection=collection)
    refused = get(client, video, Range="bytes=0-9")
    assert (refused.status_code, refused["Location"]) == (302, f"/compte/login/?next={video.url}")
    response = get(sign_in(lead), video, Range="bytes=0-9")
    assert (response.status_code, read(response)) == (206, CONTENT[:10])


def test_someone_signed_in_who_may_not_read_a_document_is_told_and_not_sent_round(
    sign_in: Any, video: Document, professional: Any, trainer: Any
) -> None:
    collection = Collection.objects.get(depth=1).add_child(instance=Collection(name="Formateurs seulement"))
    restriction = CollectionViewRestriction.objects.create(collection=collection, restriction_type="groups")
    restriction.groups.add(trainer.groups.get())
    Document.objects.update(collection=collection)
    assert get(sign_in(professional), video).status_code == 404
    assert read(get(sign_in(trainer), video)) == CONTENT


def test_a_proxy_is_told_where_the_file_is_once_the_reader_is_known(
    client: Any, video: Document, settings: Any
) -> None:
    settings.SOCLE_ACCEL_PREFIX = "/fichiers/"
    Document.objects.update(file="documents/été 1.mp4")
    Path(video.file.path).rename(Path(settings.MEDIA_ROOT) / "documents" / "été 1.mp4")
    video.refresh_from_db()
    response = get(client, video, Range="bytes=0-9")
    assert (response.status_code, read(response)) == (200, b"")
    assert response["X-Accel-Redirect"] == "/fichiers/documents/%C3%A9t%C3%A9%201.mp4"
    assert response["Content-Type"] == "video/mp4"
    assert not int(response.get("Content-Length", 0))
    Path(video.file.path).unlink()
    assert get(client, video).status_code == 404


@given(size=st.integers(0, 400), first=st.integers(0, 500), last=st.integers(0, 500))
def test_a_part_is_what_a_slice_would_give(size: int, first: int, last: int) -> None:
    everything = range(size)
    assert part_of(size, str(first), "") == everything[first:]
    assert part_of(size, "", str(last)) == (everything[-last:] if last else everything[size:])
    part = part_of(size, str(first), str(last))
    assert part is None if last < first else part == everything[first : last + 1]
    assert part_of(size, "", "") is None
