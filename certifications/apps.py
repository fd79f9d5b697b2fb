from django.apps import AppConfig


class CertificationsConfig(AppConfig):
    name = "certifications"
    verbose_name = "Attestations"

    def ready(self) -> None:
        from certifications import checks, receivers  # noqa: F401 - connects them, once the models are loaded
