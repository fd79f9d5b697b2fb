"""What is sent to be verified, and what a holder wants in their badge."""

from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile

from certifications.numbers import number_in
from certifications.public import MOST_BYTES

TYPES = ".pdf,.svg,.png,.json,.jwt,.txt,application/pdf,image/svg+xml,image/png,application/json"


class NumberForm(forms.Form):
    numero = forms.CharField(
        label="Numéro de l'attestation",
        max_length=500,
        help_text="36 caractères, en bas de l'attestation. Vous pouvez aussi coller l'adresse entière.",
        error_messages={
            "required": "Écrivez le numéro, ou collez l'adresse imprimée sous l'attestation.",
            "max_length": "Ce texte est trop long pour être un numéro d'attestation.",
        },
        widget=forms.TextInput(attrs={"class": "input code", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_numero(self) -> UUID:
        number = number_in(self.cleaned_data["numero"])
        if number is None:
            raise forms.ValidationError(
                "Ce numéro n'est pas complet : il compte 36 caractères, chiffres, lettres de a à f et quatre tirets."
            )
        return number


class FileForm(forms.Form):
    fichier = forms.FileField(
        label="Fichier de l'attestation ou du badge",
        help_text="PDF, image de badge (SVG ou PNG), badge JSON ou JWT ; 5 Mo au plus. Rien n'en est gardé.",
        error_messages={
            "required": "Choisissez le fichier à vérifier.",
            "empty": "Ce fichier est vide : il n'y a rien à vérifier.",
        },
        widget=forms.FileInput(attrs={"accept": TYPES}),
    )

    def clean_fichier(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["fichier"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError("Ce fichier est trop gros : 5 Mo au plus.")
        return file


class BadgeForm(forms.Form):
    shows_name = forms.BooleanField(
        label="Écrire mon nom dans mon badge",
        required=False,
        help_text="Sans cela, votre badge ne contient que des empreintes : qui connaît déjà votre adresse peut "
        "vérifier que ce badge est le vôtre, et personne n'y lit qui vous êtes.",
    )
