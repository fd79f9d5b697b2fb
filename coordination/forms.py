"""What comes in by addresses and forms."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from cms.accounts.enums import Role
from cms.core.filters import AddressForm
from coordination.enums import Order, Standing
from coordination.filters import NO_ORGANISATION, Choice, Choices, Filters


def options(everything: str, choices: Iterable[Choice]) -> list[tuple[str, str]]:
    return [("", everything), *((choice.code, choice.label) for choice in choices)]


def offer(form: forms.Form, name: str, pairs: list[tuple[str, str]]) -> None:
    field: Any = form.fields[name]
    field.choices = pairs


class FilterForm(AddressForm):
    structure = forms.ChoiceField(label="Structure", required=False)
    formation = forms.ChoiceField(label="Formation", required=False)
    theme = forms.ChoiceField(label="Thème", required=False)

    def __init__(self, data: Any, *, choices: Choices, sees_everyone: bool) -> None:
        super().__init__(data)
        self.offered = choices
        structures = options("Toutes les structures", choices.organisations)
        if sees_everyone:
            structures.append((NO_ORGANISATION, "Sans structure aujourd'hui"))
        offer(self, "structure", structures)
        offer(self, "formation", options("Toutes les formations", choices.courses))
        offer(self, "theme", options("Tous les thèmes", choices.themes))

    @property
    def filters(self) -> Filters:
        self.full_clean()
        chosen = self.cleaned_data

        def find(choices: Iterable[Choice], field: str) -> Choice | None:
            return next((choice for choice in choices if choice.code == chosen.get(field)), None)

        return Filters(
            organisation=find(self.offered.organisations, "structure"),
            is_without_organisation=chosen.get("structure") == NO_ORGANISATION,
            course=find(self.offered.courses, "formation"),
            theme=find(self.offered.themes, "theme"),
            standing=Standing(chosen["etat"]) if chosen.get("etat") else None,
            name=chosen.get("q", ""),
            order=Order(chosen.get("tri") or Order.NAME),
        )


class PeopleFilterForm(FilterForm):
    etat = forms.ChoiceField(
        label="État le plus avancé", required=False, choices=[("", "Tous les états"), *Standing.choices]
    )
    q = forms.CharField(label="Nom", required=False, max_length=100)
    tri = forms.ChoiceField(label="Tri", required=False, choices=Order, widget=forms.HiddenInput)


class EnrolForm(forms.Form):
    course = forms.ChoiceField(label="Formation")
    due_on = forms.DateField(
        label="À terminer avant le",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any = None, *, courses: Iterable[Choice]) -> None:
        super().__init__(data)
        self.courses = {str(course.pk): course for course in courses}
        pairs = [(key, course.label) for key, course in self.courses.items()]
        offer(self, "course", [("", "Choisissez une formation"), *pairs])

    def clean_due_on(self) -> date | None:
        due_on: date | None = self.cleaned_data["due_on"]
        if due_on and due_on < timezone.localdate():
            raise forms.ValidationError("Cette date est passée.")
        return due_on


class InviteForm(forms.Form):
    """An invitation into one of the organisations within reach; only the coordination names a lead."""

    email = forms.EmailField(
        label="Adresse électronique professionnelle",
        max_length=254,  # RFC 5321, and the column
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    first_name = forms.CharField(label="Prénom", max_length=100, required=False)
    last_name = forms.CharField(label="Nom", max_length=100, required=False)
    organisation = forms.ChoiceField(label="Structure")
    role = forms.ChoiceField(label="Rôle dans la structure", choices=Role, initial=Role.MEMBER)

    def __init__(self, data: Any = None, *, organisations: Iterable[Choice], sees_everyone: bool) -> None:
        super().__init__(data)
        pairs = [(organisation.code, organisation.label) for organisation in organisations]
        offer(self, "organisation", pairs if len(pairs) == 1 else [("", "Choisissez une structure"), *pairs])
        if not sees_everyone:
            del self.fields["role"]
