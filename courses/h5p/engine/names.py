"""How libraries are named: machine name, major and minor version.

A patch replaces a patch; minors live side by side.
"""

import re
from dataclasses import dataclass
from typing import Any

MACHINE_NAME = re.compile(r"[\w0-9\-.]{1,255}", re.ASCII)
VERSION_PART = re.compile(r"[0-9]{1,5}", re.ASCII)
UBERNAME = re.compile(r"([\w0-9\-.]{1,255}) ([0-9]{1,5})\.([0-9]{1,5})", re.ASCII)
FOLDER = re.compile(r"([\w0-9\-.]{1,255}?)(?:-([0-9]{1,5})\.([0-9]{1,5}))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class LibraryName:
    """The identity of a library. As text, as contents write it: "H5P.MultiChoice 1.16"."""

    machine_name: str
    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.machine_name} {self.major}.{self.minor}"

    @property
    def folder(self) -> str:
        """Its folder in a package: "H5P.MultiChoice-1.16"."""
        return f"{self.machine_name}-{self.major}.{self.minor}"

    @classmethod
    def parse(cls, text: object) -> "LibraryName | None":
        """Read "H5P.MultiChoice 1.16"; None for anything else."""
        found = UBERNAME.fullmatch(text) if isinstance(text, str) else None
        return cls(found[1], int(found[2]), int(found[3])) if found else None

    @classmethod
    def from_dict(cls, value: Any) -> "LibraryName | None":
        """Read `{machineName, majorVersion, minorVersion}`, numbers or their text; None when one is not right."""
        if not isinstance(value, dict):
            return None
        name, major, minor = (
            value.get("machineName"),
            number(value.get("majorVersion")),
            number(value.get("minorVersion")),
        )
        if not isinstance(name, str) or not MACHINE_NAME.fullmatch(name) or major is None or minor is None:
            return None
        return cls(name, major, minor)


def number(value: object) -> int | None:
    """A part of a version: 1, "1"; None for what is not one."""
    if isinstance(value, bool):
        return None
    text = str(value) if isinstance(value, int | str) else ""
    return int(text) if VERSION_PART.fullmatch(text) else None
