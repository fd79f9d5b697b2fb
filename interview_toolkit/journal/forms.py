"""Shapes of what is written in the journal."""

from typing import Any

from django import forms

from cms.accounts.models import User
from cms.core.once import OnceForm
from cms.core.reread import RereadForm
from cms.roadmap.models import Theme
from interview_toolkit.journal.models import FIELDS
from interview_toolkit.techniques.models import TechniquePage

LONGEST = 10_000


class EntryForm(OnceForm, RereadForm):
    techniques = forms.ModelMultipleChoiceField(
        TechniquePage.objects.none(),
        label="La technique que j'ai essayée",
        error_messages={
            "required": "Choisissez au moins une technique.",
            "invalid_choice": "Cette technique n'existe plus.",
            "invalid_pk_value": "Cette technique n'existe plus.",
        },
        widget=forms.CheckboxSelectMultiple,
    )
    themes = forms.ModelMultipleChoiceField(
        Theme.objects.none(),
        label="Thèmes de la feuille de route concernés",
        required=False,
        error_messages={
            "invalid_choice": "Ce thème n'existe plus.",
            "invalid_pk_value": "Ce thème n'existe plus.",
        },
        widget=forms.CheckboxSelectMultiple,
    )
    reread = tuple(name for name, _label, _required in FIELDS)
    field_order = ("situation", "techniques", "effect", "next", "themes", "is_reread")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, is_required in FIELDS:
            self.fields[name] = forms.CharField(
                label=label,
                required=is_required,
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 4, "class": "input"}),
                error_messages={
                    "required": "Écrivez quelques mots.",
                    "max_length": "10\N{NO-BREAK SPACE}000 caractères au plus : faites plusieurs entrées.",
                },
            )
        self.fields["techniques"].queryset = TechniquePage.objects.live().order_by("path")  # type: ignore[attr-defined]
        self.fields["themes"].queryset = Theme.objects.current()  # type: ignore[attr-defined]
        self.order_fields(self.field_order)

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name, _label, _required in FIELDS}


class ShareForm(forms.Form):
    trainer = forms.ModelChoiceField(
        User.objects.none(),
        label="Partager avec",
        empty_label="Choisissez…",
        error_messages={"required": "Choisissez une personne.", "invalid_choice": "Choisissez dans la liste."},
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trainer"].queryset = User.objects.trainers().exclude(pk=person.pk).by_name()  # type: ignore[attr-defined]
        self.fields["trainer"].widget.attrs["class"] = "input"
