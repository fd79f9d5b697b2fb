"""manage.py credentials check [--issue]: whether every attestation is whole, single, and awarded."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from certifications.checking import faults
from certifications.models import Credential
from certifications.services import issue_missing


class Command(BaseCommand):
    help = "Vérifie les attestations : empreintes, doublons, attestations dues et non délivrées."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("check", help="Tout relire, et dire ce qui ne va pas.")
        check.add_argument("--issue", action="store_true", help="Délivrer d'abord ce qui est dû.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["issue"]:
            self.stdout.write(f"{issue_missing()} attestation(s) délivrée(s).")
        found = 0
        for found, fault in enumerate(faults(), start=1):  # noqa: B007 - read below
            self.stdout.write(f"{fault.kind}\t{fault.what}\t{fault.sentence}")
        count = Credential.objects.count()
        if found:
            raise CommandError(f"{found} anomalie(s) sur {count} attestation(s).")
        self.stdout.write(f"{count} attestation(s) vérifiée(s), aucune anomalie.")
