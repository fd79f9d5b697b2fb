from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "cms.roadmap"
    label = "roadmap"
    verbose_name = "Feuille de route"
