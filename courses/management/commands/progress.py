"""One person's enrolments, as the status function gives them."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from wagtail.models import get_page_models

from cms.accounts.models import User
from courses.enums import Status, StepStatus
from courses.models import StepPage
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
        kinds = words_of_kinds()
        shown = [kinds.get(step["kind"], "") for enrolment in report for step in enrolment["steps"]]
        width = max([6, *map(len, shown)])
        for enrolment in report:
            self.stdout.write(
                f"{enrolment['course']} · parcours n° {enrolment['cycle']}, version {enrolment['version']} · "
                f"{enrolment['percent']} % ({enrolment['done']} sur {enrolment['required']}) · "
                f"{Status(enrolment['status']).label}"
            )
            for step in enrolment["steps"]:
                score = "" if step["score"] is None else f" · {step['score']:g} %".replace(".", ",")
                kind = kinds.get(step["kind"], step["kind"])
                self.stdout.write(f"  {StepStatus(step['state']).label:9} {kind:{width}} {step['title']}{score}")


def words_of_kinds() -> dict[str, str]:
    """What each kind of step is called, those of upper rooms too."""
    steps = [model for model in get_page_models() if issubclass(model, StepPage)]
    return {str(model.step_kind): str(model._meta.verbose_name).capitalize() for model in steps}
