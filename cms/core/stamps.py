"""Figures computed once and served until a fact they depend on changes, to the very request.

A *stamp* is a number that database triggers move in the transaction that changes a fact. Read it first, compute
next, keep the result under the number read: as long as the number is the same, no fact has changed since before the
computation. See `docs/stamps.md` for why this never serves a stale figure.
"""

from collections.abc import Callable, Hashable
from hashlib import md5
from typing import TypeVar

from django.core.cache import cache
from django.db import connection
from django.db.models import Sum

from cms.core.models import Stamp

Value = TypeVar("Value")

SECONDS_KEPT = 24 * 60 * 60


def current_stamp(name: str) -> int | None:
    """The number of the stamp `name`, or None inside a transaction.

    What a transaction sees of its own writes may be rolled back, and the number used again for other facts:
    nothing read there may be kept.
    """
    if connection.in_atomic_block:
        return None
    return int(Stamp.objects.filter(name__startswith=f"{name}:").aggregate(number=Sum("number", default=0))["number"])


def remembered(stamp: int | None, key: Hashable, compute: Callable[[], Value]) -> Value:
    """Return `compute()`, or what it returned under the same stamp and key.

    `stamp` must have been read before, by `current_stamp`; None computes and keeps nothing. `key` is a tuple of plain
    values whose `repr` tells two computations apart.
    """
    if stamp is None:
        return compute()
    address = key_of((stamp, key))
    kept: tuple[Value] | None = cache.get(address)
    if kept is None:
        kept = (compute(),)
        cache.set(address, kept, SECONDS_KEPT)
    return kept[0]


def key_of(values: Hashable) -> str:
    """An address in the cache for plain values."""
    return f"stamp:{md5(repr(values).encode(), usedforsecurity=False).hexdigest()}"


def watch(stamp: str, table: str, *, columns: tuple[str, ...], rows: bool = True) -> tuple[str, str]:
    """SQL, forwards and backwards, for a migration: move `stamp` when `columns` of `table` change.

    With `rows`, also when a row comes or goes.
    """
    function = f"EXECUTE FUNCTION move_stamp('{stamp}')"
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    timing = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    forwards = (
        f"CREATE CONSTRAINT TRIGGER stamp_{stamp}_change AFTER UPDATE ON {table} {timing} WHEN ({changed}) {function};"
    )
    backwards = f"DROP TRIGGER stamp_{stamp}_change ON {table};"
    if rows:
        forwards += (
            f"CREATE CONSTRAINT TRIGGER stamp_{stamp}_rows AFTER INSERT OR DELETE ON {table} {timing} {function};"
        )
        backwards += f"DROP TRIGGER stamp_{stamp}_rows ON {table};"
    return forwards, backwards
