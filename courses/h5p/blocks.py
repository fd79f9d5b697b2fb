"""A content in the body of a page."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from wagtail.blocks import ChooserBlock

from courses.h5p.models import Content


class ContentChooserBlock(ChooserBlock):
    """Chooses a content that is ready: with a text for who cannot use it, or the reason why it has none."""

    target_model = Content

    class Meta:
        icon = "media"

    @cached_property
    def widget(self) -> Any:
        from courses.h5p.admin.contents import content_chooser  # it asks for all models; blocks come while they load

        return content_chooser.widget_class()

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if value is not None and value.is_draft:
            raise ValidationError(
                f"« {value} » est un brouillon : il lui faut un texte de remplacement ou le motif d'une dérogation."
            )
        return value
