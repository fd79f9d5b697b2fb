"""Gives permissions to the two groups of the house, from migrations.

Django creates permissions after all migrations have run; a group created by a migration would find none. `grant()`
creates those it needs first, so that a fresh `migrate` gives groups that work. An upper room gives its own:

    def give(apps, schema_editor):
        grant(apps, COORDINATION, "roadmap.theme", "add", "change", "delete", "view")

with a dependency on the last migration of `accounts` and on the one of its own that creates the model.
"""

from typing import Any

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions

EVERYTHING = ("add", "change", "delete", "view")


def grant(apps: Apps, group: str, model: str, *actions: str) -> None:
    """Give `group` these actions on `model` ("app.model"): add, change… or one of its own."""
    app_label, model_name = model.split(".")
    codenames = [f"{action}_{model_name}" for action in actions]
    found = permissions(apps, app_label, model_name, codenames)
    missing = set(codenames) - {permission.codename for permission in found}
    if missing:
        raise LookupError(f"No such permission on {model}: {', '.join(sorted(missing))}")
    apps.get_model("auth", "Group").objects.get(name=group).permissions.add(*found)


def permissions(apps: Apps, app_label: str, model_name: str, codenames: list[str]) -> list[Any]:
    """Return the permissions of a model, created if the app has none yet."""
    create_permissions_of(apps, app_label)
    permission_model = apps.get_model("auth", "Permission")
    return list(
        permission_model.objects.filter(
            content_type__app_label=app_label, content_type__model=model_name, codename__in=codenames
        )
    )


def create_permissions_of(apps: Apps, app_label: str) -> None:
    try:
        app_config = apps.get_app_config(app_label)
    except LookupError:  # an app without model: its own migrations create its permissions
        return
    # A historical app has no module of models, and would be skipped.
    app_config.models_module = True  # type: ignore[assignment]
    try:
        create_permissions(app_config, verbosity=0, apps=apps)
    finally:
        app_config.models_module = None
