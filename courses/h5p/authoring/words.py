"""The words of the semantics in another language, and text as people write it rather than as contents keep it."""

import html
import re
from typing import Any

from courses.h5p.engine.semantics import MARKUP

TRANSLATED = ("label", "description", "default", "entity", "placeholder")
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]*);", re.IGNORECASE)
LINE_END = re.compile(r"\r\n?")


def translated(fields: list[Any], words: Any) -> list[Any]:
    """Semantics with the words of a language file, which has the same shape: fields in the same places."""
    said = words if isinstance(words, list) else []
    return [translated_field(field, said[at] if at < len(said) else None) for at, field in enumerate(fields)]


def translated_field(field: Any, words: Any) -> Any:
    if not isinstance(field, dict) or not isinstance(words, dict):
        return field
    said = field | {key: words[key] for key in TRANSLATED if key in words}
    if "entity" not in words:
        said.pop("entity", None)  # a word of another language among those of this one
    for key in ("fields", "options"):
        if isinstance(field.get(key), list):
            said[key] = translated(field[key], words.get(key))
    if isinstance(field.get("field"), dict):
        said["field"] = translated_field(field["field"], words.get("field"))
    return said


def readable(text: str) -> str:
    """Plain text of a content, escaped once, as it is read."""
    return ENTITY.sub(lambda found: html.unescape(found[0]), text)


def kept(text: str) -> str:
    """The reverse: what someone wrote, as contents keep it. Line ends are those of Unix; no NUL."""
    return LINE_END.sub("\n", text).replace("\x00", "").replace("&", "&amp;").translate(MARKUP)
