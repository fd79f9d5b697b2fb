"""Addresses of the screens of /pilotage/."""

from django import template
from django.urls import reverse

from coordination.filters import Addressed, Filters

register = template.Library()


@register.simple_tag
def people_url(filters: Filters, **changes: str | None) -> str:
    """The list of people filtered as the screen is, but for `changes` (`structure`, `formation`, `theme`, `etat`)."""
    return reverse("pilotage_people") + filters.address(**changes)


@register.simple_tag
def filtered(filters: Addressed, **changes: str | None) -> str:
    """The parameters of this screen's address, but for `changes`."""
    return filters.address(**changes)
