"""The installed libraries as the forms of `courses.h5p.authoring` ask for them, in French when they have its words."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.core.files.storage import storages

from courses.h5p.authoring.widgets import is_hidden, is_required, label_of, members_of, obstacles, options_of
from courses.h5p.authoring.words import translated
from courses.h5p.engine.archive import Unreadable
from courses.h5p.engine.documents import parse
from courses.h5p.engine.limits import DEFAULTS
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.semantics import Field
from courses.h5p.models import Library

WORDS = "language/fr.json"
# The content types of our own: what they are for.
OWN = {
    "Socle.SortStatements": "Des énoncés à classer en deux groupes\N{NO-BREAK SPACE}; chacun a son retour.",
    "Socle.FlipCards": "Des termes et leurs définitions, à apprendre et à revoir.",
    "Socle.DialogueGaps": "Une conversation\N{NO-BREAK SPACE}: à chaque trou, choisir ce qu'il vaut mieux dire.",
}
NEEDED = ("machine_name", "major", "minor", "patch", "title", "is_runnable", "semantics", "files")


class EditableLibraries:
    """All of them are read at once, in one query; those in quarantine are left out."""

    def __init__(self) -> None:
        rows = Library.objects.filter(quarantined_at=None).only(*NEEDED)
        self.rows = {row.name: row for row in rows}
        self.known: dict[LibraryName, list[Field] | None] = {}

    def fields(self, name: LibraryName) -> list[Field] | None:
        if name not in self.known:
            fields = self.translated(name)
            is_shown = fields is not None and not any(obstacles(fields))
            self.known[name] = fields if is_shown else None
        return self.known[name]

    def title(self, name: LibraryName) -> str:
        row = self.rows.get(name)
        return row.title if row else str(name)

    def translated(self, name: LibraryName) -> list[Field] | None:
        """The semantics of a library with its French words; None when it is not there or takes no parameter."""
        row = self.rows.get(name)
        if row is None or not isinstance(row.semantics, list):
            return None
        words = words_of(row.directory) if WORDS in row.files else None
        return [field for field in translated(row.semantics, words) if isinstance(field, dict)]

    def reasons(self, name: LibraryName) -> list[str]:
        """Why no form makes a content of this library; empty when one does."""
        fields = self.translated(name)
        if not fields:
            return ["elle ne décrit pas ses paramètres"]
        return list(dict.fromkeys([*obstacles(fields), *self.lacking(fields)]))

    def lacking(self, fields: list[Field]) -> Iterator[str]:
        """The parts that have to be there, and could only be what is not installed or not shown."""
        for field in fields:
            if is_hidden(field):
                continue
            if field.get("type") == "library" and is_required(field):
                if all(self.fields(name) is None for name in options_of(field)):
                    yield f"« {label_of(field)} » demande une partie qui n'est pas installée, ou pas modifiable ici"
            elif field.get("type") == "group":
                yield from self.lacking(members_of(field))
            elif field.get("type") == "list" and isinstance(field.get("field"), dict) and is_required(field):
                yield from self.lacking([field["field"]])


@lru_cache(maxsize=128)
def words_of(directory: str) -> Any:
    """The French words of a library; its directory never changes. None when they cannot be read."""
    try:
        with storages["h5p"].open(f"{directory}/{WORDS}") as file:
            said = parse(file.read(DEFAULTS.json), limits=DEFAULTS)
    except (OSError, Unreadable):
        return None
    return said.get("semantics") if isinstance(said, dict) else None


def description_of(row: Library) -> str:
    return OWN.get(row.machine_name, "")
