"""Effects that must happen once the transaction is committed, even when the broker or the worker is down.

A service stores a row in its own transaction; the worker does the work, once, as soon as it can. See `docs/outbox.md`.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from cms.core.models import OutboxMessage

logger = logging.getLogger(__name__)

Payload = dict[str, Any]
Handler = Callable[[Payload], None]

FIRST_RETRY = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
KEPT_ONCE_DONE = timedelta(days=90)

# Seconds during which a process does not call a broker that has just failed it: a write must not wait for it.
BROKER_SILENCE = 10.0

_handlers: dict[str, Handler] = {}
_broker_down_until = 0.0


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Declare what does the work of the messages of `kind`. Goes in a `tasks.py`, which every process imports."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def enqueue(*, kind: str, key: str, payload: Payload) -> None:
    """Store one effect in the caller's transaction. A `key` seen before changes nothing."""
    OutboxMessage.objects.bulk_create([OutboxMessage(kind=kind, key=key, payload=payload)], ignore_conflicts=True)
    transaction.on_commit(lambda: _announce(key), robust=True)


def process(key: str) -> bool:
    """Do the work of one message if it still waits and nobody else is at it. True when it is done by this call.

    At least once: a worker killed between the effect and the commit leaves the row to be done again. A failure is
    written down, and the message waits longer each time.
    """
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(key=key, done_at=None, available_at__lte=timezone.now())
            .first()
        )
        if message is None:
            return False
        message.attempts += 1
        try:
            with transaction.atomic():
                _handlers[message.kind](message.payload)
        except Exception as error:
            # Whatever failed, mail server or computation, is tried again later.
            logger.exception("L'envoi différé %s a échoué (essai %s).", message, message.attempts)
            message.last_error = f"{type(error).__name__} : {error}"[:1000]
            message.available_at = timezone.now() + min(FIRST_RETRY * 2 ** min(message.attempts - 1, 20), LONGEST_WAIT)
        else:
            # What it held, such as the text of a mail, concerns people: it is not kept.
            message.payload, message.last_error, message.done_at = {}, "", timezone.now()
        message.save()
    return message.done_at is not None


def process_waiting(*, limit: int = 500) -> int:
    """Do what is left: announced while the broker was down, or failed before. Returns how many are done."""
    waiting = OutboxMessage.objects.filter(done_at=None, available_at__lte=timezone.now()).order_by(
        "available_at", "id"
    )
    return sum(process(key) for key in waiting.values_list("key", flat=True)[:limit])


def forget_old() -> int:
    """Delete the rows done long ago. Returns how many."""
    return OutboxMessage.objects.filter(done_at__lt=timezone.now() - KEPT_ONCE_DONE).delete()[0]


def _announce(key: str) -> None:
    """Tell the worker, or say nothing when the broker is down: the beat finds the row."""
    global _broker_down_until
    if time.monotonic() < _broker_down_until:
        return
    try:
        current_app.send_task("cms.core.tasks.process_outbox_message", (key,), retry=False)
    except (OperationalError, OSError) as error:
        _broker_down_until = time.monotonic() + BROKER_SILENCE
        logger.warning("Le courtier ne répond pas (%s) : l'envoi différé %s attend.", error, key)
