"""One database per number of professionals, copied from one that holds the demonstration content."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from cms.embedded.postgres import Cluster, Server
from tests.bench.seed import seed

ROOT = Path(__file__).resolve().parents[2]
CONTENT = "bench_content"
Connection = psycopg.Connection[tuple[object, ...]]


def fingerprint() -> str:
    """Changes with any migration, any text of the demonstration, any locked dependency."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for app in ("cms", "courses", "certifications", "interview_toolkit", "coordination"):
        for path in sorted((*(ROOT / app).rglob("migrations/*.py"), *(ROOT / app).glob("demo/**/*.*"))):
            if path.suffix != ".pyc":
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def environment(database: str, *, is_loading: bool = False) -> dict[str, str]:
    """What a process of the site needs to work on a database of the bench."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SOCLE_DEMO", "DEBUG")}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "BENCH_DATABASE": database,
        "BENCH_LOADING": str(int(is_loading)),
        "PYTHONPATH": str(ROOT),
    }


def manage(database: str, *arguments: str, is_loading: bool = False) -> str:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    result = subprocess.run(
        command, env=environment(database, is_loading=is_loading), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise SystemExit(f"manage.py {arguments[0]} a échoué :\n{result.stdout}{result.stderr}")
    return result.stdout


def drop(server: Server, *names: str) -> None:
    with server.connect() as connection:
        for name in names:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def create(server: Server, name: str, template: str) -> None:
    drop(server, name)
    with server.connect() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


def content_database(server: Server) -> str:
    """The database all others are copied from; built once for a given content, then kept."""
    name = f"{CONTENT}_{fingerprint()}"
    with server.connect() as connection:
        known = [row[0] for row in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'bench%'")]
    if name in known:
        return name
    drop(server, *map(str, known))
    building = f"{name}_building"
    create(server, building, "template0")
    manage(building, "migrate", "--verbosity=0")
    manage(building, "load_demo", is_loading=True)
    with server.connect() as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name))
        )
    return name


def seeded_database(server: Server, content: str, *, people: int, learners: int) -> str:
    name = f"bench_{people}"
    create(server, name, content)
    with server.connect(name) as connection:
        seed(connection, people=people, learners=learners)
    return name


def static_files() -> None:
    shutil.rmtree(ROOT / "build" / "bench" / "static", ignore_errors=True)
    manage("postgres", "collectstatic", "--noinput", "--verbosity=0")


def start_server() -> Server:
    return Cluster("bench").ensure_running()
