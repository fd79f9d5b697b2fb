from django.apps import AppConfig


class TrainingSessionsConfig(AppConfig):
    name = "courses.sessions"
    label = "training_sessions"
    verbose_name = "Séances de formation"
