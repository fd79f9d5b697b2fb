from django.apps import AppConfig


class ObservationsConfig(AppConfig):
    name = "interview_toolkit.observations"
    verbose_name = "Observations d'entretien"

    def ready(self) -> None:
        from interview_toolkit.observations import receivers  # noqa: F401 - connects them, once the models are loaded
        from interview_toolkit.observations.forms import GridForm
        from interview_toolkit.observations.models import GridPage

        GridPage.base_form_class = GridForm
