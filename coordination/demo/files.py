"""The demo texts, as written in the three files beside this module."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@dataclass(frozen=True)
class DemoFiles:
    """`demo`: themes, structures, courses, glossary; `lessons`: their full text; `pages`: everything else to read."""

    demo: dict[str, Any]
    lessons: dict[str, Any]
    pages: dict[str, Any]


def read_files() -> DemoFiles:
    return DemoFiles(*(_read(name) for name in ("demo", "lessons", "pages")))


def _read(name: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((HERE / f"{name}.yaml").read_bytes(), Loader=loader)  # noqa: S506 - a safe loader, in C if it can
