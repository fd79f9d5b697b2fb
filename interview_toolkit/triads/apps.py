from django.apps import AppConfig


class TriadsConfig(AppConfig):
    name = "interview_toolkit.triads"
    verbose_name = "Triades"
