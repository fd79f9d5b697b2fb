"""What is published is what is played, in the same transaction."""

from typing import Any

from django.dispatch import receiver
from wagtail.signals import page_published

from interview_toolkit.simulations.models import ScenarioPage
from interview_toolkit.simulations.services import publish_scenario


@receiver(page_published, sender=ScenarioPage)
def follow_scenario(instance: ScenarioPage, **kwargs: Any) -> None:
    publish_scenario(scenario=instance)
