"""Filters that come with the address: old links and mistyped ones are told, never an error."""

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
