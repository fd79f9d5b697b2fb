from django.apps import AppConfig


class TechniquesConfig(AppConfig):
    name = "interview_toolkit.techniques"
    verbose_name = "Techniques d'entretien"
