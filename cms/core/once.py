"""A form sent twice, by a double click or a slow network, is one thing done."""

from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms


class OnceForm(forms.Form):
    """Its `form_key` is drawn when the page is shown, and comes back with what is sent."""

    form_key = forms.UUIDField(
        required=False,
        initial=uuid4,
        widget=forms.HiddenInput,
        error_messages={"invalid": "Cette page est incomplète : rechargez-la avant d'envoyer."},
    )

    @property
    def once(self) -> UUID | None:
        """The same for the same words sent again from the same page; other words sent from it are another thing."""
        key: UUID | None = self.cleaned_data.get("form_key")
        data: Any = self.data
        said = [(name, data.getlist(self.add_prefix(name))) for name in sorted(self.fields)]
        return uuid5(key, repr(said)) if key else None
