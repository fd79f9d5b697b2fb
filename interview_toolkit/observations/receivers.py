"""What is published is what is observed with, in the same transaction."""

from typing import Any

from django.dispatch import receiver
from wagtail.signals import page_published

from interview_toolkit.observations.models import GridPage
from interview_toolkit.observations.services import publish_grid


@receiver(page_published, sender=GridPage)
def follow_grid(instance: GridPage, **kwargs: Any) -> None:
    publish_grid(grid=instance)
