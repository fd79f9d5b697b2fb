"""A content in the body of a page."""

from typing import Any

from django.core.exceptions import ValidationError

from courses.h5p.admin.contents import content_chooser


class ContentChooserBlock(content_chooser.get_block_class()):  # type: ignore[misc]
    """Chooses a content that is ready: with a text for who cannot use it, or the reason why it has none."""

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if value is not None and value.is_draft:
            raise ValidationError(
                f"« {value} » est un brouillon : il lui faut un texte de remplacement ou le motif d'une dérogation."
            )
        return value
