"""Texts written for others or kept: what looks like somebody's is told before anything is kept."""

from typing import Any

from django import forms
from django.forms import BoundField

from cms.core.privacy import MOST_FINDINGS, Finding, identifying


class RereadForm(forms.Form):
    """`reread` names the fields looked at. Its author rewrites the passages found, or says they reread them.

    Shown with `components/reread.html`, which carries the checkbox.
    """

    is_reread = forms.BooleanField(label="J'ai relu : rien ici ne permet de reconnaître quelqu'un.", required=False)
    reread: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.findings: list[tuple[BoundField, Finding]] = []

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        found = [(self[name], one) for name in self.reread for one in identifying(cleaned.get(name, ""))]
        self.findings = found[:MOST_FINDINGS]
        if found and not cleaned.get("is_reread") and not self.errors:
            self.add_error(None, forms.ValidationError("Rien n'est encore gardé.", code="to_reread"))
        return cleaned

    @property
    def is_to_reread(self) -> bool:
        """Nothing else stands in the way."""
        return self.has_error("__all__", code="to_reread")
