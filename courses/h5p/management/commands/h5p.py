"""`manage.py h5p check|import|contents|libraries|export|build|install|clean`: packages from the shell."""

import errno
import io
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q
from django.template.defaultfilters import filesizeformat

from courses.h5p.engine.issues import Severity
from courses.h5p.engine.validator import Checked, check, summary
from courses.h5p.errors import H5PError
from courses.h5p.export import export_package
from courses.h5p.models import Content, Library
from courses.h5p.packaging import NotBuilt, build, packages_of_types
from courses.h5p.queries import saving
from courses.h5p.registry import Installed
from courses.h5p.services import cleaning, registry

# What a system says in English, as the end of a sentence.
TROUBLES = {
    errno.ENOENT: "il n'existe pas",
    errno.EISDIR: "c'est un dossier",
    errno.ENOTDIR: "son dossier n'en est pas un",
    errno.EACCES: "l'accès en est refusé",
    errno.EPERM: "l'accès en est refusé",
    errno.EROFS: "le disque ne s'écrit pas",
    errno.ENOSPC: "le disque est plein",
    errno.ENAMETOOLONG: "son nom est trop long",
}
SAID = {registry.Outcome.INSTALLED: "installée", registry.Outcome.PATCHED: "corrigée"}
MARKS = {Severity.ERROR: "✗", Severity.WARNING: "!"}


