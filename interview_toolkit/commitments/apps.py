from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    name = "interview_toolkit.commitments"
    verbose_name = "Engagements d'essai"
