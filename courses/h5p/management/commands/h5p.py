"""`manage.py h5p check FILE…`: what is wrong with a package, before or without sending it to a site."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from courses.h5p.engine.issues import Severity
from courses.h5p.engine.validator import Checked, check, summary

MARKS = {Severity.ERROR: "✗", Severity.WARNING: "!"}


class Command(BaseCommand):
    help = "Vérifie des paquets H5P."
    # No database is needed to look at a file.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        checking = actions.add_parser(
            "check", help="tout ce qui ne va pas dans ces fichiers ; sortie 1 si l'un est refusé"
        )
        checking.add_argument("files", nargs="+", type=Path, metavar="FICHIER")
        checking.add_argument("--json", action="store_true", dest="is_json", help="une ligne de JSON par fichier")

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


def look(path: Path) -> Checked:
    """Check the file at `path`; one that cannot be opened is told as any other problem."""
    try:
        with path.open("rb") as file:
            return check(file, filename=path.name)
    except OSError as error:
        checked = Checked()
        checked.issues.error("cannot-open", f"Ce fichier ne s'ouvre pas ({error.strerror}).", path.name)
        return checked
