"""`manage.py journal rotate|key`: the keys that seal what is written in the journals."""

from argparse import ArgumentParser
from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand, CommandError

from interview_toolkit.journal.errors import JournalError
from interview_toolkit.journal.services import rotate


class Command(BaseCommand):
    help = "Les clés du journal de pratique."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("key", help="donne une clé nouvelle, à mettre en tête de JOURNAL_KEYS")
        actions.add_parser("rotate", help="scelle de nouveau chaque entrée avec la première clé")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "key":
            self.stdout.write(Fernet.generate_key().decode())
            return
        try:
            count, lost = rotate()
        except JournalError as trouble:
            raise CommandError(str(trouble)) from trouble
        self.stdout.write(f"Entrées scellées avec la première clé : {count}.")
        if lost:
            raise CommandError(
                f"{len(lost)} entrées ne s'ouvrent avec aucune clé de JOURNAL_KEYS : remettez l'ancienne clé après les "
                f"autres, puis recommencez. {', '.join(lost[:20])}"
            )
