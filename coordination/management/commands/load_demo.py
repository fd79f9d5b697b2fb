"""`manage.py load_demo`: the demonstration content; running it again changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from coordination.demo.loader import load_demo


class Command(BaseCommand):
    help = "Charge le contenu de démonstration. Refusé hors démonstration (SOCLE_DEMO)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SOCLE_DEMO:
            raise CommandError("Ce site n'est pas une démonstration : le contenu de démonstration n'y est pas chargé.")
        people = load_demo()
        self.stdout.write(self.style.SUCCESS(f"Contenu de démonstration chargé, {people} personnes créées."))
