"""Does the process answer, and is everything it needs right: for whatever watches over the site."""

from celery import current_app
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

_is_migrated = False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing of the database: a database down is no reason to restart the site."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database, its migrations and the broker are right, 503 with the reasons otherwise."""
    problems = [problem for problem in (database_problem(), broker_problem()) if problem]
    return JsonResponse(
        {"etat": "indisponible" if problems else "pret", "problemes": problems},
        status=503 if problems else 200,
        json_dumps_params={"ensure_ascii": False},
    )


def database_problem() -> str | None:
    """What is wrong with the database, in French."""
    global _is_migrated
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _is_migrated:
            # Read until it is right, then never again: the code of a process does not change.
            executor = MigrationExecutor(connection)
            missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if missing:
                return f"La base de données attend {len(missing)} migration(s) : lancez « manage.py migrate »."
            _is_migrated = True
    except DatabaseError:
        return "La base de données ne répond pas."
    return None


def broker_problem() -> str | None:
    """What is wrong with the broker, in French."""
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=1)
    except (OperationalError, OSError):
        return "Le courtier de messages ne répond pas : les courriels et les calculs différés attendent son retour."
    return None
