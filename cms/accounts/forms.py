"""What people type about themselves."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from cms.accounts.enums import Job
from cms.accounts.models import Invitation, User

CHOOSING_HELP = "Douze caractères au moins. Ni votre nom, ni votre adresse, ni un mot de passe courant."


class OpenAccountForm(forms.Form):
    """The names, the job and a password; the address is the one invited."""

    first_name = forms.CharField(
        label="Prénom",
        max_length=100,
        error_messages={"required": "Écrivez votre prénom."},
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label="Nom",
        max_length=100,
        error_messages={"required": "Écrivez votre nom."},
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    job = forms.ChoiceField(
        label="Métier",
        choices=[("", "Choisissez votre métier"), *Job.choices],
        error_messages={"required": "Choisissez votre métier."},
    )
    password1 = forms.CharField(
        label="Mot de passe",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=CHOOSING_HELP,
        error_messages={"required": "Choisissez un mot de passe."},
    )
    password2 = forms.CharField(
        label="Le même mot de passe, une seconde fois",
        error_messages={"required": "Écrivez-le une seconde fois."},
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        kwargs["initial"] = {"first_name": invitation.first_name, "last_name": invitation.last_name}
        super().__init__(*args, **kwargs)
        self.invitation = invitation

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, second = data.get("password1"), data.get("password2")
        if first and second and first != second:
            self.add_error("password2", "Les deux mots de passe sont différents.")
        elif first:
            names = {name: data.get(name, "") for name in ("first_name", "last_name")}
            try:
                validate_password(first, User(email=self.invitation.email, **names))
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return data
