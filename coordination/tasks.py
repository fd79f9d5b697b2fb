from uuid import UUID

from celery import shared_task

from cms.core import outbox
from coordination.attestations import jobs
from coordination.services import forget_changes

HOURS_REMEMBERED = 48


@outbox.handles(jobs.KIND)
def work_on_credentials(payload: outbox.Payload) -> None:
    jobs.work(public_id=UUID(payload["job"]))


@shared_task
def forget_old_jobs() -> None:
    jobs.forget_old()


@shared_task
def forget_old_changes() -> None:
    forget_changes(hours=HOURS_REMEMBERED)
