"""Django's PostgreSQL backend, which starts the embedded server of this checkout on the first real connection.

`SOCLE_EMBEDDED_CLUSTER` names the cluster; it is None when `DATABASE_URL` is set.
"""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from cms.embedded.paths import EmbeddedError
from cms.embedded.postgres import SUPERUSER, Cluster

# What is known to run, by cluster and database: asked once per process, and again when a connection fails.
_addresses: dict[tuple[str, str | None], dict[str, Any]] = {}


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        if cluster := settings.SOCLE_EMBEDDED_CLUSTER:
            params |= self._start_embedded(cluster)
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except self.Database.OperationalError:
            cluster = settings.SOCLE_EMBEDDED_CLUSTER
            if not cluster:
                raise
            # The server may have been stopped since the parameters, or the pool, were made.
            _addresses.clear()
            self._start_embedded(cluster)
            return super().get_new_connection(conn_params)

    def _start_embedded(self, name: str) -> dict[str, Any]:
        dbname = self.settings_dict["NAME"]
        if (name, dbname) not in _addresses:
            cluster = Cluster(name)
            try:
                server = cluster.ensure_running()
                if dbname:
                    cluster.ensure_database(dbname)
            except EmbeddedError as error:
                raise self.Database.OperationalError(str(error)) from error
            _addresses[name, dbname] = {"host": server.host, "port": server.port, "user": SUPERUSER}
        return _addresses[name, dbname]