class Command(BaseCommand):
    help = "Vérifie, importe et exporte des paquets H5P."
    # No database is needed to look at a file.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        checking = actions.add_parser(
            "check", help="tout ce qui ne va pas dans ces fichiers ; sortie 1 si l'un est refusé"
        )
        checking.add_argument("files", nargs="+", type=Path, metavar="FICHIER")
        checking.add_argument("--json", action="store_true", dest="is_json", help="une ligne de JSON par fichier")

        importing = actions.add_parser("import", help="importe ces paquets, tous ou aucun")
        importing.add_argument("files", nargs="+", type=Path, metavar="FICHIER")
        importing.add_argument(
            "--install-libraries", action="store_true", help="installe aussi les bibliothèques qu'ils apportent"
        )
        listing = actions.add_parser("libraries", help="les bibliothèques installées, et leurs contenus")
        listing.add_argument("--stats", action="store_true", dest="has_stats", help="la place qu'épargne leur partage")
        actions.add_parser("contents", help="les contenus, avec leur numéro et leur identifiant")
        actions.add_parser("clean", help="efface du stockage ce qui n'est plus à personne depuis un jour")
        exporting = actions.add_parser("export", help="refait le paquet d'un contenu")
        exporting.add_argument(
            "content", metavar="ID", help="son numéro ou son identifiant, comme les donne « contents »"
        )
        exporting.add_argument("--output", type=Path, metavar="FICHIER", help="par défaut : ID.h5p")
        actions.add_parser("install", help="installe nos propres types d'activités, ou leur dernier correctif")
        building = actions.add_parser("build", help="fait les paquets de nos propres types d'activités")
        building.add_argument(
            "files", nargs="*", type=Path, metavar="CONTENU", help="fichiers YAML ; par défaut ceux de la démonstration"
        )
        building.add_argument("--output", type=Path, default=settings.BASE_DIR / "build" / "h5p", metavar="DOSSIER")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        getattr(self, f"do_{action}")(**options)

    def do_check(self, *, files: list[Path], is_json: bool, **options: Any) -> None:
        refused = 0
        for path in files:
            checked = look(path)
            refused += not checked.is_valid
            if is_json:
                self.stdout.write(json.dumps(summary(str(path), checked), ensure_ascii=False))
            else:
                self.report(path, checked)
        if refused:
            plural = "s" if refused > 1 else ""
            raise CommandError(f"{refused} paquet{plural} sur {len(files)} refusé{plural}.", returncode=1)

    @transaction.atomic
    def do_import(self, *, files: list[Path], install_libraries: bool, **options: Any) -> None:
        for path in files:
            with opened(path) as file:
                checked = check(file, filename=path.name, installed=Installed())
                if not checked.is_valid:
                    self.report(path, checked)
                    raise CommandError("Rien n'a été importé.")
                try:
                    if install_libraries:
                        registry.install_libraries(checked=checked)
                    version = registry.import_content(checked=checked)
                except H5PError as error:
                    raise CommandError(f"{path} : {error} Rien n'a été importé.") from error
            self.stdout.write(f"{version.content.public_id}  {version.content.title} ({version.main_library})")

    def do_libraries(self, *, has_stats: bool, **options: Any) -> None:
        if has_stats:
            self.do_stats()
            return
        for library in Library.objects.with_usage():
            plural = "s" if library.contents > 1 else ""
            state = ", en quarantaine" if library.quarantined_at else ""
            self.stdout.write(f"{library}  {library.title} : {library.contents} contenu{plural}{state}")

    def do_stats(self) -> None:
        found = saving()
        stored = {path: cleaning.stored_size(path) for path in (cleaning.LIBRARIES, cleaning.CONTENTS)}
        self.stdout.write(
            f"Paquets importés : {found.packages} ; copies de bibliothèques apportées : {found.copies}, "
            f"{size(found.copies_size)}.\n"
            f"Bibliothèques installées : {found.libraries}, {size(found.libraries_size)}.\n"
            f"Place épargnée : {size(found.spared)}, {found.percent} %.\n"
            f"Mesuré dans le stockage : bibliothèques, {size(stored[cleaning.LIBRARIES])} ; "
            f"contenus, {size(stored[cleaning.CONTENTS])}."
        )

    def do_clean(self, **options: Any) -> None:
        removed = cleaning.clean_storage()
        for path in removed:
            self.stdout.write(path)
        self.stdout.write(f"Effacés : {len(removed)}.")

    def do_contents(self, **options: Any) -> None:
        for content in Content.objects.select_related("current__main_library").order_by("pk"):
            kind = content.current.main_library.title if content.current else "sans version"
            draft = "" if content.alternative or content.derogation else ", brouillon"
            self.stdout.write(f"{content.pk}  {content.public_id}  {content.title} ({kind}{draft})")

    def do_export(self, *, content: str, output: Path | None, **options: Any) -> None:
        found = Content.objects.select_related("current__main_library").filter(named(content)).first()
        if found is None or found.current is None:
            raise CommandError("Aucun contenu n'a cet identifiant.")
        target = output or Path(f"{content}.h5p")
        try:
            with target.open("wb") as file:
                export_package(found.current, file)
        except OSError as error:
            raise CommandError(f"{target} ne s'écrit pas ({trouble(error)}).") from error
        self.stdout.write(str(target))

    def do_install(self, **options: Any) -> None:
        done = [
            one
            for package in packages_of_types()
            for one in registry.install_libraries(checked=check(io.BytesIO(package), installed=Installed()))
            if one.outcome is not registry.Outcome.KEPT
        ]
        for one in done:
            self.stdout.write(f"{one.library} : {SAID[one.outcome]}")
        if not done:
            self.stdout.write("Nos types d'activités sont déjà là, à leur dernier correctif.")

    def do_build(self, *, files: list[Path], output: Path, **options: Any) -> None:
        output.mkdir(parents=True, exist_ok=True)
        for source in files or sorted(settings.SOCLE_H5P_SOURCES.glob("*.yaml")):
            try:
                package = build(source)
            except NotBuilt as error:
                raise CommandError(str(error)) from error
            except OSError as error:
                raise CommandError(f"{error.filename or source} ne s'ouvre pas ({trouble(error)}).") from error
            target = output / f"{source.stem}.h5p"
            target.write_bytes(package)
            self.stdout.write(str(target))

    def report(self, path: Path, checked: Checked) -> None:
        verdict = self.style.SUCCESS("valable") if checked.is_valid else self.style.ERROR("refusé")
        self.stdout.write(f"{path} : {verdict}")
        if checked.title:
            self.stdout.write(f"  {checked.title} ({checked.main or 'bibliothèque principale inconnue'})")
        for issue in checked.issues:
            where = f" [{issue.path}]" if issue.path else ""
            self.stdout.write(f"  {MARKS[issue.severity]} {issue.message}{where} ({issue.code})")
        if checked.issues.unsaid:
            self.stdout.write(f"  … et {checked.issues.unsaid} autres remarques.")


def named(text: str) -> Q:
    """The content of this number or this identifier; none when it is neither."""
    if text.isascii() and text.isdigit() and len(text) < 19:
        return Q(pk=int(text))
    try:
        return Q(public_id=UUID(text))
    except ValueError:
        return Q(pk__in=())


def size(value: int) -> str:
    """Bytes as people read them."""
    return filesizeformat(value).replace("\xa0", " ")


def trouble(error: OSError) -> str:
    """Why a file cannot be had, in French when it is one of the usual reasons."""
    return TROUBLES.get(error.errno or 0, f"{error.strerror}")


def opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise CommandError(f"{path} ne s'ouvre pas ({trouble(error)}).") from error


def look(path: Path) -> Checked:
    """Check the file at `path`; one that cannot be opened is told as any other problem."""
    try:
        with path.open("rb") as file:
            return check(file, filename=path.name)
    except OSError as error:
        checked = Checked()
        checked.issues.error("cannot-open", f"Ce fichier ne s'ouvre pas ({trouble(error)}).", path.name)
        return checked
