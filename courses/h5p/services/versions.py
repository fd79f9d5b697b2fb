"""Which version of a content people meet: put in service once reread, put back, or thrown away before it ever was."""

from functools import partial
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from courses.h5p.errors import ServedMeanwhile, VersionStopped
from courses.h5p.models import Content, ContentVersion
from courses.h5p.services.registry import delete_files, serve


@transaction.atomic
def put_in_service(
    *,
    version: ContentVersion,
    by: Any = None,
    instead_of: int | None = None,
    title: str | None = None,
    alternative: str | None = None,
    derogation: str | None = None,
) -> Content:
    """Make a version the one people meet, with the title and the texts that go with it; None leaves one as it is.

    Whoever began another keeps it until the end of an attempt. `instead_of` is the version whoever asks saw in service;
    None: whichever it is. Raises ServedMeanwhile, VersionStopped.
    """
    content = Content.objects.select_for_update(of=("self",)).get(pk=version.content_id)
    found = content.versions.filter(pk=version.pk).first()  # it may have been thrown away
    if found is None or content.current_id == found.pk or instead_of not in (None, content.current_id):
        raise ServedMeanwhile
    if not found.is_playable:
        raise VersionStopped
    action = "h5p.restore" if found.served_at else "h5p.serve"
    said = {"title": title, "alternative": alternative, "derogation": derogation}
    for name, value in said.items():
        if value is not None:
            setattr(content, name, value)
    serve(found, content)
    content.save()
    log(content, action, user=by, data={"version": found.number})
    return content


@transaction.atomic
def throw_away(*, version: ContentVersion, by: Any = None) -> None:
    """Delete a version that was never in service, its row then its files. Raises ServedMeanwhile."""
    content = Content.objects.select_for_update(of=("self",)).get(pk=version.content_id)
    found = content.versions.to_review().select_related("content").filter(pk=version.pk).first()
    if found is None:
        raise ServedMeanwhile
    paths = [f"{found.directory}/{path}" for path in found.files]
    found.delete()
    log(content, "h5p.discard", user=by, data={"version": version.number})
    transaction.on_commit(partial(delete_files, paths))
