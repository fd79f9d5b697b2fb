from django.apps import AppConfig


class LivretConfig(AppConfig):
    name = "coordination.livret"
    verbose_name = "Livret de formation"
