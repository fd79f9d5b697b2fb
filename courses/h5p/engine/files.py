"""What a package may carry: extensions, and what files really are.

The extensions are those H5P core admits (`H5PCore::$defaultContentWhitelist`); no HTML, and no SVG in contents.
"""

from pathlib import PurePosixPath

CONTENT = frozenset(
    "json png jpg jpeg gif bmp tif tiff eot ttf woff woff2 otf webm mp4 ogg mp3 m4a wav txt pdf rtf doc docx xls xlsx"
    " ppt pptx odt ods odp csv diff patch md textile vtt webvtt gltf glb webp avif".split()
)
LIBRARY = CONTENT | frozenset("js css svg xml".split())

HEAD = 1024
"""Bytes enough to know a file by."""

OFFICE_97, ZIPPED, SFNT = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
    (b"PK\x03\x04",),
    (b"\x00\x01\x00\x00", b"true", b"OTTO"),
)
PICTURE = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*")
MEDIA = (
    b"\x1aE\xdf\xa3",
    b"OggS",
    b"ID3",
    b"\xff\xf1",
    b"\xff\xf9",
    b"\xff\xfb",
    b"\xff\xfa",
    b"\xff\xf3",
    b"\xff\xf2",
)
BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    **dict.fromkeys("png jpg jpeg gif bmp tif tiff webp avif".split(), PICTURE),
    **dict.fromkeys("webm mp4 ogg mp3 m4a wav".split(), MEDIA),
    **dict.fromkeys("doc xls ppt".split(), OFFICE_97),
    **dict.fromkeys("docx xlsx pptx odt ods odp".split(), ZIPPED),
    **dict.fromkeys("ttf otf".split(), SFNT),
    "woff": (b"wOFF",),
    "woff2": (b"wOF2",),
    "rtf": (b"{\\rtf",),
    "glb": (b"glTF",),
}


def extension(path: str) -> str:
    return PurePosixPath(path).suffix[1:].lower()


def is_what_it_says(path: str, head: bytes) -> bool:
    """Whether the first `HEAD` bytes of a file are those of the family its extension names.

    A JPEG called `.png` still shows as a picture, so the family is enough; a page or a script called `.png` is refused.
    What has no signature (text, subtitles) is taken at its word: it is never served as HTML.
    """
    kind = extension(path)
    if kind == "pdf":
        return b"%PDF-" in head
    if kind == "eot":
        return head[34:36] == b"LP"
    if kind in ("webp", "avif", "png", "jpg", "jpeg", "gif") and (
        (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or head[4:12] in (b"ftypavif", b"ftypavis", b"ftypmif1")
    ):
        return True
    if BEGINNINGS.get(kind) is MEDIA and (head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] == b"WAVE")):
        return True
    return head.startswith(BEGINNINGS[kind]) if kind in BEGINNINGS else True
