from celery import shared_task

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
