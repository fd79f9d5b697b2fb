"""An activity in a page."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.middleware.csrf import get_token
from django.template import RequestContext
from django.urls import reverse

from courses.h5p.identity import pseudonym
from courses.h5p.models import Content

register = template.Library()


@register.inclusion_tag("h5p/activity.html", takes_context=True)
def activity(context: RequestContext, content: Content, src: str, results: str = "", state: str = "") -> dict[str, Any]:
    """The frame of a content that plays at `src`; without `results` and `state`, a preview of which nothing is kept."""
    request = context["request"]
    if results:
        get_token(request)  # the cookie that what is sent has to show again
    return {
        "src": src,
        "results": results,
        "state": state,
        "title": content.title,
        "alternative": content.alternative,
        "person": pseudonym(request.user) if results else "",
        "login": f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}",
    }
