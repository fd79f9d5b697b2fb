"""What /composants/ shows: every component with plausible content, all of it invented."""

from typing import Any

from django import forms
from django.core.paginator import Paginator


class SampleForm(forms.Form):
    title = forms.CharField(label="Nom de la séance", help_text="Visible par les inscrits.")
    day = forms.DateField(label="Date", error_messages={"invalid": "Écrivez une date à venir, par exemple 26/11/2026."})
    place = forms.ChoiceField(label="Lieu", choices=[("slo", "Saint-Lô"), ("che", "Cherbourg-en-Cotentin")])
    password = forms.CharField(label="Mot de passe", widget=forms.PasswordInput, required=False)
    answer = forms.ChoiceField(
        label="Qui préside le comité départemental pour l'emploi ?",
        widget=forms.RadioSelect,
        choices=[("both", "Le préfet et le président du conseil départemental, ensemble"), ("one", "Le préfet seul")],
    )
    audience = forms.MultipleChoiceField(
        label="Public",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("cip", "Conseillers en insertion professionnelle"), ("as", "Assistants de service social")],
    )
    note = forms.CharField(label="Consigne", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    attachment = forms.FileField(label="Pièce jointe", required=False)
    reminder = forms.BooleanField(label="Envoyer un rappel la veille", required=False)


def _theme(code: str, title: str, tint: str, pictogram: str) -> dict[str, str]:
    return {"code": code, "title": title, "tint": tint, "pictogram": pictogram}


def _step(title: str, state: str, meta: str = "", **more: Any) -> dict[str, Any]:
    return {"title": title, "state": state, "meta": meta, "url": "#fil", **more}


def component_samples() -> dict[str, Any]:
    return {
        "themes": [
            _theme("SEC-01", "Accueil et première information", "accueil", "signpost"),
            _theme("SEC-03", "Diagnostic global partagé", "suivi", "link"),
            _theme("SEC-06", "Mobilité", "quotidien", "house"),
            _theme("EMP-03", "Immersions professionnelles", "travail", "case"),
            _theme("EMP-04", "Formation et compétences de base", "competences", "ladder"),
            _theme("PRO-02", "Pouvoir d'agir et techniques d'entretien", "pratiques", "voices"),
        ],
        "outline": [
            {
                "title": "1. Les quatre repères du pouvoir d'agir",
                "steps": [
                    _step("Une personne dans son contexte", "done"),
                    _step("Quiz du module", "done", "80 %"),
                ],
            },
            {
                "title": "2. Les techniques d'entretien",
                "steps": [
                    _step("Faire décrire l'action", "current", "reste 12 min", is_here=True),
                    _step("Entendre l'ambivalence", "todo", "25 min"),
                    _step("Quiz du module", "todo", "10 min, 70 % pour valider"),
                ],
            },
        ],
        "proof": [
            {"name": "Informé", "figure": "9 sur 9", "unit": "pages", "state": "done", "word": "terminé"},
            {"name": "Formé", "figure": "0 sur 1", "unit": "parcours", "state": "current", "word": "en cours"},
            {"name": "Essayé", "figure": "3 fois", "unit": "au travail", "state": "done", "word": "terminé"},
            {"name": "Observé", "figure": "0", "unit": "à venir", "state": "todo", "word": "à faire"},
        ],
        "form": SampleForm({"title": "Journée 1", "place": "slo", "answer": "both", "day": "hier"}),
        "page_obj": Paginator(range(440), 10).page(8),
        "chips": [{"label": "Structure : MSA", "url": "?"}, {"label": "État : en cours", "url": "?"}],
        "crumbs": [{"title": "Formations", "url": "#fil"}, {"title": "Socle commun", "url": "#fil"}, {"title": "Quiz"}],
        "before": {"title": "Accueil et orientation", "url": "#fil"},
        "after": {"title": "Droits, obligations, garanties", "url": "#fil", "meta": "20 min"},
        "letters": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    }
