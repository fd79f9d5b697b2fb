"""Shapes of what is asked, given and noted in a triad."""

from typing import Any

from django import forms

from cms.core.reread import RereadForm
from interview_toolkit.observations.forms import GridForm
from interview_toolkit.observations.models import GridPage
from interview_toolkit.triads.enums import Role
from interview_toolkit.triads.errors import PlaceTaken
from interview_toolkit.triads.models import Seat, Triad

CHOOSE = {"required": "Choisissez une place.", "invalid_choice": "Choisissez dans la liste."}
MINUTES = {
    "required": "Donnez une durée, en minutes.",
    "invalid": "Donnez une durée, en minutes.",
    "min_value": "Une minute au moins.",
    "max_value": "Soixante minutes au plus.",
}


class OpenForm(RereadForm):
    role = forms.ChoiceField(
        label="Ma place", choices=Role.choices, widget=forms.RadioSelect, initial=Role.OBSERVER, error_messages=CHOOSE
    )
    grid = forms.ModelChoiceField(
        GridPage.objects.none(),
        label="Avec quelle grille",
        empty_label=None,
        widget=forms.Select(attrs={"class": "input"}),
        error_messages={"required": "Choisissez une grille.", "invalid_choice": "Choisissez dans la liste."},
    )
    minutes = forms.IntegerField(
        label="Durée de l'entretien (minutes)",
        min_value=1,
        max_value=60,
        initial=10,
        widget=forms.NumberInput(attrs={"class": "input input--short", "inputmode": "numeric"}),
        error_messages=MINUTES,
    )
    situation = forms.CharField(
        label="La situation que l'on joue",
        required=False,
        max_length=300,
        help_text="Deux phrases inventées : qui vient, pourquoi, ce qui coince.",
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
        error_messages={"max_length": "300 caractères au plus."},
    )

    reread = ("situation",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grids = GridPage.objects.live().exclude(versions=None).distinct().order_by("path")
        self.fields["grid"].queryset = grids  # type: ignore[attr-defined]

    @property
    def about(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("role", "grid", "minutes", "situation")}


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Le code",
        max_length=12,
        help_text="Quatre lettres et chiffres, que vous lit un de vos collègues.",
        widget=forms.TextInput(
            attrs={
                "class": "input input--code",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": "Tapez le code.", "max_length": "Un code a quatre lettres ou chiffres."},
    )


class PlaceForm(forms.Form):
    """The places left in a triad one has the code of."""

    role = forms.ChoiceField(
        label="Ma place", widget=forms.RadioSelect, error_messages=CHOOSE | {"invalid_choice": str(PlaceTaken())}
    )
    code = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, triad: Triad, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in triad.free_roles]  # type: ignore[attr-defined]


class SheetForm(GridForm):
    def __init__(self, *args: Any, triad: Triad, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, version=triad.version, levels=seat.levels, remarks=seat.remarks, **kwargs)


class NoteForm(RereadForm):
    text = forms.CharField(
        label="Noter un fait",
        max_length=500,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": "Écrivez ce que vous avez vu.", "max_length": "500 caractères au plus."},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    at = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    reread = ("text",)

    def clean_at(self) -> int | None:
        """Seconds, as the device says; what is no number is as if it had said nothing."""
        said = self.cleaned_data["at"]
        return int(said) if said.isascii() and said.isdecimal() else None
