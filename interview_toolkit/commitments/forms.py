"""Shapes of what one commits to, and answers."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from cms.core.once import OnceForm
from cms.core.privacy import Finding, identifying
from interview_toolkit.commitments.enums import Answer, Interview
from interview_toolkit.commitments.models import AFTER
from interview_toolkit.practices.models import PracticePage
from interview_toolkit.techniques.models import TechniquePage

LATEST = timedelta(days=180)


class CommitmentForm(OnceForm):
    """What to try is one field: techniques, then practices; its value is their kind and number."""

    subject = forms.ChoiceField(
        label="Ce que je veux essayer",
        error_messages={
            "required": "Choisissez ce que vous voulez essayer.",
            "invalid_choice": "Choisissez dans la liste.",
        },
        widget=forms.Select(attrs={"class": "input"}),
    )
    interview = forms.ChoiceField(
        label="Dans quel entretien",
        choices=[("", "Choisissez…"), *Interview.choices],
        error_messages={"required": "Dites dans quel entretien.", "invalid_choice": "Choisissez dans la liste."},
        widget=forms.Select(attrs={"class": "input"}),
    )
    due_on = forms.DateField(
        label="Avant le",
        error_messages={"required": "Donnez-vous une date.", "invalid": "Cette date ne se lit pas."},
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, near: set[int], **kwargs: Any) -> None:
        """`near`: the pages to offer first."""
        super().__init__(*args, **kwargs)
        techniques = TechniquePage.objects.live().order_by("path").values_list("pk", "title")
        practices = PracticePage.objects.live().order_by("path").values_list("pk", "title")
        all_of = {
            "Techniques": [(pk, f"technique-{pk}", title) for pk, title in techniques],
            "Fiches pratiques": [(pk, f"pratique-{pk}", title) for pk, title in practices],
        }
        first = [(value, title) for found in all_of.values() for pk, value, title in found if pk in near]
        offered: list[Any] = [("En lien avec cette formation", first)]
        for name, found in all_of.items():
            offered.append((name, [(value, title) for pk, value, title in found if pk not in near]))
        choices = [("", "Choisissez…"), *(group for group in offered if group[1])]
        self.fields["subject"].choices = choices  # type: ignore[attr-defined]
        self.fields["due_on"].initial = timezone.localdate() + AFTER

    def clean_due_on(self) -> Any:
        due_on, today = self.cleaned_data["due_on"], timezone.localdate()
        if due_on < today:
            raise forms.ValidationError("Cette date est passée.")
        if due_on > today + LATEST:
            raise forms.ValidationError("Choisissez une date dans les six mois : un petit pas, bientôt.")
        return due_on

    @property
    def about(self) -> dict[str, Any]:
        """The page to try, under its kind."""
        kind, _, pk = self.cleaned_data["subject"].partition("-")
        if kind == "technique":
            return {"technique": TechniquePage.objects.get(pk=pk)}
        return {"practice": PracticePage.objects.get(pk=pk)}


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label="Où en êtes-vous ?",
        choices=Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une réponse.", "invalid_choice": "Choisissez une des trois réponses."},
    )
    line = forms.CharField(
        label="En une ligne, si vous voulez",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={"max_length": "300 caractères au plus."},
    )

    def clean_line(self) -> str:
        line: str = self.cleaned_data["line"]
        findings: list[Finding] = identifying(line)
        if findings:
            raise forms.ValidationError(f"{findings[0]} Réécrivez sans que personne soit reconnaissable.")
        return line
