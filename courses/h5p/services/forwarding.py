"""Sending results to a Learning Record Store, and what an administrator decides of those it refused.

See `docs/lrs.md`. Rows are queued with the statement itself (`services.results`); the beat sends them.
"""

import json
import logging
import random
import time
from datetime import datetime, timedelta
from itertools import accumulate

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from courses.h5p.engine import outward, xapi
from courses.h5p.identity import pseudonym
from courses.h5p.lrs.client import send
from courses.h5p.lrs.delivery import Delivery, Fault, Item, deliver
from courses.h5p.lrs.destination import Destination, destination
from courses.h5p.models import Forwarding, ForwardingState

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 50
LARGEST = 1024 * 1024  # bytes of a batch; a statement larger than that goes alone
BUDGET = 45.0  # seconds a run may take before it leaves the rest to the next
FIRST_RETRY = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1)
# What is new must not wait a day because the store was down for a week.
LONGEST_PAUSE = timedelta(hours=1)
KEPT_ONCE_SENT = timedelta(days=30)
NEEDED = (
    "statement__uuid", "statement__sequence", "statement__body", "statement__received_at",
    "statement__registration__public_id", "statement__registration__person__public_id",
    "statement__registration__content__public_id", "statement__registration__content__title",
    "tries",
)  # fmt: skip


def forward_waiting() -> int:
    """Send what waits, as long as it goes well. Returns how many the store has taken. Nothing is asked when off."""
    store = destination()
    if store is None:
        return 0
    total, until = 0, time.monotonic() + BUDGET
    while time.monotonic() < until:
        delivery = _forward_batch(store, until)
        total += len(delivery.sent)
        if delivery.fault or not (delivery.sent or delivery.refused):
            break
    return total


@transaction.atomic
def _forward_batch(store: Destination, until: float) -> Delivery:
    """Send one batch, its rows locked meanwhile; what became of it is committed with the answer.

    Killed in between, the rows still wait: they are sent again under the same identifiers, which the store knows.
    """
    state = ForwardingState.objects.first()
    now = timezone.now()
    if state and (state.stopped_for == store.fingerprint or (state.paused_until and state.paused_until > now)):
        return Delivery()
    due = Forwarding.objects.due(now).select_for_update(skip_locked=True, of=("self",))
    related = ("statement__registration__person", "statement__registration__content")
    rows = list(due.select_related(*related).only(*NEEDED)[:MOST_AT_ONCE])
    items = _fitting(rows)
    delivery = deliver(items, lambda text: send(store, text), until=until)
    _mark(delivery, {row.pk: row for row in rows})
    if delivery.fault:
        _note(delivery.fault, store, failures=1 if delivery.sent or not state else state.failures + 1)
    elif delivery.sent and state and (state.failures or state.stopped_for):
        ForwardingState.objects.update(failures=0, paused_until=None, stopped_for="")
    return delivery


def _fitting(rows: list[Forwarding]) -> list[Item]:
    """The first of them that go together: what failed before goes in a company halved each time, in the end alone."""
    items = [_item(row) for row in rows]
    sizes = accumulate(len(item.text) for item in items)
    tries = accumulate((row.tries for row in rows), max)
    count = 0
    for size, tried in zip(sizes, tries, strict=True):
        if count and (size > LARGEST or count >= MOST_AT_ONCE >> min(tried, 6)):
            break
        count += 1
    return items[:count]


def _item(row: Forwarding) -> Item:
    statement, registration = row.statement, row.statement.registration
    identifier = row.store_id
    setting = outward.Setting(
        iri=registration.content.iri,
        title=registration.content.title,
        actor=outward.Account(settings.WAGTAILADMIN_BASE_URL, pseudonym(registration.person)),
        registration=registration.public_id,
        at=statement.received_at,
        platform=settings.WAGTAIL_SITE_NAME,
    )
    said = xapi.from_json(statement.body, id=identifier, sequence=statement.sequence)
    return Item(row.pk, str(identifier), json.dumps(outward.build(said, setting)).encode())


def _mark(delivery: Delivery, rows: dict[int, Forwarding]) -> None:
    now = timezone.now()
    if delivery.sent:
        sent = Forwarding.objects.filter(pk__in=[item.key for item in delivery.sent])
        sent.update(sent_at=now, last_error="", tries=F("tries") + 1)
    for item, words in delivery.refused:
        Forwarding.objects.filter(pk=item.key).update(set_aside_at=now, last_error=words[:500], tries=F("tries") + 1)
    if delivery.blamed and delivery.fault:
        blamed = [rows[item.key] for item in delivery.blamed]
        for row in blamed:
            row.tries = min(row.tries + 1, 1000)
            row.available_at = now + _wait(row.tries, LONGEST_WAIT)
            row.last_error = delivery.fault.words[:500]
        Forwarding.objects.bulk_update(blamed, ["tries", "available_at", "last_error"])


def _note(fault: Fault, store: Destination, *, failures: int) -> None:
    level = logging.ERROR if fault.stops else logging.WARNING
    logger.log(level, "La transmission des résultats %s : %s", "est arrêtée" if fault.stops else "attend", fault.words)
    now = timezone.now()
    asked = min(timedelta(seconds=fault.retry_after or 0), LONGEST_WAIT)
    ForwardingState.objects.update_or_create(
        pk=1,
        defaults={
            "failures": failures,
            "paused_until": None if fault.stops else now + max(asked, _wait(failures, LONGEST_PAUSE)),
            "stopped_for": store.fingerprint if fault.stops else "",
            "last_error": fault.words[:500],
            "last_error_at": now,
        },
    )


def _wait(failures: int, longest: timedelta) -> timedelta:
    """Twice as long each time, less a part drawn at random: what failed together does not come back together."""
    return min(FIRST_RETRY * 2 ** min(failures - 1, 20), longest) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def resume(*, now: datetime | None = None) -> None:
    """Send again what waits, at the next run, whatever stopped it or made it wait."""
    with transaction.atomic():
        ForwardingState.objects.update(failures=0, paused_until=None, stopped_for="")
        Forwarding.objects.waiting().update(available_at=now or timezone.now())


def retry(*, rows: QuerySet[Forwarding]) -> int:
    """Put back among those that wait what the store had refused. Returns how many."""
    put_aside = rows.filter(set_aside_at__isnull=False)
    return put_aside.update(set_aside_at=None, tries=0, last_error="", available_at=timezone.now())


def discard(*, rows: QuerySet[Forwarding]) -> int:
    """Never send what the store had refused; it stays recorded here. Returns how many."""
    return rows.filter(set_aside_at__isnull=False).delete()[0]


def forget_sent() -> int:
    """Delete the rows sent long ago; the statements stay. Returns how many. Nothing is asked when off."""
    if destination() is None:
        return 0
    return Forwarding.objects.filter(sent_at__lt=timezone.now() - KEPT_ONCE_SENT).delete()[0]
