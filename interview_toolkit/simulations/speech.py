"""What a line holds: words that are said, and gestures its author put between brackets. Pure."""

import re
from dataclasses import dataclass

# A gesture is a sentence of its own: « (Elle croise les bras.) », not « un stage (une semaine) ».
_GESTURE = re.compile(r"\(\s*([^\W\d_a-zà-ÿ][^()]*[.…!?])\s*\)")
_QUOTED = re.compile(r"«\s*([^«»]*?)\s*»")


@dataclass(frozen=True, slots=True)
class Part:
    words: str
    is_gesture: bool = False


def parts_of(line: str) -> tuple[Part, ...]:
    """A line in its order. What is quoted in it takes the second quotation marks, since the line is quoted too."""
    line = line.strip()
    if line.startswith("(") and line.endswith(")") and not set("()") & set(line[1:-1]):
        return (Part(line[1:-1].strip(), is_gesture=True),)
    parts = []
    for at, piece in enumerate(_GESTURE.split(line)):  # what is between two gestures, then a gesture
        if words := piece.strip():
            parts.append(Part(words, is_gesture=True) if at % 2 else Part(_QUOTED.sub(r"“\1”", words)))
    return tuple(parts)
