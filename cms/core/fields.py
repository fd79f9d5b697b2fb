"""Model fields shared by the whole house."""

from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.db import models
from wagtail.fields import StreamField as WagtailStreamField


class StreamField(WagtailStreamField):
    """A StreamField whose migrations carry no block definitions.

    Blocks are described by the code of the day; a migration that froze them would have to be
    written again at every change of a label.
    """

    def __init__(self, block_types: Any = None, **kwargs: Any) -> None:
        super().__init__(block_types or [], **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, _args, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [], kwargs


class LinesField(ArrayField):
    """A list of short texts, typed one per line in a form."""

    def __init__(self, base_field: models.Field | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(base_field or models.TextField(), **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        return super(ArrayField, self).formfield(
            **{
                "form_class": LinesFormField,
                "base_field": forms.CharField(),
                "required": not self.blank,
                **kwargs,
            }
        )


class LinesFormField(SimpleArrayField):
    """Form side of `LinesField`: a text area, empty lines dropped."""

    def __init__(self, base_field: forms.Field, **kwargs: Any) -> None:
        kwargs.pop("max_length", None)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        super().__init__(base_field, delimiter="\n", **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = "\n".join(line.strip() for line in value.splitlines() if line.strip())
        return super().to_python(value)


class ChoicesField(ArrayField):
    """A list of values among the choices of its base field, ticked in a form."""

    def __init__(self, base_field: models.Field, **kwargs: Any) -> None:
        kwargs.setdefault("default", list)
        super().__init__(base_field, **kwargs)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super(ArrayField, self).formfield(
            **{
                "form_class": forms.MultipleChoiceField,
                "choices": self.base_field.flatchoices,
                "widget": forms.CheckboxSelectMultiple,
                "required": not self.blank,
                **kwargs,
            }
        )


class LowerEmailField(models.EmailField):
    """An e-mail address, the same person whatever the case typed."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value.strip().lower() if isinstance(value, str) else value

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return value.strip().lower() if isinstance(value, str) else value
