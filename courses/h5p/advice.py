"""What a trainer can do about each kind of problem the engine finds in a package."""

from collections.abc import Iterable
from dataclasses import dataclass, field

REMAKE = "Ouvrez le contenu dans l'outil qui l'a fait (Lumi, Moodle, h5p.org) et exportez-le de nouveau."
LIGHTEN = "Allégez les images, les sons et les vidéos, ou citez dans le contenu une vidéo mise en ligne."
SOURCE = "La bibliothèque est à corriger par qui l'a écrite. Reprenez le contenu avec une version publiée sur h5p.org."
OTHER_FORMAT = "Remplacez ce fichier dans le contenu par un format admis : PNG, JPEG, WebP, MP3, MP4…."
ADMINISTRATOR = "Exportez le contenu avec ses bibliothèques, ou demandez à l'administration d'installer celle-ci."
NOTHING = "Rien à faire : le contenu se joue sans."
LOOK = "Relisez le contenu dans l'aperçu : cette partie a été laissée de côté."

ADVICE = {
    "not-a-zip": "Choisissez le fichier « .h5p » tel que l'outil l'a donné. S'il a été abîmé en chemin, exportez-le de "
    "nouveau.",
    "wrong-extension": "Choisissez un fichier dont le nom finit par « .h5p ».",
    "package-too-large": LIGHTEN,
    "total-too-large": LIGHTEN,
    "file-too-large": LIGHTEN,
    "bomb": LIGHTEN,
    "too-many-entries": "Partagez le contenu en plusieurs activités.",
    "too-long": "Partagez le contenu en plusieurs activités, ou exportez-le de nouveau.",
    "forbidden-extension": OTHER_FORMAT,
    "wrong-content": "Le nom de ce fichier ne dit pas ce qu'il est : enregistrez-le dans le format de son nom, et "
    "remettez-le dans le contenu.",
    "encrypted": "Exportez le contenu sans mot de passe.",
    "missing-library": ADMINISTRATOR,
    "main-library-not-runnable": REMAKE,
    "core-api-too-new": "Ce contenu vient d'un outil plus récent que ce site : exportez-le d'une version précédente.",
    "missing-asset": SOURCE,
    "folder-mismatch": SOURCE,
    "duplicate-library": SOURCE,
    "invalid-asset": SOURCE,
    "invalid-library-json": SOURCE,
    "invalid-library-name": SOURCE,
    "invalid-runnable": SOURCE,
    "invalid-core-api": SOURCE,
    "invalid-dependency": SOURCE,
    "invalid-semantics": SOURCE,
    "missing-editor-library": NOTHING,
    "ignored": NOTHING,
    "other-type": "Si c'est une erreur, importez-le plutôt comme un nouveau contenu.",
    "not-checked": "Envoyez-le de nouveau. Si cela recommence, prévenez l'administration.",
}


@dataclass
class Group:
    """The problems of one kind: what is said of them, where they are, and what to do."""

    code: str
    message: str
    advice: str
    paths: list[str] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        """The files of the package it is about, which whoever made it knows."""
        return [path for path in self.paths if not _is_place(path)]

    @property
    def places(self) -> list[str]:
        """The places in what describes the package, which its tool writes."""
        return [path for path in self.paths if _is_place(path)]


def _is_place(path: str) -> bool:
    return "#" in path or path in ("h5p.json", "content/content.json")


def grouped(issues: Iterable[dict[str, str]], *, are_errors: bool) -> list[Group]:
    """Return the problems by kind, in the order they were met; those said in the same words stand together."""
    groups: dict[tuple[str, str], Group] = {}
    for issue in issues:
        code, message = issue["code"], issue["message"]
        advice = ADVICE.get(code, REMAKE if are_errors else LOOK)
        group = groups.setdefault((code, message), Group(code, message, advice))
        if issue["path"]:
            group.paths.append(issue["path"])
    return list(groups.values())
