"""What happens elsewhere is followed in its own transaction: pages of a live course, results of activities."""

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from courses.activities import Place
from courses.h5p.models import Registration
from courses.h5p.signals import attempt_recorded
from courses.models import CoursePage
from courses.services.activities import settle_activities
from courses.services.versions import publish_version


@receiver([page_published, page_unpublished])
def follow_page(instance: Page, **kwargs: Any) -> None:
    for course in CoursePage.objects.around(instance):
        publish_version(course=course)


@receiver(post_page_move)
def follow_move(instance: Page, parent_page_before: Page, **kwargs: Any) -> None:
    moved, left = Page.objects.get(pk=instance.pk), Page.objects.get(pk=parent_page_before.pk)
    for course in CoursePage.objects.around(moved) | CoursePage.objects.around(left):
        publish_version(course=course)


@receiver(post_delete, sender=Page)
def follow_deletion(instance: Page, **kwargs: Any) -> None:
    for course in CoursePage.objects.around(instance):
        publish_version(course=course)


@receiver(attempt_recorded, sender=Registration)
def follow_activity(registration: Registration, **kwargs: Any) -> None:
    if place := Place.parse(registration.context):
        settle_activities(place=place, person=registration.person)
