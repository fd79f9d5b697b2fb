"""Shapes of what is asked, seen and answered."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminPageForm

from cms.accounts.models import User
from cms.core.reread import RereadForm
from interview_toolkit.observations.agreement import Levels
from interview_toolkit.observations.enums import NO_OBJECT, Level, Setting
from interview_toolkit.observations.errors import Incomplete
from interview_toolkit.observations.models import GridPage, GridVersion, Observation
from interview_toolkit.observations.queries import askable

LONGEST = 2_000
TOO_LONG = "2\N{NO-BREAK SPACE}000 caractères au plus."
NONE = "so"


class GridPageForm(WagtailAdminPageForm):
    """Codes tell criteria apart in what was observed: each its own."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        rows = [form.cleaned_data for form in self.formsets["criteria"].forms if form.is_valid()]
        codes = [row["code"] for row in rows if row.get("code") and not row.get("DELETE")]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            self.add_error(None, f"Chaque critère a son code ; celui-ci est donné plusieurs fois : {', '.join(twice)}.")
        return cleaned


class ReferencePageForm(WagtailAdminPageForm):
    """Published, a reference interview reads every criterion of its grid, once, and not all at the same level."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if self.is_deferred_validation:
            return cleaned
        rows = [form.cleaned_data for form in self.formsets["readings"].forms if form.is_valid()]
        for problem in reading_problems(
            self.parent_page.specific,
            [(row["code"], row["level"]) for row in rows if row.get("code") and not row.get("DELETE")],
        ):
            self.add_error(None, problem)
        return cleaned


def reading_problems(grid: GridPage, readings: Sequence[tuple[str, int | None]]) -> Iterable[str]:
    """What keeps a reference interview from being one, in words."""
    wanted, given = [one.code for one in grid.criteria.all()], [code for code, _level in readings]
    if missing := [code for code in wanted if code not in given]:
        yield f"Dites ce que vous avez vu de chaque critère de la grille ; il manque : {', '.join(missing)}."
    if unknown := sorted({code for code in given if code not in wanted}):
        yield f"La grille n'a pas ces critères : {', '.join(unknown)}."
    if twice := sorted({code for code in given if given.count(code) > 1}):
        yield f"Un critère se lit une fois ; celui-ci est donné plusieurs fois : {', '.join(twice)}."
    if len({level for _code, level in readings if level is not None}) < 2:
        yield "Donnez au moins deux niveaux différents : sans écart possible, aucun accord ne se mesure."


class PersonField(forms.ModelChoiceField):
    """People told apart by what they are to each other: trainers, then peers with the grid they are calibrated on."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} ({obj.quality})"


class AskForm(forms.Form):
    grid = forms.ModelChoiceField(
        GridPage.objects.none(),
        label="Avec quelle grille",
        empty_label=None,
        error_messages={"required": "Choisissez une grille.", "invalid_choice": "Choisissez dans la liste."},
        widget=forms.Select(attrs={"class": "input"}),
    )
    observer = PersonField(
        User.objects.none(),
        label="Par qui",
        help_text="Un formateur, ou un pair formé : il a fait son étalonnage sur cette grille, et reçoit des demandes.",
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
        self.fields["observer"].queryset = askable(person)  # type: ignore[attr-defined]


class GridForm(RereadForm):
    """A grid to fill: a level for each criterion, some words for each question. A draft may lack any of them."""

    def __init__(
        self,
        *args: Any,
        version: GridVersion,
        levels: Levels | None = None,
        remarks: Sequence[str] = (),
        has_questions: bool = True,
        **kwargs: Any,
    ) -> None:
        said: dict[str, Any] = {f"q{at}": words for at, words in enumerate(remarks)}
        for at, criterion in enumerate(version.criteria):
            if levels and criterion["code"] in levels:
                level = levels[criterion["code"]]
                said[f"c{at}"] = NONE if level is None else str(level)
        kwargs["initial"] = said | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.version = version
        self.meanings = [(str(level.label), level.meaning) for level in Level]
        self.wording: list[str] = version.content["debrief"] if has_questions else []
        self.reread = tuple(f"q{at}" for at in range(len(self.wording)))
        choices = [*((str(level.value), str(level.label)) for level in Level), (NONE, NO_OBJECT)]
        for at, criterion in enumerate(version.criteria):
            self.fields[f"c{at}"] = forms.ChoiceField(
                label=criterion["label"],
                choices=choices,
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": "Choisissez dans la liste."},
            )
        for at, question in enumerate(self.wording):
            self.fields[f"q{at}"] = forms.CharField(
                label=question,
                required=False,
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
                error_messages={"max_length": TOO_LONG},
            )

    @property
    def phases(self) -> list[tuple[str, list[Any]]]:
        """The fields of the criteria, moment by moment, in the order of the grid."""
        found: list[tuple[str, list[Any]]] = []
        for at, criterion in enumerate(self.version.criteria):
            if not found or found[-1][0] != criterion["phase"]:
                found.append((criterion["phase"], []))
            found[-1][1].append(self[f"c{at}"])
        return found

    @property
    def questions(self) -> list[Any]:
        return [self[f"q{at}"] for at in range(len(self.wording))]

    def tell_missing(self, refusal: Incomplete) -> None:
        """An error by each criterion nothing was said of."""
        codes = set(refusal.codes)
        for at, criterion in enumerate(self.version.criteria):
            if criterion["code"] in codes:
                self.add_error(f"c{at}", "Dites ce que vous avez vu, même « sans objet ».")

    @property
    def levels(self) -> dict[str, int | None]:
        said = {criterion["code"]: self.cleaned_data[f"c{at}"] for at, criterion in enumerate(self.version.criteria)}
        return {code: None if level == NONE else int(level) for code, level in said.items() if level}

    @property
    def remarks(self) -> list[str]:
        return [self.cleaned_data[f"q{at}"] for at in range(len(self.wording))]


class ObservationForm(GridForm):
    held_on = forms.DateField(
        label="Entretien du",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Cette date ne se lit pas."},
    )

    def __init__(self, *args: Any, observation: Observation, **kwargs: Any) -> None:
        about: dict[str, Any] = {"levels": observation.levels, "remarks": observation.remarks}
        super().__init__(
            *args, version=observation.version, initial={"held_on": observation.held_on}, **about, **kwargs
        )

    def tell_missing(self, refusal: Incomplete) -> None:
        if not refusal.has_day:
            self.add_error("held_on", "Donnez le jour de l'entretien.")
        super().tell_missing(refusal)

    def clean_held_on(self) -> Any:
        held_on = self.cleaned_data["held_on"]
        if held_on and held_on > timezone.localdate():
            raise forms.ValidationError("Cet entretien n'a pas encore eu lieu.")
        return held_on


class ShareForm(forms.Form):
    trainer = forms.ModelChoiceField(
        User.objects.none(),
        label="Montrer à",
        empty_label="Choisissez…",
        widget=forms.Select(attrs={"class": "input"}),
        error_messages={"required": "Choisissez une personne.", "invalid_choice": "Choisissez dans la liste."},
    )

    def __init__(self, *args: Any, observation: Observation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        two = [observation.person_id, observation.observer_id]
        self.fields["trainer"].queryset = User.objects.trainers().exclude(pk__in=two).by_name()  # type: ignore[attr-defined]


class ReplyForm(RereadForm):
    text = forms.CharField(
        label="Ma réponse",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "class": "input"}),
        error_messages={"required": "Écrivez quelques mots.", "max_length": TOO_LONG},
    )
    reread = ("text",)
