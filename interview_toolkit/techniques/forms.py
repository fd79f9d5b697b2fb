"""Shapes of what is sent to the phrase book."""

from typing import Any

from django import forms

from cms.core.filters import AddressForm
from interview_toolkit.techniques.enums import PhraseKind
from interview_toolkit.techniques.models import Situation


class PhraseFilterForm(AddressForm):
    q = forms.CharField(label="Chercher une phrase", required=False, max_length=200)
    situation = forms.ModelChoiceField(
        Situation.objects.all(), label="Situation", required=False, empty_label="Toutes", blank=True
    )
    nature = forms.ChoiceField(label="Nature", required=False, choices=[("", "Toutes"), *PhraseKind.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    @property
    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        found = self.cleaned_data
        return {"text": found.get("q") or "", "situation": found.get("situation"), "kind": found.get("nature") or ""}
