from celery import shared_task
from django.core.management import call_command
from django.db import transaction

from cms.core import mail, outbox

outbox.handles("mail")(mail.deliver)


@shared_task
def process_outbox_message(key: str) -> None:
    outbox.process(key)


@shared_task
def process_outbox() -> None:
    outbox.process_waiting()


@shared_task
def forget_old_outbox() -> None:
    outbox.forget_old()


@shared_task
def publish_scheduled() -> None:
    """Publish and withdraw the pages whose hour, chosen in the editor, has come; each with what follows from it."""
    with transaction.atomic():
        call_command("publish_scheduled")
