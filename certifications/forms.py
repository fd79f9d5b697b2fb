"""Shapes of what is sent to certifications."""

from typing import Any
from uuid import UUID

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

from certifications.enums import Purpose
from certifications.models import CredentialDefinition
from certifications.queries.definitions import problems_of, required_steps
from courses.models import CoursePage


class StepsField(forms.MultipleChoiceField):
    """Steps by their keys; those of courses just chosen are offered once the definition is saved."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> list[UUID]:
        return [UUID(key) for key in super().clean(value)]

    def prepare_value(self, value: Any) -> Any:
        return [str(key) for key in value or []]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return {str(key) for key in initial or []} != set(data or [])


class DefinitionForm(WagtailAdminModelForm):
    """A definition may be saved incomplete; what is published says all the law asks."""

    renewal_steps = StepsField(
        label="Étapes à refaire",
        required=False,
        help_text="Celles des formations choisies plus haut, une fois le modèle enregistré.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if steps := self.fields.get("renewal_steps"):
            courses = self.instance.courses_for(Purpose.AWARD) if self.instance.pk else []
            steps.choices = [step for course in courses for step in required_steps(course)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if self.is_deferred_validation:
            return cleaned
        definition = CredentialDefinition(
            **{field.name: cleaned[field.name] for field in CredentialDefinition._meta.fields if field.name in cleaned}
        )
        problems = problems_of(definition, award=self.courses(Purpose.AWARD), renewal=self.courses(Purpose.RENEWAL))
        for problem in problems:
            self.add_error(None, f"Le modèle ne peut pas être publié : {problem}")
        return cleaned

    def courses(self, purpose: Purpose) -> list[CoursePage]:
        """Those of the list as typed, still to be saved."""
        rows = [form.cleaned_data for form in self.formsets["course_links"].forms if form.is_valid()]
        return [row["course"] for row in rows if row.get("purpose") == purpose and not row.get("DELETE")]
