from django.apps import AppConfig


class ObservationsConfig(AppConfig):
    name = "interview_toolkit.observations"
    verbose_name = "Observations d'entretien"

    def ready(self) -> None:
        from interview_toolkit.observations import receivers  # noqa: F401 - connects them, once the models are loaded
        from interview_toolkit.observations.forms import GridPageForm, ReferencePageForm
        from interview_toolkit.observations.models import GridPage, ReferencePage

        GridPage.base_form_class = GridPageForm
        ReferencePage.base_form_class = ReferencePageForm
