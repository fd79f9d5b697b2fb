"""What H5P refuses, in words for the person who asked."""

from collections.abc import Iterable

from courses.h5p.engine.names import LibraryName


class H5PError(Exception):
    """Its text is shown as it is."""


class PackageRefused(H5PError):
    """The package has errors: its report says which."""


class LibrariesToInstall(H5PError):
    """The package brings libraries, or newer patches, that an administrator has to install first."""

    def __init__(self, names: Iterable[LibraryName]) -> None:
        self.names = tuple(names)
        super().__init__(f"Un administrateur doit d'abord installer : {', '.join(map(str, self.names))}.")
