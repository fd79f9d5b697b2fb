"""Shapes of what is proposed and said."""

from typing import Any

from django import forms

from cms.accounts.models import Organisation
from cms.core.filters import AddressForm
from cms.core.once import OnceForm
from cms.core.reread import RereadForm
from cms.pages.models import PathwayStep
from cms.roadmap.models import Theme
from interview_toolkit.practices.models import PracticePage
from interview_toolkit.techniques.models import TechniquePage

LONGEST = 4_000
TEXTS = {
    "context": ("Le contexte", "Ce qui n'allait pas, ou ce que vous vouliez changer.", True),
    "what_we_did": ("Ce que nous avons fait", "Pour qu'une autre équipe puisse le refaire.", True),
    "what_changed": ("Ce que cela a changé", "Ce que vous avez vu.", True),
    "watch_out": ("À surveiller", "", False),
}


class ProposalForm(OnceForm, RereadForm):
    title = forms.CharField(
        label="Le nom de la pratique",
        max_length=150,
        error_messages={"required": "Donnez-lui un nom.", "max_length": "150 caractères au plus."},
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    themes = forms.ModelMultipleChoiceField(
        Theme.objects.none(),
        label="Thèmes de la feuille de route",
        error_messages={"required": "Choisissez au moins un thème.", "invalid_choice": "Ce thème n'existe plus."},
        widget=forms.CheckboxSelectMultiple,
    )
    techniques = forms.ModelMultipleChoiceField(
        TechniquePage.objects.none(),
        label="Techniques",
        required=False,
        error_messages={"invalid_choice": "Cette technique n'existe plus."},
        widget=forms.CheckboxSelectMultiple,
    )
    pathway_step = forms.ModelChoiceField(
        PathwayStep.objects.all(), label="Étape du parcours RSA", required=False, empty_label="Toutes, ou aucune"
    )
    reread = ("title", *TEXTS)
    field_order = ("title", *TEXTS, "themes", "techniques", "pathway_step", "is_reread")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text, is_required) in TEXTS.items():
            self.fields[name] = forms.CharField(
                label=label,
                help_text=help_text,
                required=is_required,
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 4, "class": "input"}),
                error_messages={
                    "required": "Écrivez quelques mots.",
                    "max_length": "4\N{NO-BREAK SPACE}000 caractères au plus.",
                },
            )
        self.fields["themes"].queryset = Theme.objects.current()  # type: ignore[attr-defined]
        self.fields["techniques"].queryset = TechniquePage.objects.live().order_by("path")  # type: ignore[attr-defined]
        self.fields["pathway_step"].widget.attrs["class"] = "input"
        self.order_fields(self.field_order)

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in TEXTS}

    @property
    def about(self) -> dict[str, Any]:
        """What is neither a text nor a key."""
        return {name: self.cleaned_data[name] for name in ("title", "themes", "techniques", "pathway_step")}


class CommentForm(RereadForm):
    text = forms.CharField(
        label="Votre mot",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
        error_messages={
            "required": "Écrivez quelques mots.",
            "max_length": "4\N{NO-BREAK SPACE}000 caractères au plus.",
        },
    )
    reread = ("text",)
    field_order = ("text", "is_reread")


class PracticeFilterForm(AddressForm):
    q = forms.CharField(label="Chercher une pratique", required=False, max_length=200)
    theme = forms.ChoiceField(label="Thème", required=False)
    technique = forms.ChoiceField(label="Technique", required=False)
    structure = forms.ChoiceField(label="Structure", required=False)
    etape = forms.ChoiceField(label="Étape du parcours RSA", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {
            "theme": Theme.objects.current().values_list("code", "title"),
            "technique": TechniquePage.objects.live().order_by("path").values_list("code", "title"),
            "structure": Organisation.objects.filter(
                pk__in=PracticePage.objects.live().values("organisation")
            ).values_list("code", "name"),
            "etape": PathwayStep.objects.values_list("code", "title"),
        }
        for name, choices in offered.items():
            self.fields[name].choices = [("", "Toutes" if name != "theme" else "Tous"), *choices]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    @property
    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}
