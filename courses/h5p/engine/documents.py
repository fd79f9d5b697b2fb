"""JSON from anyone: parsed within limits, its text always such that PostgreSQL can keep it."""

import json
import re
from typing import Any, NoReturn

from courses.h5p.engine.archive import Archive, Unreadable
from courses.h5p.engine.limits import Limits

UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def read_json(archive: Archive, path: str) -> Any:
    """Return what a member says. Raises Unreadable, with a sentence, when it is no JSON or too much of it."""
    return parse(archive.read(path, most=archive.limits.json), limits=archive.limits)


def read_kept(archive: Archive, path: str) -> Any:
    """The same, for what stays in memory while the others are read: all of it together is bounded."""
    source = archive.read(path, most=archive.limits.json)
    archive.values_kept += count_values(source)
    if archive.values_kept > archive.limits.kept_values:
        raise Unreadable("Les bibliothèques de ce paquet décrivent trop de champs.")
    return parse(source, limits=archive.limits)


def parse(source: bytes, *, limits: Limits) -> Any:
    """Return the value of a JSON text (RFC 8259), a byte order mark being tolerated. Raises Unreadable."""
    if count_values(source) > limits.json_values:
        raise Unreadable(f"Ce fichier contient plus de {limits.json_values} valeurs.")
    try:
        value = json.loads(source.decode("utf-8-sig"), parse_constant=_refuse)
    except RecursionError as error:
        raise Unreadable(_too_deep(limits)) from error
    except ValueError as error:
        raise Unreadable("Ce fichier n'est pas du JSON.") from error
    _look_through(value, limits)
    return value


def count_values(source: bytes) -> int:
    """Never less than the values of a JSON text, known before they take memory: each but the first follows a mark."""
    return sum(map(source.count, (b",", b"[", b"{")))


def _look_through(value: Any, limits: Limits) -> None:
    """Nothing nested too deep, no text that no database keeps."""
    level = [value]
    for _depth in range(limits.json_depth + 1):
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                if any(map(UNSTORABLE.search, one)):
                    raise Unreadable("Ce fichier contient des caractères interdits.")
                inner.extend(one.values())
            elif isinstance(one, list):
                inner.extend(one)
            elif isinstance(one, str) and UNSTORABLE.search(one):
                raise Unreadable("Ce fichier contient des caractères interdits.")
        if not inner:
            return
        level = inner
    raise Unreadable(_too_deep(limits))


def _too_deep(limits: Limits) -> str:
    return f"Ce fichier imbrique plus de {limits.json_depth} niveaux."


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
