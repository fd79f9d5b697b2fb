"""Reads a PDF as assistive technology does: by its structure, with the Unicode its fonts declare. Knows no typst."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

INVISIBLE = re.compile("[\\s\u200b\u2067\u2069]+")


@dataclass
class Node:
    """A structure element: its role, the text it holds before that of its children, its children."""

    role: str
    attributes: dict[str, str]
    alt: str = ""
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def find(self, role: str) -> list["Node"]:
        return [node for node in self.walk() if node.role == role]

    def walk(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass
class Reading:
    pdf: pikepdf.Pdf
    tree: Node
    artifacts: str
    """What is drawn and not read: page numbers, the word SPÉCIMEN."""

    @property
    def text(self) -> str:
        return self.tree.text

    def says(self, words: str) -> bool:
        """Without what a line break takes away or adds."""
        return squeezed(words) in squeezed(self.text)


def squeezed(text: str) -> str:
    return INVISIBLE.sub("", text)


def read(content: bytes) -> Reading:
    pdf = pikepdf.open(io.BytesIO(content))
    marked: dict[tuple[Any, int], str] = {}
    artifacts: list[str] = []
    for page in pdf.pages:
        for mcid, text in passages(page):
            if mcid is None:
                artifacts.append(text)
            else:
                key = (page.obj.objgen, mcid)
                marked[key] = marked.get(key, "") + text
    root = Node("StructTreeRoot", {})
    grow(root, pdf.Root.StructTreeRoot, None, marked)
    return Reading(pdf, root, "".join(artifacts))


def grow(node: Node, element: Any, page: Any, marked: dict[tuple[Any, int], str]) -> None:
    page = element.get("/Pg", page)
    kids = element.get("/K", pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            node.text += marked.pop((page.objgen, kid), "")
        elif "/MCID" in kid:
            node.text += marked.pop((kid.get("/Pg", page).objgen, int(kid.MCID)), "")
        elif "/S" in kid:
            child = Node(str(kid.S)[1:], attributes(kid), str(kid.get("/Alt", "")))
            grow(child, kid, page, marked)
            node.children.append(child)
            node.text += child.text


def attributes(element: Any) -> dict[str, str]:
    found = element.get("/A", pikepdf.Array())
    return {
        key[1:]: str(value)
        for each in (found if isinstance(found, pikepdf.Array) else [found])
        for key, value in each.items()
    }


def passages(page: pikepdf.Page) -> Iterator[tuple[int | None, str]]:
    """Each piece of text of a page, with the number that ties it to the structure."""
    fonts = {name: unicodes(font) for name, font in page.resources.get("/Font", {}).items()}
    current: dict[int, str] = {}
    stack: list[tuple[int | None, str | None]] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC" | "BMC":
                properties = operands[1] if len(operands) > 1 else {}
                if isinstance(properties, pikepdf.Name):
                    properties = page.resources.Properties[properties]
                above, spoken = stack[-1] if stack else (None, None)
                mcid = int(properties["/MCID"]) if "/MCID" in properties else above
                if spoken is None and "/ActualText" in properties:
                    spoken = str(properties["/ActualText"])
                    yield mcid, spoken
                stack.append((mcid, spoken))
            case "EMC":
                stack.pop()
            case "Tf":
                current = fonts[str(operands[0])]
            case "Tj" | "TJ":
                mcid, spoken = stack[-1] if stack else (None, None)
                pieces = operands[0] if str(operator) == "TJ" else [operands[0]]
                if spoken is None:
                    yield mcid, "".join(decoded(bytes(piece), current) for piece in pieces if is_string(piece))


def is_string(piece: Any) -> bool:
    return isinstance(piece, pikepdf.String)


def decoded(content: bytes, font: dict[int, str]) -> str:
    return "".join(font[int.from_bytes(content[at : at + 2], "big")] for at in range(0, len(content), 2))


def unicodes(font: Any) -> dict[int, str]:
    """The ToUnicode map of a font of two-byte codes."""
    cmap = font.ToUnicode.read_bytes().decode("ascii")
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, text in re.findall(r"<(\w+)>\s*<(\w*)>", block):
            found[int(code, 16)] = utf16(text)
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for code in range(int(first, 16), int(last, 16) + 1):
                found[code] = chr(ord(utf16(text)) + code - int(first, 16))
    return found


def utf16(digits: str) -> str:
    return bytes.fromhex(digits).decode("utf-16-be")
