"""What H5P refuses, in words for the person who asked."""

from collections.abc import Iterable

from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.validator import Checked


class H5PError(Exception):
    """Its text is shown as it is."""


class PackageRefused(H5PError):
    """The package has errors; `checked` says which."""

    def __init__(self, words: str, checked: Checked) -> None:
        self.checked = checked
        super().__init__(words)


class AlreadyDecided(H5PError):
    """Somebody decided about a waiting package meanwhile."""

    def __init__(self) -> None:
        super().__init__("Quelqu'un a déjà décidé de ce paquet : rien n'a changé.")


class LibrariesToInstall(H5PError):
    """The package brings libraries, or newer patches, that an administrator has to install first."""

    def __init__(self, names: Iterable[LibraryName]) -> None:
        self.names = tuple(names)
        super().__init__(f"Un administrateur doit d'abord installer : {', '.join(map(str, self.names))}.")


class ServedMeanwhile(H5PError):
    """Another version was put in service, or this one, while somebody was rereading."""

    def __init__(self) -> None:
        super().__init__("La version en service a changé pendant votre relecture : rien n'a changé de votre fait.")


class VersionStopped(H5PError):
    """A library of the version is in quarantine."""

    def __init__(self) -> None:
        super().__init__("Cette version ne se joue pas : l'une de ses bibliothèques est en quarantaine.")


class NotKept(H5PError):
    """What a player sent is not kept; sending it again would not change that."""


class TooMuch(NotKept):
    """It is longer than what is taken at once, or there was already too much of it."""


class TooOften(H5PError):
    """Too much in too little time: it may be sent again later."""

    seconds = 60

    def __init__(self) -> None:
        super().__init__("Trop de résultats d'un coup : la suite sera enregistrée dans une minute.")


class ContentChanged(NotKept):
    """The person now has another version of the content than the one this comes from."""

    def __init__(self) -> None:
        super().__init__("Cette activité a changé depuis : rechargez la page pour continuer.")


class EditedMeanwhile(H5PError):
    """Somebody made another version of the content while it was being edited."""

    def __init__(self, by: str, *, is_self: bool = False) -> None:
        who = "Vous avez enregistré une autre version, ailleurs," if is_self else f"{by} a enregistré une autre version"
        super().__init__(
            f"{who} pendant que vous écriviez ici : ce qui est sur cette page n'est pas enregistré."
            " Gardez une copie de ce que vous venez d'écrire, puis rouvrez le contenu."
        )
