"""`manage.py import_themes FILE [--dry-run]`: the Département's own themes, by code, links kept."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cms.roadmap.models import Theme
from cms.roadmap.services import NoCurrentRoadmap, ThemeImport, import_themes
from cms.roadmap.theme_file import MAX_BYTES, UnreadableThemeFile


class Command(BaseCommand):
    help = "Importe les thèmes de la feuille de route en vigueur depuis un fichier CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FICHIER", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Montre ce qui serait fait, sans rien écrire.")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            with file.open("rb") as handle:
                result = import_themes(content=handle.read(MAX_BYTES + 1), is_dry_run=dry_run)
        except OSError as error:
            raise CommandError(f"Impossible de lire {file} : {error.strerror}.") from error
        except (UnreadableThemeFile, NoCurrentRoadmap) as error:
            raise CommandError(str(error)) from error
        self._report(result)
        if result.is_refused:
            raise CommandError(f"{_lines(len(result.errors))} en erreur : rien n'a été écrit.")
        self.stdout.write("Essai : rien n'a été écrit." if dry_run else self.style.SUCCESS("Import terminé."))

    def _report(self, result: ThemeImport) -> None:
        for error in result.errors:
            self.stderr.write(str(error))
        if result.ignored_columns:
            self.stdout.write(f"Colonnes laissées de côté : {', '.join(result.ignored_columns)}.")
        self._list("Créés", result.created)
        self._list("Modifiés", [theme for theme, _fields in result.updated])
        self._list("Inchangés", result.unchanged)
        self._list("Absents du fichier (laissés tels quels)", result.orphans)

    def _list(self, title: str, themes: list[Theme]) -> None:
        self.stdout.write(f"{title} : {len(themes)}")
        for theme in themes:
            self.stdout.write(f"  {theme.code}  {theme.title}")


def _lines(count: int) -> str:
    return f"{count} ligne{'s' if count > 1 else ''}"
