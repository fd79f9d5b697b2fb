"""What people declare, and what erasing asks to type."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from certifications.models import LONGEST_TRAINING, ExternalTraining
from cms.accounts.models import User
from cms.core.reread import RereadForm
from coordination.livret.enums import ErasureReason

HOURS = LONGEST_TRAINING // 60


def date_field(label: str, missing: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        error_messages={"required": missing, "invalid": "Cette date ne se lit pas."},
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )


class ExternalTrainingForm(RereadForm):
    reread = ("title", "note")

    title = forms.CharField(
        label="Intitulé",
        max_length=200,
        error_messages={"required": "Écrivez l'intitulé.", "max_length": "200 caractères au plus."},
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    provider = forms.CharField(
        label="Organisme",
        max_length=200,
        help_text="Qui l'a organisée.",
        error_messages={"required": "Dites qui l'a organisée.", "max_length": "200 caractères au plus."},
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    starts_on = date_field("Premier jour", "Donnez le premier jour.")
    ends_on = date_field("Dernier jour", "Donnez le dernier jour.")
    hours = forms.DecimalField(
        label="Durée, en heures",
        min_value=Decimal("0.25"),
        max_value=HOURS,
        decimal_places=2,
        localize=True,
        help_text="Par exemple : 7, ou 3,5 pour trois heures et demie.",
        error_messages={
            "required": "Donnez la durée, en heures.",
            "invalid": "Écrivez un nombre d'heures, par exemple 3,5.",
            "min_value": "Un quart d'heure au moins, soit 0,25.",
            "max_value": "Deux mille heures au plus.",
            "max_decimal_places": "Deux chiffres au plus après la virgule.",
        },
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "decimal"}),
    )
    note = forms.CharField(
        label="Ce que j'en retiens",
        required=False,
        max_length=2000,
        error_messages={"max_length": "2 000 caractères au plus."},
        widget=forms.Textarea(attrs={"class": "input", "rows": 4}),
    )
    field_order = ["title", "provider", "starts_on", "ends_on", "hours", "note", "is_reread"]

    def __init__(self, data: Any = None, *, training: ExternalTraining | None = None) -> None:
        initial = {}
        if training is not None:
            names = ("title", "provider", "starts_on", "ends_on", "note")
            initial = {name: getattr(training, name) for name in names} | {"hours": _hours(training.minutes)}
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        starts_on, ends_on, today = cleaned.get("starts_on"), cleaned.get("ends_on"), timezone.localdate()
        if starts_on and starts_on > today:
            self.add_error("starts_on", "Cette date n'est pas encore passée.")
        if ends_on and ends_on > today:
            self.add_error("ends_on", "Cette date n'est pas encore passée : déclarez-la une fois terminée.")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "Le dernier jour vient après le premier.")
        elif starts_on and ends_on and (hours := cleaned.get("hours")):
            most = ((ends_on - starts_on).days + 1) * 24
            if hours > most:
                self.add_error("hours", f"C'est plus que ne durent ces jours\u00a0: {most} heures au plus.")
        return cleaned

    @property
    def said(self) -> dict[str, Any]:
        """What `declare_training` takes."""
        said = {name: self.cleaned_data[name] for name in ("title", "provider", "starts_on", "ends_on", "note")}
        return said | {"minutes": round(self.cleaned_data["hours"] * 60)}


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".").replace(".", ",")


class ErasureForm(forms.Form):
    """The address of the person, typed again: an erasure is not undone."""

    reason = forms.ChoiceField(
        label="Pourquoi",
        choices=ErasureReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites pourquoi."},
    )
    address = forms.CharField(
        label="Adresse électronique de la personne",
        help_text="Recopiez-la, telle qu'elle est écrite plus haut.",
        error_messages={"required": "Recopiez l'adresse."},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data)
        self.person = person

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].strip().lower()
        if address != self.person.email:
            raise forms.ValidationError("Ce n'est pas l'adresse de cette personne.")
        return address
