from typing import Any
from uuid import UUID

from celery import shared_task

from cms.core import outbox
from courses.h5p.services import cleaning, forwarding, registry, uploads


@outbox.handles(uploads.KIND)
def examine_upload(payload: dict[str, Any]) -> None:
    uploads.examine(public_id=UUID(payload["upload"]))


@outbox.handles(registry.WAITING)
def look_again_at_waiting(payload: dict[str, Any]) -> None:
    uploads.look_again_at_waiting()


@shared_task
def forget_old_uploads() -> None:
    uploads.forget_old_uploads()


@shared_task
def clean_storage() -> None:
    cleaning.clean_storage()


@shared_task
def forward_statements() -> None:
    forwarding.forward_waiting()


@shared_task
def forget_sent_statements() -> None:
    forwarding.forget_sent()
