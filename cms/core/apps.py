from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "cms.core"
    label = "core"
    verbose_name = "Socle, rez-de-chaussée"

    def ready(self) -> None:
        # The Celery application must be known before anybody calls a task; and tasks.py declare what the outbox does.
        import_module("cms.celery")
        autodiscover_modules("tasks")
