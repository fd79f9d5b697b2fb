from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = "Formations"

    def ready(self) -> None:
        from courses import receivers  # noqa: F401 - connects them, once the models are loaded
