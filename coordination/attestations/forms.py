"""What comes in by addresses and forms, on the screens of credentials."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms

from certifications.enums import State
from certifications.models import Credential
from certifications.querysets import LONGEST_EXTENSION
from cms.accounts.models import siret_is_valid
from cms.core.filters import AddressForm
from cms.core.once import OnceForm
from cms.core.templatetags.socle import day
from coordination.attestations.enums import SOON, End, Order
from coordination.attestations.filters import CredentialChoices, CredentialFilters
from coordination.filters import NO_ORGANISATION, Choice
from coordination.forms import offer, options

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CredentialFilterForm(AddressForm):
    modele = forms.ChoiceField(label="Attestation", required=False)
    structure = forms.ChoiceField(label="Structure", required=False)
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous les états"), *State.choices])
    fin = forms.ChoiceField(label="Fin", required=False, choices=[("", "Toutes les fins"), *End.choices])
    q = forms.CharField(label="Nom", required=False, max_length=100)
    tri = forms.ChoiceField(label="Tri", required=False, choices=Order, widget=forms.HiddenInput)

    usual_order = Order.ISSUE_REVERSED

    def __init__(self, data: Any, *, choices: CredentialChoices, sees_everyone: bool) -> None:
        super().__init__(data)
        self.offered = choices
        structures = options("Toutes les structures", choices.organisations)
        if sees_everyone:
            structures.append((NO_ORGANISATION, "Sans structure aujourd'hui"))
        offer(self, "structure", structures)
        offer(self, "modele", options("Toutes les attestations", choices.definitions))

    @property
    def filters(self) -> CredentialFilters:
        self.full_clean()
        chosen = self.cleaned_data

        def find(choices: Iterable[Choice], field: str) -> Choice | None:
            return next((choice for choice in choices if choice.code == chosen.get(field)), None)

        return CredentialFilters(
            definition=find(self.offered.definitions, "modele"),
            organisation=find(self.offered.organisations, "structure"),
            is_without_organisation=chosen.get("structure") == NO_ORGANISATION,
            state=State(chosen["etat"]) if chosen.get("etat") else None,
            end=End(chosen["fin"]) if chosen.get("fin") else None,
            name=chosen.get("q", ""),
            order=Order(chosen.get("tri") or self.usual_order),
            usual_order=self.usual_order,
        )


class RenewalFilterForm(CredentialFilterForm):
    """Those to renew: their state says so already."""

    usual_order = Order.END
    etat = None  # type: ignore[assignment]
    fin = forms.ChoiceField(
        label="Fin",
        required=False,
        choices=[("", "Toutes les fins"), *((one.value, one.label) for one in SOON)],
    )


class DeedForm(forms.Form):
    """What is done to a credential; shown again before it is done."""

    def __init__(self, data: Any = None, *, credential: Credential) -> None:
        self.credential = credential
        super().__init__(data, initial=self.first_values())

    def first_values(self) -> dict[str, Any]:
        return {}

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """What changes, in words: `(what, before, after)`."""
        return []


def reason_field(help_text: str) -> forms.CharField:
    return forms.CharField(
        label="Raison", max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text
    )


class RevokeForm(DeedForm):
    reason = reason_field("Montrée à qui vérifie cette attestation, et à la personne.")


class ExtendForm(DeedForm):
    until = forms.DateField(label="Valable jusqu'au", widget=DATE, help_text="Ce jour compris.")
    reason = reason_field("Montrée à la personne, et à la coordination. Qui vérifie l'attestation ne la lit pas.")

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        ends_on, valid_until = self.credential.ends_on, self.credential.valid_until
        if ends_on and valid_until:
            latest = valid_until + timedelta(days=LONGEST_EXTENSION)
            if not ends_on < until <= latest:
                raise forms.ValidationError(
                    f"Choisissez une date après le {day(ends_on)}, la fin actuelle, et jusqu'au {day(latest)}."
                )
        return until

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        return [("Valable jusqu'au", day(self.credential.ends_on), day(self.cleaned_data["until"]))]


class CorrectForm(DeedForm):
    first_name = forms.CharField(label="Prénom", max_length=100)
    last_name = forms.CharField(label="Nom", max_length=100)
    employer = forms.CharField(label="Employeur", max_length=200, required=False)
    siret = forms.CharField(label="SIRET de l'employeur", max_length=20, required=False)
    reason = reason_field("Ce qui était inexact. Montrée à la personne, et à qui vérifie l'attestation.")

    said = ("first_name", "last_name", "employer", "siret")

    def first_values(self) -> dict[str, Any]:
        snapshot: Any = self.credential.snapshot or {"holder": {}, "employer": None}
        employer = snapshot["employer"] or {"name": "", "siret": ""}
        names = {name: snapshot["holder"].get(name, "") for name in ("first_name", "last_name")}
        return names | {"employer": employer["name"], "siret": employer["siret"]}

    def clean_siret(self) -> str:
        siret: str = self.cleaned_data["siret"].replace(" ", "")
        if siret and siret != self.initial["siret"] and not siret_is_valid(siret):
            raise forms.ValidationError("Ce numéro SIRET n'est pas valable : 14 chiffres, clé comprise.")
        return siret

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if not self.errors and not self.changes:
            raise forms.ValidationError("Rien n'a changé : la nouvelle attestation dirait la même chose.")
        if cleaned.get("siret") and not cleaned.get("employer"):
            self.add_error("employer", "Écrivez le nom de l'employeur, ou effacez son SIRET.")
        return cleaned

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        return [
            (str(self.fields[name].label), self.initial[name], self.cleaned_data[name])
            for name in self.said
            if self.cleaned_data[name] != self.initial[name]
        ]


class StartForm(OnceForm):
    """Starting the same work twice from one page is once."""
