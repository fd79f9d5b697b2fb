from celery import shared_task

from interview_toolkit.commitments import services


@shared_task
def ask_due() -> None:
    services.ask_due()
    services.close_unanswered()
