"""The one door to typst: data as data, always the same fonts and the same standards, so always the same bytes."""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from certifications.pdf.errors import CannotTypeset
from certifications.pdf.fonts import CARRIED, FAMILIES, Coverage, library
from certifications.pdf.text import plain, printable

TEMPLATES = Path(__file__).parent
Form = Mapping[str, Any]
PDF: Form = {"pdf_standards": ["a-2a", "ua-1"]}
PICTURES: Form = {"format": "png", "ppi": 110}


class Ours(str):
    """Made here, not typed by anybody: given to the template as it is."""


class Unbroken(str):
    """An address or a number, copied by those who read it: cut only when it cannot be otherwise."""


class Forks:
    """typst works in threads of its own, which a fork does not copy: the child would wait for them for ever."""

    is_threaded = False
    is_orphan = False


def note_fork() -> None:
    Forks.is_orphan = Forks.is_threaded


os.register_at_fork(after_in_child=note_fork)


def typeset(
    template: str,
    data: Mapping[str, Any],
    *,
    title: str,
    author: str,
    keywords: Sequence[str],
    made_at: datetime,
    fonts: Path,
    form: Form = PDF,
) -> Any:
    """The PDF/A-2a and PDF/UA-1 that `template` makes of `data`; the same bytes for the same arguments.

    In another `form`, what typst makes of it: PICTURES are a PNG for each page, in a list when there are several.
    Raises CannotTypeset: a font is missing, an image cannot be read, the process was forked after its first document.
    """
    if Forks.is_orphan:
        raise CannotTypeset(
            "Ce processus est né d'un autre qui avait déjà composé un document : il ne peut en composer."
        )
    Forks.is_threaded = True
    shelf = library(fonts)
    properties = {
        "title": Ours(plain(title) or "Document"),
        "author": Ours(plain(author)),
        "keywords": [Ours(plain(word)) for word in keywords],
        "fonts": [Ours(family) for family in (*FAMILIES, *CARRIED)],
    }

    def compiled(coverage: Coverage) -> Any:
        told = prepared(data, coverage)
        piled = "".join(sorted(shelf.piled & set(json.dumps(told, ensure_ascii=False))))
        words = json.dumps({"document": properties | {"piled": piled}, "data": told})
        return typst.compile(
            TEMPLATES / template,
            root=TEMPLATES,
            font_paths=shelf.loaded,
            ignore_system_fonts=True,
            sys_inputs={"words": words},
            **form,
            timestamp=int(made_at.timestamp()),
        )

    try:
        return compiled(shelf.coverage)
    except typst.TypstError:
        # Two scripts meet where no font draws both: the letters of the first font alone, and code points.
        try:
            return compiled(shelf.coverage[:1])
        except typst.TypstError as error:
            raise CannotTypeset(f"Le document ne peut pas être composé : {error.message}") from error


def prepared(value: Any, coverage: Coverage) -> Any:
    match value:
        case Ours() | None | bool() | int():
            return value
        case Unbroken():
            return printable(value, coverage, longest_word=80)
        case str():
            return printable(value, coverage)
        case bytes():
            return list(value)
        case Mapping():
            return {key: prepared(one, coverage) for key, one in value.items()}
        case Sequence():
            return [prepared(one, coverage) for one in value]
    raise TypeError(f"No template can read a {type(value).__name__}.")
