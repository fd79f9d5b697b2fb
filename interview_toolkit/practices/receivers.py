"""Whoever proposed a practice is told what became of it, in the transaction that decides."""

from typing import Any

from django.dispatch import receiver
from wagtail.models import Page, WorkflowState
from wagtail.signals import page_published, workflow_rejected

from interview_toolkit.practices.letters import tell_of_publication, tell_of_return
from interview_toolkit.practices.models import PracticePage


@receiver(page_published, sender=PracticePage)
def thank(instance: PracticePage, **kwargs: Any) -> None:
    """Of what was proposed, and the first time only."""
    is_first = instance.first_published_at == instance.last_published_at
    if is_first and instance.workflow_states.exists():
        tell_of_publication(instance)


@receiver(workflow_rejected, sender=WorkflowState)
def send_back(instance: WorkflowState, **kwargs: Any) -> None:
    page = instance.content_object
    page = page.specific if isinstance(page, Page) else page
    if isinstance(page, PracticePage):
        last = instance.current_task_state
        tell_of_return(page, last.comment if last else "")
