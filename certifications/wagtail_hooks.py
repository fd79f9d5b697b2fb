"""What attestations add to the publishing tools."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.admin import messages
from wagtail.snippets.models import register_snippet

from certifications.models import CredentialDefinition
from certifications.viewsets import DefinitionViewSet
from cms.core.deletion import why_kept

register_snippet(DefinitionViewSet)


@hooks.register("before_delete_snippet")
def keep_history(request: HttpRequest, instances: Iterable[Any]) -> HttpResponse | None:
    """A definition that awarded something stays: it can be unpublished, and awards no more."""
    kept = [reason for one in instances if isinstance(one, CredentialDefinition) and (reason := why_kept(one))]
    for reason in kept:
        messages.error(request, f"{reason} Vous pouvez la dépublier : elle ne délivre alors plus rien.")
    return redirect(DefinitionViewSet().get_url_name("list")) if kept else None
