import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cms.embedded.paths import EmbeddedError, home_of
from cms.embedded.postgres import CHECKOUT, SUPERUSER, Cluster, cluster_names
from cms.embedded.valkey import Valkey


class Command(BaseCommand):
    help = "PostgreSQL et Valkey embarqués de ce dossier : leur état, les arrêter, ouvrir psql."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["status", "stop", "shell"])
        parser.add_argument("--cluster", help="seulement ces données-là de PostgreSQL")

    def handle(self, *, action: str, cluster: str | None, **options: Any) -> None:
        try:
            getattr(self, action)(cluster)
        except EmbeddedError as error:
            raise CommandError(str(error)) from error

    def status(self, only: str | None) -> None:
        for name in [only] if only else cluster_names(home_of(CHECKOUT)):
            cluster = Cluster(name)
            server = cluster.find()
            state = f"en marche, processus {server.pid}, socket dans {server.host}" if server else "arrêté"
            self.stdout.write(f"PostgreSQL ({name}) : {state}\n    données : {cluster.data}")
        if only is None:
            valkey = Valkey()
            broker = valkey.find()
            state = f"en marche, processus {broker.pid}, socket {broker.socket}" if broker else "arrêté"
            self.stdout.write(f"Valkey : {state}")

    def stop(self, only: str | None) -> None:
        for name in [only] if only else cluster_names(home_of(CHECKOUT)):
            self.stdout.write(f"PostgreSQL ({name}) : {'arrêté' if Cluster(name).stop() else 'ne tournait pas'}")
        if only is None:
            self.stdout.write(f"Valkey : {'arrêté' if Valkey().stop() else 'ne tournait pas'}")

    def shell(self, only: str | None) -> None:
        cluster = Cluster(only or settings.SOCLE_EMBEDDED_CLUSTER or "dev")
        server = cluster.ensure_running()
        dbname = settings.DATABASES["default"]["NAME"] if cluster.name == "dev" else SUPERUSER
        if cluster.name == "dev":
            cluster.ensure_database(dbname)
        psql = cluster.program("psql")
        os.execv(psql, [psql, "-h", server.host, "-p", str(server.port), "-U", SUPERUSER, dbname])  # noqa: S606
