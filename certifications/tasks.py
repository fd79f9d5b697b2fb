from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from certifications.receivers import KIND
from certifications.services import issue_for, issue_missing, tell_ending
from cms.core import outbox

# What a broker or a process that died has lost is recent; a longer look is taken once a day.
RECENT = timedelta(days=3)


@outbox.handles(KIND)
def award(payload: outbox.Payload) -> None:
    issue_for(enrolment_id=payload["enrolment"])


@shared_task
def issue_recent() -> None:
    issue_missing(since=timezone.now() - RECENT)


@shared_task
def issue_all_missing() -> None:
    issue_missing()


@shared_task
def tell_ending_credentials() -> None:
    tell_ending()
