"""The installed libraries, as the engine looks them up."""

from courses.h5p.engine.libraries import Library as Declared
from courses.h5p.engine.names import LibraryName
from courses.h5p.models import Library


class Installed:
    """Reads each library once; a `Source` of the engine. For one look at one package."""

    def __init__(self) -> None:
        self.known: dict[LibraryName, Declared | None] = {}

    def get(self, name: LibraryName) -> Declared | None:
        if name not in self.known:
            row = Library.objects.named([name]).first()
            self.known[name] = row.declared if row else None
        return self.known[name]
