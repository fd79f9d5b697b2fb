"""Shapes of what is sent to courses."""

from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminPageForm

from cms.core.filters import ChosenForm
from cms.roadmap.models import Theme
from courses.enums import CourseFormat, Duration
from courses.queries.publication import NO_REQUIRED_STEP, prerequisite_loop, problems_of_course, why_not_optional
from courses.quiz import asked


class KeyForm(forms.Form):
    """A gesture done once: its key comes from the page that showed the button."""

    key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": "L'envoi est incomplet. Rechargez la page et recommencez.",
            "invalid": "L'envoi est incomplet. Rechargez la page et recommencez.",
        },
    )


class CatalogueForm(ChosenForm):
    theme = forms.ChoiceField(label="Thème", required=False)
    duree = forms.ChoiceField(label="Durée", required=False, choices=[("", "Toutes"), *Duration.choices])
    modalite = forms.ChoiceField(label="Modalité", required=False, choices=[("", "Toutes"), *CourseFormat.choices])

    def __init__(self, *args: Any, themes: list[Theme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices("theme").choices = [("", "Tous"), *((theme.code, theme.title) for theme in themes)]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"


class CourseForm(WagtailAdminPageForm):
    """A course may be saved incomplete; what is published can be followed to its end."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if loop := prerequisite_loop(self.instance, self.rows("prerequisites", "course")):
            self.add_error(None, loop)
        if not self.is_deferred_validation:
            if not self.rows("theme_links", "theme"):
                self.add_error(None, "La formation ne peut pas être publiée : choisissez au moins un thème.")
            problems = problems_of_course(self.instance) if self.instance.pk else [NO_REQUIRED_STEP]
            for problem in problems:
                self.add_error(None, f"La formation ne peut pas être publiée : {problem}")
        return cleaned

    def rows(self, formset: str, field: str) -> list[Any]:
        """What is typed in a list of the form, still to be saved."""
        rows = [form.cleaned_data for form in self.formsets[formset].forms if form.is_valid()]
        return [row[field] for row in rows if row.get(field) and not row.get("DELETE")]


class StepForm(WagtailAdminPageForm):
    """A live course keeps something to ask."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        is_optional = not self.is_deferred_validation and not cleaned.get("is_required")
        if is_optional and self.instance.pk and (reason := why_not_optional(self.instance)):
            self.add_error("is_required", f"Gardez-la obligatoire : {reason}")
        return cleaned


class QuizForm(StepForm):
    """A percent of a few questions is a number: its author reads it beside the field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, quiz = self.fields.get("pass_mark"), self.instance
        if field is not None and quiz.questions:
            field.help_text = f"{field.help_text} Tel qu'enregistré : {asked(quiz.pass_mark, len(quiz.questions))}."
