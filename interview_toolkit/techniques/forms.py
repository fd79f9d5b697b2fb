"""Shapes of what is sent to the list of techniques and to the phrase book."""

from typing import Any

from django import forms

from cms.core.filters import AddressForm, ChosenForm, unknown_filter
from cms.roadmap.models import Theme
from interview_toolkit.techniques.enums import Axis, Family, PhraseKind
from interview_toolkit.techniques.models import Situation

LONGEST = 200


class TechniqueFilterForm(ChosenForm):
    famille = forms.ChoiceField(label="Famille", required=False, choices=[("", "Toutes"), *Family.choices])
    axe = forms.ChoiceField(
        label="Axe du pouvoir d'agir",
        required=False,
        choices=[("", "Tous"), *((str(axis.value), f"{axis.value}. {axis.label}") for axis in Axis)],
    )
    theme = forms.ChoiceField(label="Thème", required=False)

    def __init__(self, *args: Any, themes: list[Theme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices("theme").choices = [("", "Tous"), *((theme.code, theme.title) for theme in themes)]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"


class PhraseFilterForm(AddressForm):
    q = forms.CharField(label="Chercher une phrase", required=False, max_length=LONGEST)
    situation = forms.ModelChoiceField(
        Situation.objects.all(), label="Situation", required=False, empty_label="Toutes", blank=True
    )
    nature = forms.ChoiceField(label="Nature", required=False, choices=[("", "Toutes"), *PhraseKind.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    @property
    def ignored(self) -> list[str]:
        """A search that is too long is told as such."""
        is_too_long = len(self.data.get("q", "").strip()) > LONGEST
        too_long = f"Recherche ignorée : elle est trop longue, {LONGEST} caractères au plus."
        of_search = unknown_filter(str(self.fields["q"].label))
        return [too_long if is_too_long and one == of_search else one for one in super().ignored]

    @property
    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        found = self.cleaned_data
        return {"text": found.get("q") or "", "situation": found.get("situation"), "kind": found.get("nature") or ""}
