"""How much a package may ask of the machine that reads it."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Defaults of the house; the settings may change the sizes. Bytes, unless said otherwise."""

    package: int = 256 * MIB
    """The archive itself."""
    entries: int = 10_000
    """Members of the archive."""
    file: int = 64 * MIB
    """One member, once unpacked."""
    total: int = 256 * MIB
    """All of them, once unpacked."""
    ratio: int = 100
    """How many times larger than packed; asked of members over 1 MiB, below which it harms nobody."""
    path: int = 255
    """Characters of a path."""
    json: int = 2 * MIB
    """One JSON file: parsed whole, it takes several times its size."""
    json_depth: int = 64
    """Nested lists and objects."""
    json_values: int = 200_000
    """Values in one JSON file, counted before it is parsed."""
    kept_values: int = 200_000
    """Values in all that is kept of the libraries of a package: library.json and semantics.json."""
    seconds: float = 15.0
    """Reading one package."""


DEFAULTS = Limits()
