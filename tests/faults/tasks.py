"""What the outbox does during the faults: one row per effect, and nothing that forbids a second one."""

from typing import Any

from django.db import connection

from cms.core import outbox


@outbox.handles("fault-note")
def write_effect(payload: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO fault_effect (key) VALUES (%s)", [payload["key"]])
