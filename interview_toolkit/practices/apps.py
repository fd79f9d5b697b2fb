from django.apps import AppConfig


class PracticesConfig(AppConfig):
    name = "interview_toolkit.practices"
    verbose_name = "Fiches pratiques"

    def ready(self) -> None:
        from interview_toolkit.practices import receivers  # noqa: F401 - connects them, once the models are loaded
