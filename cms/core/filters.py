"""Filters that come with the address: old links and mistyped ones are told, never an error."""

from typing import cast
from urllib.parse import urlencode

from django import forms


def unknown_filter(label: str) -> str:
    """The sentence for a filter whose value is not among those offered here."""
    return f"Filtre « {label} » ignoré : cette valeur n'existe pas ou n'est pas proposée ici."


class AddressForm(forms.Form):
    """Filters as an address gives them. What is unknown is left out of `cleaned_data` and told by `ignored`."""

    def full_clean(self) -> None:
        super().full_clean()
        self._ignored = [unknown_filter(str(self.fields[name].label)) for name in self.errors]
        self.errors.clear()  # a field left out reads as a field left empty

    @property
    def ignored(self) -> list[str]:
        """A sentence for each filter that was not understood."""
        self.is_valid()
        return self._ignored


class ChosenForm(AddressForm):
    """Filters that are choices, shown once chosen as chips one takes away."""

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
