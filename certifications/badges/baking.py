"""A credential inside an image, as Open Badges 3.0 §5.3 asks, and back out of an image from anyone."""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from certifications.badges.documents import LONGEST
from certifications.badges.errors import NotReadable, TooLarge

PNG = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
ELEMENT = f"{NAMESPACE} credential"
LARGEST = 5 * 1024 * 1024
"""Bytes of an image, at most."""

MOST_ELEMENTS = 20_000
MOST_CHUNKS = 20_000


def bake_svg(svg: bytes, credential: str | Mapping[str, Any]) -> bytes:
    """Return the image with a credential in it (§5.3.2.1): a token, or a document with its proof.

    `svg` is one of ours: its root is the first `<svg`, and it bears no credential yet.
    """
    start = svg.index(b"<svg")
    end = svg.index(b">", start)
    head, tail = svg[start:end], svg[end + 1 :]
    if isinstance(credential, str):
        element = f"<openbadges:credential verify={quoteattr(credential)}></openbadges:credential>"
    else:
        body = _ascii_json(credential).replace("]]>", "]]]]><![CDATA[>")
        element = f"<openbadges:credential><![CDATA[{body}]]></openbadges:credential>"
    return b"".join([svg[:start], head, f' xmlns:openbadges="{NAMESPACE}">'.encode(), element.encode("ascii"), tail])


def bake_png(png: bytes, credential: str | Mapping[str, Any]) -> bytes:
    """Return the image with a credential in it (§5.3.1.1): one iTXt chunk, not compressed, right after the header."""
    text = credential if isinstance(credential, str) else _ascii_json(credential)
    kept = [chunk for chunk in _chunks(png) if _text_of(*chunk) is None]
    baked = (b"iTXt", KEYWORD + b"\x00" * 5 + text.encode("ascii"))
    return PNG + b"".join(_written(*chunk) for chunk in [kept[0], baked, *kept[1:]])


def unbake(content: bytes) -> str:
    """Return the credential in an image from anyone: a token, or the JSON of a document. Raises NotReadable.

    An image with two credentials is refused: programs would not agree on the one it bears.
    """
    if len(content) > LARGEST:
        raise TooLarge
    found = _in_png(content) if content.startswith(PNG) else _in_svg(content)
    if len(found) != 1:
        raise NotReadable("Cette image ne contient pas de badge." if not found else "Cette image en contient deux.")
    if len(found[0]) > LONGEST:
        raise TooLarge
    return found[0].strip()


def _ascii_json(document: Mapping[str, Any]) -> str:
    """XML carries neither all characters nor all line ends: JSON writes them all in ASCII, on one line."""
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"))


def _in_png(content: bytes) -> list[str]:
    return [text for chunk in _chunks(content) if (text := _text_of(*chunk)) is not None]


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG (third edition, §5.3), up to its end. Raises NotReadable."""
    place = len(PNG)
    for _chunk in range(MOST_CHUNKS):
        try:
            length, kind = struct.unpack_from(">I4s", content, place)
            data = content[place + 8 : place + 8 + length]
            (control,) = struct.unpack_from(">I", content, place + 8 + length)
        except struct.error as error:
            raise NotReadable from error
        if control != zlib.crc32(kind + data):
            raise NotReadable
        yield kind, data
        if kind == b"IEND":
            return
        place += 12 + length
    raise NotReadable


def _text_of(kind: bytes, data: bytes) -> str | None:
    """The text of an iTXt chunk (§11.3.2.4) that bears a credential; compression is forbidden there."""
    keyword, _, rest = data.partition(b"\x00")
    if kind != b"iTXt" or keyword != KEYWORD:
        return None
    if rest[:1] != b"\x00" or len(rest) > LONGEST + 1024:
        raise NotReadable
    _language, _, rest = rest[2:].partition(b"\x00")
    _translation, _, text = rest.partition(b"\x00")
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise NotReadable from error


def _written(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _in_svg(content: bytes) -> list[str]:
    reader = _SvgReader()
    try:
        reader.parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise NotReadable from error
    return reader.found


class _SvgReader:
    """Keeps what the credential elements hold. A document type is refused, and with it all that entities can do."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.inside = 0
        self.elements = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _doctype(self, *_declaration: object) -> None:
        raise NotReadable("Cette image déclare un type de document : elle n'est pas lue.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS or self.inside:
            raise NotReadable
        if name == ELEMENT:
            self.inside = 1
            self.found.append(attributes.get("verify", ""))

    def _end(self, name: str) -> None:
        if name == ELEMENT:
            self.inside = 0

    def _text(self, text: str) -> None:
        if self.inside:
            self.found[-1] += text
            if len(self.found[-1]) > LONGEST + 1024:
                raise TooLarge
