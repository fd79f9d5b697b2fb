"""One migrated template database, cloned for each test run and each worker, so that a run starts in seconds."""

import fcntl
import hashlib
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]


def fingerprint() -> str:
    """Changes with any migration of ours or any locked dependency."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for app in ("cms", "courses", "certifications", "interview_toolkit", "coordination"):
        for path in sorted((ROOT / app).rglob("migrations/*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def ensure_template() -> str:
    """Create the template database if it is not there yet; return its name."""
    name = f"socle_template_{fingerprint()}"
    lock = Path(tempfile.gettempdir()) / f"socle-template-{hashlib.sha256(bytes(ROOT)).hexdigest()[:12]}.lock"
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
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


def restore() -> None:
    """Give the database of this run the content of the template again, after a test which has really committed.

    Django would empty every table, and what migrations put there (Wagtail's root page, groups) with them.
    """
    name = connection.settings_dict["NAME"]
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{ensure_template()}" STRATEGY FILE_COPY')
