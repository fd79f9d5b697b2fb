"""Model instances from a statement written once.

Building a query with the ORM costs more than running it. The few reads that every page makes are written as SQL,
from the names the models give; everything else stays with the ORM.
"""

from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import Model

M = TypeVar("M", bound=Model)
Names = tuple[str, ...]
SERVER_CURSOR: Any = ServerBindingCursor


def prepared_cursor() -> Any:
    """A cursor whose statements PostgreSQL plans once per connection rather than at each run.

    Planning the few statements of every page took more of its time than running them. Parameters are bound by the
    server: write `%s` where a value may stand, and cast what has no type of its own. Nothing is prepared when the
    setting `prepare_threshold` of the database is None (a pooler that shares connections between transactions).
    """
    database: Any = connection
    database.ensure_connection()
    with database.wrap_database_errors:
        cursor = SERVER_CURSOR(database.connection)
    return database._prepare_cursor(cursor)


def columns(model: type[Model], alias: str = "", *, without: Names = ()) -> str:
    """Return the columns of a model, in the order `from_row` reads them.

    Without alias, each is named by its table: a page has its columns in two.
    """
    return ", ".join(
        f'"{alias or field.model._meta.db_table}"."{field.column}"'
        for field in model._meta.concrete_fields
        if field.name not in without
    )


def edition(table: str) -> str:
    """Return an expression that changes each time a row of `table` (a name or an alias) is written.

    Where PostgreSQL stands the row, and the transaction that wrote it: what was made of a long column is kept under
    it, and the column itself is not read again. Two writes of one transaction leave the row in two places.
    """
    return f'("{table}".ctid, "{table}".xmin)::text'


def tables(model: type[Model]) -> str:
    """Return the table of a model joined with those of its parents."""
    joins = [
        f' JOIN "{parent._meta.db_table}" ON "{parent._meta.db_table}"."{parent._meta.pk.column}"'
        f' = "{model._meta.db_table}"."{link.column}"'
        for parent, link in model._meta.parents.items()
        if link is not None
    ]
    return f'"{model._meta.db_table}"' + "".join(joins)


def width(model: type[Model], *, without: Names = ()) -> int:
    return len(_shape(model, without)[0])


def from_row(model: type[M], row: tuple[Any, ...], *, without: Names = ()) -> M:
    """Return the instance those columns describe, as the ORM would have; those left out are read when asked for."""
    names, converters = _shape(model, without)
    values = list(row)
    for place, convert in converters:
        values[place] = convert(values[place], None, connection)
    return model.from_db(connection.alias, names, values)


@cache
def _shape(model: type[Model], without: Names) -> tuple[list[str], list[tuple[int, Any]]]:
    fields = [field for field in model._meta.concrete_fields if field.name not in without]
    converters = [(at, field.from_db_value) for at, field in enumerate(fields) if hasattr(field, "from_db_value")]
    return [field.attname for field in fields], converters
