"""Shapes of what is sent to simulations."""

from functools import cached_property
from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminPageForm

from interview_toolkit.simulations.blocks import graph_from
from interview_toolkit.simulations.checks import problems_of
from interview_toolkit.simulations.files import MOST_BYTES, ScenarioFile, Unreadable, read_file
from interview_toolkit.simulations.graph import Graph
from interview_toolkit.techniques.models import techniques_by_code

MOST_SAID = 20


class ScenarioForm(WagtailAdminPageForm):
    """A simulation may be saved unfinished; what is published can be played to an end."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        # Sent back to its author, a simulation may be unfinished too.
        is_sent_back = "action-workflow-action" in self.data and self.data.get("workflow-action-name") == "reject"
        if not self.is_deferred_validation and not is_sent_back:
            problems = problems_of(self.graph, techniques=techniques_by_code())
            for problem in problems[:MOST_SAID]:
                self.add_error(None, str(problem))
            if len(problems) > MOST_SAID:
                self.add_error(None, f"… et {len(problems) - MOST_SAID} autres points à corriger.")
        return cleaned

    @cached_property
    def nodes(self) -> Any:
        """The moments as they are typed, even where a field is missing."""
        return self.fields["nodes"].widget.value_from_datadict(self.data, self.files, self.add_prefix("nodes"))

    @cached_property
    def graph(self) -> Graph:
        return graph_from(self.data.get(self.add_prefix("start"), ""), self.nodes)


class TurnForm(forms.Form):
    """What one says at a turn. `turn` and `node` are those of the page that was shown."""

    turn = forms.IntegerField(min_value=1, max_value=1_000, widget=forms.HiddenInput)
    node = forms.CharField(max_length=40, widget=forms.HiddenInput)
    choice = forms.IntegerField(min_value=0, max_value=100)

    @property
    def refusal(self) -> str:
        if set(self.errors) == {"choice"} and not self.data.get("choice"):
            return "Choisissez ce que vous dites."
        return "L'envoi est incomplet : voici où en est votre entretien."


class ImportForm(forms.Form):
    file = forms.FileField(
        label="Fichier YAML",
        help_text=f"Au format des scénarios de Socle, {MOST_BYTES // 1024} Kio au plus.",
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml"}),
    )

    def clean_file(self) -> ScenarioFile:
        file = self.cleaned_data["file"]
        try:
            return read_file(file.read(MOST_BYTES + 1))
        except Unreadable as refusal:
            raise forms.ValidationError(str(refusal)) from None
