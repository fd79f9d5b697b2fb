"""Compare every stored state with what the attempts say."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from courses.models import Enrolment
from courses.services.states import BATCH, Drift, recompute


class Command(BaseCommand):
    help = "Recalcule l'état de toutes les inscriptions à partir des tentatives, et signale les écarts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="Enregistre l'état recalculé.")

    def handle(self, *args: Any, fix: bool, **options: Any) -> None:
        checked, wrong, after = 0, 0, 0
        while batch := list(Enrolment.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]):
            for drift in recompute(batch, is_dry=not fix):
                wrong += 1
                self.report(drift)
            checked, after = checked + len(batch), batch[-1]
        if not wrong:
            self.stdout.write(f"{checked} inscriptions vérifiées, aucun écart.")
        elif fix:
            self.stdout.write(f"{checked} inscriptions vérifiées, {wrong} corrigées.")
        else:
            raise CommandError(f"{checked} inscriptions vérifiées, {wrong} en écart. Corriger : check_progress --fix")

    def report(self, drift: Drift) -> None:
        for name, (stored, computed) in drift.differences.items():
            self.stdout.write(f"inscription {drift.enrolment_id} · {name} : {stored} au lieu de {computed}")
