"""The publishing tools wear the colours of the site, and its documents follow its rules."""

import re
from datetime import timedelta
from typing import Any

from django.db import models
from django.http import Http404, HttpRequest
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.forms.choosers import EmailLinkChooserForm
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.widgets import SlugInput
from wagtail.models import CollectionViewRestriction, Page

# What `slug_of` does, in the browser, while an editor types a title: Wagtail's own script then takes accents and
# capitals away, and would join what an apostrophe separates and drop « œ ».
register_form_field_override(
    models.SlugField,
    override={
        "widget": SlugInput(
            formatters=[("[œŒ]", "oe"), ("[æÆ]", "ae"), ("[^0-9A-Za-zÀ-ÖØ-öø-ÿ]+", "-"), ("^-+|-+$", "")],
        )
    },
)


# Wagtail gives this field no label to translate.
EmailLinkChooserForm.base_fields["email_address"].label = "Adresse électronique"


@hooks.register("insert_global_admin_css")
def colours_of_the_house() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


A_MOMENT = timedelta(minutes=1)


@hooks.register("before_create_page")
def take_over_from_autosave(request: HttpRequest, parent_page: Page, page_class: type[Page]) -> None:
    """One page comes of a new page saved by hand while it was being saved by itself.

    Wagtail saves a draft while an editor types; a button pressed meanwhile sends the same page to be created again, and
    its address is taken. Creations under a page wait for each other, and what the editor sends replaces the draft.
    """
    if request.method != "POST":
        return
    Page.objects.select_for_update(no_key=True).get(pk=parent_page.pk)
    is_autosave = not request.accepts("text/html")
    slug = request.POST.get("slug", "")
    if is_autosave or not re.fullmatch(r"[-a-z0-9_]{1,255}", slug):
        return
    drafts = page_class._default_manager.child_of(parent_page).filter(slug=slug, owner=request.user)
    never_published = drafts.filter(live=False, first_published_at=None)
    for draft in never_published.filter(latest_revision_created_at__gt=timezone.now() - A_MOMENT):
        draft.delete()


@hooks.register("before_serve_document", order=-1)
def keep_document(document: Any, request: HttpRequest) -> None:
    """Not found for someone signed in who may not read it: Wagtail would send them round by the door they passed."""
    if request.user.is_authenticated:
        for restriction in document.collection.get_view_restrictions():
            is_by_password = restriction.restriction_type == CollectionViewRestriction.PASSWORD
            if not is_by_password and not restriction.accept_request(request):
                raise Http404
