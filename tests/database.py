"""Databases made once and cloned, so that a run starts in seconds: one migrated, one with the demonstration."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

ROOT = Path(__file__).resolve().parents[1]
DEMO_MEDIA = ROOT / ".local" / "tests-demo-media"


ROOMS = ("cms", "courses", "certifications", "interview_toolkit", "coordination")


def schema_fingerprint() -> str:
    """Changes with any migration of ours or any locked dependency."""
    return _fingerprint(path for room in ROOMS for path in (ROOT / room).rglob("migrations/*.py"))


def demo_fingerprint() -> str:
    """Changes with anything that could change what is loaded: our code, the content, the day its dates count from."""
    code = (path for room in ROOMS for path in (ROOT / room).rglob("*"))
    loaded = (path for path in code if path.is_file() and "__pycache__" not in path.parts)
    return _fingerprint(loaded, f"{timezone.localdate()}")


def _fingerprint(paths: Iterable[Path], more: str = "") -> str:
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes() + more.encode())
    for path in sorted(paths):
        digest.update(f"{path.relative_to(ROOT)}".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _one_at_a_time(what: str) -> Iterator[None]:
    """Workers build for one another: the first builds, the others wait and find it there."""
    lock = Path(tempfile.gettempdir()) / f"socle-{what}-{hashlib.sha256(bytes(ROOT)).hexdigest()[:12]}.lock"
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ensure_template() -> str:
    """Create the template database if it is not there yet; return its name."""
    name = f"socle_template_{schema_fingerprint()}"
    with _one_at_a_time("template"):
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'socle\\_template\\_%%'")
            existing = [row[0] for row in cursor.fetchall()]
            if name in existing:
                return name
            for stale in existing:
                cursor.execute(f'DROP DATABASE "{stale}"')
            cursor.execute(f'CREATE DATABASE "{name}_building"')
        original = connection.settings_dict["NAME"]
        try:
            connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = f"{name}_building"
            call_command("migrate", verbosity=0, interactive=False)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = original
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}_building" RENAME TO "{name}"')
    return name


@dataclass(frozen=True)
class Contents:
    """What the tables and the sequences of a database hold: rows as PostgreSQL copies them, last numbers given."""

    rows: dict[str, bytes]
    numbers: dict[str, int | None]


TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
NUMBERS = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"


def remember() -> Contents:
    with connection.cursor() as cursor:
        cursor.execute(f"{TABLES} AND pg_relation_size(oid) > 0")
        rows = {}
        for (table,) in cursor.fetchall():
            with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                rows[table] = b"".join(copy)
        cursor.execute(NUMBERS)
        return Contents(rows, dict(cursor.fetchall()))


def restore(contents: Contents) -> None:
    """Give the database of this run what it held at first, after a test which has really committed.

    Django would empty every table, and what migrations put there (Wagtail's root page, groups) with them. Another
    copy of the template would take a checkpoint, ten times as long.
    """
    connection.close()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        cursor.execute("SET LOCAL session_replication_role = replica")  # neither keys nor triggers
        cursor.execute(f"{TABLES} AND pg_relation_size(oid) > 0")
        cursor.execute(";".join(f'DELETE FROM "{table}"' for (table,) in cursor.fetchall()))
        for table, rows in contents.rows.items():
            with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(rows)
        cursor.execute(NUMBERS)
        for name, _ in set(cursor.fetchall()) - contents.numbers.items():
            first = contents.numbers[name]
            cursor.execute("SELECT setval(%s::regclass, %s, %s)", [f'"{name}"', first or 1, first is not None])


def clone(name: str, *, template: str) -> None:
    """Make `name` a copy of `template`, in the place of what it was."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')


def dsn(name: str) -> str:
    """What libpq takes for a database of the server the tests run on."""
    parameters = connection.get_connection_params()
    kept = {key: parameters[key] for key in ("host", "port", "user", "password") if parameters.get(key)}
    return psycopg.conninfo.make_conninfo(**kept, dbname=name)


def address(name: str) -> str:
    """The same, as `DATABASE_URL` takes it."""
    described = psycopg.conninfo.conninfo_to_dict(dsn(name))
    secret = f":{described['password']}" if "password" in described else ""
    place = urlencode({key: described[key] for key in ("host", "port") if key in described})
    return f"postgres://{described.get('user', '')}{secret}@/{name}?{place}"


def ensure_demo() -> str:
    """Load the demonstration by its own command if it is not there yet; return the database's name.

    Its files, to be read only: DEMO_MEDIA.
    """
    name = f"socle_demo_{demo_fingerprint()}"
    with _one_at_a_time("demo"):
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^(building_)?socle_demo_'")
            existing = [row[0] for row in cursor.fetchall()]
            if name in existing and DEMO_MEDIA.is_dir():
                return name
            for stale in existing:
                cursor.execute(f'DROP DATABASE "{stale}" WITH (FORCE)')
        shutil.rmtree(DEMO_MEDIA, ignore_errors=True)
        DEMO_MEDIA.mkdir(parents=True)
        building = f"building_{name}"
        clone(building, template=ensure_template())
        environment = os.environ | demo_environment(building, DEMO_MEDIA)
        loading = subprocess.run(
            [sys.executable, "manage.py", "load_demo"],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert loading.returncode == 0, loading.stderr
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{building}" RENAME TO "{name}"')
    return name


def demo_environment(name: str, media: Path) -> dict[str, str]:
    """What a process needs to serve a copy of the demonstration."""
    return {
        "DJANGO_SETTINGS_MODULE": "cms.settings.browser",
        "DATABASE_URL": address(name),
        "MEDIA_ROOT": str(media),
    }


if __name__ == "__main__":  # `make databases`: while the code is being checked
    import django

    django.setup()
    ensure_demo()
