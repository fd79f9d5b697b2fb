"""One person's enrolments, as the status function gives them."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from cms.accounts.models import User
from courses.enums import Status, StepKind, StepStatus
from courses.queries.report import progress_report


class Command(BaseCommand):
    help = "Montre où en est une personne dans ses formations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--json", action="store_true", help="Pour un programme plutôt que pour un lecteur.")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        person = User.objects.filter(email=email).first()
        if person is None:
            raise CommandError(f"Personne n'a l'adresse {email}.")
        report = progress_report(person)
        if options["json"]:
            self.stdout.write(json.dumps(report, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
            return
        if not report:
            self.stdout.write(f"{person} n'est inscrit·e à aucune formation.")
        for enrolment in report:
            self.stdout.write(
                f"{enrolment['course']} · parcours n° {enrolment['cycle']}, version {enrolment['version']} · "
                f"{enrolment['percent']} % ({enrolment['done']} sur {enrolment['required']}) · "
                f"{Status(enrolment['status']).label}"
            )
            for step in enrolment["steps"]:
                score = "" if step["score"] is None else f" · {step['score']:g} %".replace(".", ",")
                kind = dict(StepKind.choices).get(step["kind"], step["kind"])
                self.stdout.write(f"  {StepStatus(step['state']).label:9} {kind:6} {step['title']}{score}")
