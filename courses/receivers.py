"""Whatever happens to the pages of a live course, its versions follow, in the transaction of the editor's request."""

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from courses.models import CoursePage
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
