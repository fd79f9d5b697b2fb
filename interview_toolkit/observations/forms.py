"""Shapes of what is asked, seen and answered."""

from typing import Any

from django import forms
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminPageForm

from cms.accounts.models import User
from cms.core.privacy import identifying
from interview_toolkit.observations.enums import NO_OBJECT, Level, Setting
from interview_toolkit.observations.models import GridPage, Observation
from interview_toolkit.observations.services import observers

LONGEST = 2_000
NONE = "so"


class GridForm(WagtailAdminPageForm):
    """Codes tell criteria apart in what was observed: each its own."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        rows = [form.cleaned_data for form in self.formsets["criteria"].forms if form.is_valid()]
        codes = [row["code"] for row in rows if row.get("code") and not row.get("DELETE")]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            self.add_error(None, f"Chaque critère a son code ; celui-ci est donné plusieurs fois : {', '.join(twice)}.")
        return cleaned


class AskForm(forms.Form):
    grid = forms.ModelChoiceField(
        GridPage.objects.none(),
        label="Avec quelle grille",
        empty_label=None,
        error_messages={"required": "Choisissez une grille.", "invalid_choice": "Choisissez dans la liste."},
        widget=forms.Select(attrs={"class": "input"}),
    )
    observer = forms.ModelChoiceField(
        User.objects.none(),
        label="Par qui",
        empty_label="Choisissez…",
        error_messages={"required": "Choisissez une personne.", "invalid_choice": "Choisissez dans la liste."},
        widget=forms.Select(attrs={"class": "input"}),
    )
    setting = forms.ChoiceField(
        label="Dans quel cadre",
        choices=Setting.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites dans quel cadre.", "invalid_choice": "Choisissez dans la liste."},
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grids = GridPage.objects.live().exclude(versions=None).distinct().order_by("path")
        self.fields["grid"].queryset = grids  # type: ignore[attr-defined]
        people = observers().exclude(pk=person.pk).order_by("last_name", "first_name")
        self.fields["observer"].queryset = people  # type: ignore[attr-defined]


class ObservationForm(forms.Form):
    """The grid to fill: a level for each criterion, some words for each question. A draft may lack any of them."""

    held_on = forms.DateField(
        label="Entretien du",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Cette date ne se lit pas."},
    )

    def __init__(self, *args: Any, observation: Observation, **kwargs: Any) -> None:
        kwargs["initial"] = _said(observation) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.observation = observation
        choices = [*((str(level.value), str(level.label)) for level in Level), (NONE, NO_OBJECT)]
        for at, criterion in enumerate(observation.version.criteria):
            self.fields[f"c{at}"] = forms.ChoiceField(
                label=criterion["label"],
                choices=choices,
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": "Choisissez dans la liste."},
            )
        for at, question in enumerate(observation.version.content["debrief"]):
            self.fields[f"q{at}"] = forms.CharField(
                label=question,
                required=False,
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
                error_messages={"max_length": f"{LONGEST} caractères au plus."},
            )

    @property
    def phases(self) -> list[tuple[str, list[Any]]]:
        """The fields of the criteria, moment by moment, in the order of the grid."""
        found: list[tuple[str, list[Any]]] = []
        for at, criterion in enumerate(self.observation.version.criteria):
            if not found or found[-1][0] != criterion["phase"]:
                found.append((criterion["phase"], []))
            found[-1][1].append(self[f"c{at}"])
        return found

    @property
    def questions(self) -> list[Any]:
        return [self[f"q{at}"] for at in range(len(self.observation.version.content["debrief"]))]

    def clean_held_on(self) -> Any:
        held_on = self.cleaned_data["held_on"]
        if held_on and held_on > timezone.localdate():
            raise forms.ValidationError("Cet entretien n'a pas encore eu lieu.")
        return held_on

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for at in range(len(self.observation.version.content["debrief"])):
            for finding in identifying(cleaned.get(f"q{at}", "")):
                self.add_error(f"q{at}", f"{finding} On note des faits observés, jamais la personne accompagnée.")
        return cleaned

    @property
    def levels(self) -> dict[str, int | None]:
        said = {
            criterion["code"]: self.cleaned_data[f"c{at}"]
            for at, criterion in enumerate(self.observation.version.criteria)
        }
        return {code: None if level == NONE else int(level) for code, level in said.items() if level}

    @property
    def remarks(self) -> list[str]:
        return [self.cleaned_data[f"q{at}"] for at in range(len(self.observation.version.content["debrief"]))]


def _said(observation: Observation) -> dict[str, Any]:
    """What was saved so far."""
    said: dict[str, Any] = {"held_on": observation.held_on}
    for at, criterion in enumerate(observation.version.criteria):
        if criterion["code"] in observation.levels:
            level = observation.levels[criterion["code"]]
            said[f"c{at}"] = NONE if level is None else str(level)
    return said | {f"q{at}": words for at, words in enumerate(observation.remarks)}


class ReplyForm(forms.Form):
    text = forms.CharField(
        label="Ma réponse",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "class": "input"}),
        error_messages={"required": "Écrivez quelques mots.", "max_length": f"{LONGEST} caractères au plus."},
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if findings := identifying(text):
            raise forms.ValidationError(f"{findings[0]} Réécrivez sans que personne soit reconnaissable.")
        return text
