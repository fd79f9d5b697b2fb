from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "interview_toolkit.journal"
    verbose_name = "Journal de pratique"

    def ready(self) -> None:
        from interview_toolkit.journal import checks  # noqa: F401 - registers them
