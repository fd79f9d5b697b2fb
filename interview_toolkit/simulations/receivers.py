"""What is published is what is played, in the same transaction; the list of simulations has its workflow."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from wagtail.signals import page_published

from interview_toolkit.simulations.models import ScenarioIndexPage, ScenarioPage
from interview_toolkit.simulations.services import give_workflow, publish_scenario


@receiver(page_published, sender=ScenarioPage)
def follow_scenario(instance: ScenarioPage, **kwargs: Any) -> None:
    publish_scenario(scenario=instance)


@receiver(post_save, sender=ScenarioIndexPage)
def give_index_its_workflow(instance: ScenarioIndexPage, created: bool, **kwargs: Any) -> None:
    if created:
        give_workflow(index=instance)
