from celery import shared_task

from coordination.services import forget_changes

HOURS_REMEMBERED = 48


@shared_task
def forget_old_changes() -> None:
    forget_changes(hours=HOURS_REMEMBERED)
