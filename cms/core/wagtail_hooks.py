"""The publishing tools wear the colours of the site."""

from django.db import models
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.widgets import SlugInput

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


@hooks.register("insert_global_admin_css")
def colours_of_the_house() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))
