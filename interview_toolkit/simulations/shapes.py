"""What each field of a scenario file may be, and the sentence for one that is not. Pure."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

# What PostgreSQL, XML or a screen cannot hold: control characters but tab and line ends, and halves of characters.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Shape:
    """`expected` as a sentence says it; `accepts` a value that is there."""

    expected: str
    accepts: Callable[[Any], bool]


def shown(value: str) -> str:
    """The beginning of what a file says, fit to be shown."""
    clean = _FORBIDDEN.sub("", value).strip()
    return clean if len(clean) <= 40 else f"{clean[:39]}…"


def text(most: int) -> Shape:
    return Shape(
        f"un texte de {most} caractères au plus", lambda value: isinstance(value, str) and len(value.strip()) <= most
    )


def one_of(values: Collection[str]) -> Shape:
    return Shape(" ou ".join(values), lambda value: isinstance(value, str) and value.strip() in {"", *values})


def _is_number(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


CODE_TEXT = Shape(
    "des capitales, des chiffres et des tirets, 40 au plus",
    lambda value: isinstance(value, str) and bool(re.fullmatch(r"[A-Z0-9-]{0,40}", value.strip())),
)
FLAG = Shape("true ou false", lambda value: isinstance(value, bool))
LIST = Shape("une liste", lambda value: isinstance(value, list))
TEXTS_LIST = Shape(
    "une liste de codes, comme [REFLET]",
    lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
)
NUMBER = Shape("un nombre entier", lambda value: _is_number(value, 2**31 - 1))
MINUTES = Shape("un nombre entier de minutes, de 1 à 240", lambda value: _is_number(value, 240))


def wrong_fields(said: Mapping[Any, Any], shapes: Mapping[str, Shape], place: str = "") -> Iterator[str]:
    """A sentence for each field that is not what is expected of it; one left empty is nothing."""
    for name, shape in shapes.items():
        value = said.get(name)
        if value is None:
            continue
        texts = [value] if isinstance(value, str) else value if shape is TEXTS_LIST else ()
        if not shape.accepts(value):
            yield in_place(place, f"« {name} » attend {shape.expected}, et non {_given(value)}.")
        elif any(_FORBIDDEN.search(one) for one in texts):
            yield in_place(place, f"« {name} » contient des caractères interdits, de contrôle ou incomplets.")


def in_place(place: str, sentence: str) -> str:
    return f"{place} : {sentence}" if place else sentence


def _given(value: Any) -> str:
    """What was read, in a few words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"« {shown(value)} »"
    if isinstance(value, int) and abs(value) < 10**6:
        return f"le nombre {value}"
    kinds = {int | float: "un nombre", list: "une liste", dict: "un bloc de champs", date: "une date"}
    return next((word for kind, word in kinds.items() if isinstance(value, kind)), "cela")
