from django import forms


class ThemeFileForm(forms.Form):
    file = forms.FileField(
        label="Fichier CSV",
        help_text="Colonnes : code;objectif;titre;description;ordre;exemple. Un million d'octets au plus.",
        allow_empty_file=True,  # the reader says what is wrong with it
    )


class ConfirmForm(forms.Form):
    """What was looked at, sent back as it was."""

    content = forms.CharField(widget=forms.HiddenInput)
