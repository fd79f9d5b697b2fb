from django.apps import AppConfig


class SimulationsConfig(AppConfig):
    name = "interview_toolkit.simulations"
    verbose_name = "Simulations d'entretien"

    def ready(self) -> None:
        from interview_toolkit.simulations import receivers  # noqa: F401 - connects them, once the models are loaded
        from interview_toolkit.simulations.forms import ScenarioForm
        from interview_toolkit.simulations.models import ScenarioPage

        ScenarioPage.base_form_class = ScenarioForm  # the form reads across models, which a model may not
