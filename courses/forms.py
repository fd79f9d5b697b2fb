"""Shapes of what is sent to courses."""

from typing import Any, cast
from urllib.parse import urlencode

from django import forms

from cms.roadmap.models import Theme
from courses.enums import CourseFormat, Duration


class KeyForm(forms.Form):
    """A gesture done once: its key comes from the page that showed the button."""

    key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": "L'envoi est incomplet. Rechargez la page et recommencez.",
            "invalid": "L'envoi est incomplet. Rechargez la page et recommencez.",
        },
    )


class CatalogueForm(forms.Form):
    """Filters of the catalogue. A value that is not offered counts for nothing, so that old addresses still answer."""

    theme = forms.ChoiceField(label="Thème", required=False)
    duree = forms.ChoiceField(label="Durée", required=False, choices=[("", "Toutes"), *Duration.choices])
    modalite = forms.ChoiceField(label="Modalité", required=False, choices=[("", "Toutes"), *CourseFormat.choices])

    def __init__(self, *args: Any, themes: list[Theme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices("theme").choices = [("", "Tous"), *((theme.code, theme.title) for theme in themes)]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def choices(self, name: str) -> forms.ChoiceField:
        return cast(forms.ChoiceField, self.fields[name])

    @property
    def chosen(self) -> dict[str, str]:
        """The filters in force, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def chips(self, address: str) -> list[dict[str, str]]:
        """Each filter in force, with the address of the page without it."""
        chips, chosen = [], self.chosen
        for name, value in chosen.items():
            others = urlencode({other: kept for other, kept in chosen.items() if other != name})
            label = dict(cast(list[tuple[str, str]], self.choices(name).choices))[value]
            chips.append({"label": f"{self.fields[name].label} : {label}", "url": f"{address}?{others}".rstrip("?")})
        return chips
