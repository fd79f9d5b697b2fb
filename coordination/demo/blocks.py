"""The typed blocks of the demo texts, as a StreamField stores them.

Identifiers are drawn from the place of each block, so that loading twice gives the same value twice.
"""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid5

from coordination.demo.richtext import Links, paragraph

NAMESPACE = UUID("6f0c4f52-7a5e-4d6c-9a53-5a3b1a3f6f10")
ACCOMPANIED = ("la personne", "personne", "Mme ", "M. ")

Raw = dict[str, Any]


class BlockWriter:
    """Writes the blocks of one page; `seed` names the page."""

    def __init__(self, seed: str, links: Links) -> None:
        self.seed = seed
        self.links = links

    def stream(self, blocks: Iterable[Raw]) -> list[Raw]:
        return [self._block(f"{self.seed}/{index}", block) for index, block in enumerate(blocks)]

    def items(self, place: str, values: Iterable[Any]) -> list[Raw]:
        """The items of a list block."""
        return [
            {"type": "item", "value": value, "id": str(uuid5(NAMESPACE, f"{place}/{index}"))}
            for index, value in enumerate(values)
        ]

    def _block(self, place: str, block: Raw) -> Raw:
        value = getattr(self, f"_{block['type']}")(place, block)
        return {"type": block["type"], "value": value, "id": str(uuid5(NAMESPACE, place))}

    def _text(self, text: str) -> str:
        return paragraph(text, self.links)

    def _texts(self, place: str, texts: Iterable[str]) -> list[Raw]:
        return self.items(place, map(self._text, texts))

    def _paragraph(self, place: str, block: Raw) -> str:
        return self._text(block["text"])

    def _heading(self, place: str, block: Raw) -> Raw:
        return {"text": block["text"], "level": "h2"}

    def _list(self, place: str, block: Raw) -> list[Raw]:
        return self._texts(place, block["items"])

    _steps: Callable[..., list[Raw]] = _list

    def _table(self, place: str, block: Raw) -> Raw:
        return {
            "caption": block["caption"],
            "columns": [{"type": "text", "heading": heading} for heading in block["head"]],
            "rows": [{"values": [self._text(cell) for cell in row]} for row in block["rows"]],
        }

    def _image(self, place: str, block: Raw) -> Raw:
        return {
            "image": self.links.images[block["file"]],
            "alternative": block["alternative"],
            "is_decorative": False,
            "caption": self._text(block["caption"]),
        }

    def _document(self, place: str, block: Raw) -> Raw:
        return {"document": self.links.documents[block["file"]], "title": "", "text": block["text"]}

    def _dialogue(self, place: str, block: Raw) -> Raw:
        lines = [
            {
                "who": line["who"],
                "voice": "person" if _is_accompanied(line["who"]) else "you",
                "stage": "",
                "text": self._text(line["text"]),
            }
            for line in block["lines"]
        ]
        return {"lines": self.items(place, lines)}

    def _activity(self, place: str, block: Raw) -> Raw:
        return {
            "title": block["title"],
            "instructions": self._text(block["instructions"]),
            "items": self._texts(f"{place}/items", block["items"]),
            "correction": self._texts(f"{place}/correction", block["correction"]),
        }

    def _callout(self, place: str, block: Raw) -> Raw:
        return {
            "kind": block["kind"],
            "text": self._text(block["text"]) if "text" in block else "",
            "items": self._texts(place, block.get("items", [])),
        }

    def _quote(self, place: str, block: Raw) -> Raw:
        return {"text": self._text(block["text"]), "author": ""}


def _is_accompanied(who: str) -> bool:
    """Whether a line is said by the accompanied person: "Personne", "Avant, la personne", "Mme L."."""
    return who.startswith(ACCOMPANIED) or who.lower().endswith("personne")
