"""What follows a completion, and a publication."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from wagtail.signals import published, unpublished

from certifications.models import CredentialDefinition, Provider
from certifications.services import publish_again, publish_definition, withdraw_definition
from cms.core import outbox
from courses.models import Enrolment
from courses.signals import course_completed

KIND = "credentials"


@receiver(course_completed, sender=Enrolment)
def award(enrolment_id: int, **kwargs: Any) -> None:
    """The worker awards, as soon as it can; what is lost between the completion and here, the beat finds."""
    outbox.enqueue(kind=KIND, key=f"{KIND}:{enrolment_id}", payload={"enrolment": enrolment_id})


@receiver(published, sender=CredentialDefinition)
def follow_publication(instance: CredentialDefinition, **kwargs: Any) -> None:
    publish_definition(definition=instance)


@receiver(unpublished, sender=CredentialDefinition)
def follow_withdrawal(instance: CredentialDefinition, **kwargs: Any) -> None:
    withdraw_definition(definition=instance)


@receiver(post_save, sender=Provider)
def follow_provider(**kwargs: Any) -> None:
    publish_again()
