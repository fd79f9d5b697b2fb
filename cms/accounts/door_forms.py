"""The forms of allauth in our words: no placeholder, which a label already says and nobody can read twice."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms

from cms.accounts.forms import CHOOSING_HELP

LABELS = {
    "login": "Adresse électronique",
    "email": "Adresse électronique",
    "password": "Mot de passe",
    "remember": "Garder ma session ouverte sur cet appareil",
    "oldpassword": "Mot de passe actuel",
    "password1": "Nouveau mot de passe",
    "password2": "Le même mot de passe, une seconde fois",
    "code": "Code",
}


class InOurWords:
    """Labels of the house; the link to a forgotten password stands once, under the form."""

    help_texts: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if name in ("password", "oldpassword"):
                field.help_text = ""
            if name == "password1":
                field.help_text = CHOOSING_HELP
            field.help_text = self.help_texts.get(name, field.help_text)
            if name == "code":
                field.widget.attrs["inputmode"] = "text"


class LoginForm(InOurWords, account_forms.LoginForm):
    help_texts = {"login": "Celle où vous avez reçu l'invitation."}


class AddEmailForm(InOurWords, account_forms.AddEmailForm):
    pass


class ResetPasswordForm(InOurWords, account_forms.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(InOurWords, account_forms.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(InOurWords, account_forms.ChangePasswordForm):
    pass


class SetPasswordForm(InOurWords, account_forms.SetPasswordForm):
    pass


class ReauthenticateForm(InOurWords, account_forms.ReauthenticateForm):
    pass


class AuthenticateForm(InOurWords, mfa_forms.AuthenticateForm):
    help_texts = {"code": "Six chiffres, ou un code de secours."}


class MFAReauthenticateForm(InOurWords, mfa_forms.ReauthenticateForm):
    help_texts = {"code": "Six chiffres, ou un code de secours."}


class ActivateTOTPForm(InOurWords, totp_forms.ActivateTOTPForm):
    help_texts = {"code": "Six chiffres."}
