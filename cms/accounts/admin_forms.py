"""Forms of the admin about people."""

from typing import Any

from django import forms
from django.db import transaction
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.users.forms import UserCreationForm, UserEditForm

from cms.accounts import services
from cms.accounts.models import Invitation, Membership, User


class PersonCreationForm(UserCreationForm):
    class Meta(UserCreationForm.Meta):
        fields = UserCreationForm.Meta.fields | {"job"}


class PersonEditForm(UserEditForm):
    class Meta(UserEditForm.Meta):
        fields = UserEditForm.Meta.fields | {"job"}

    def save(self, commit: bool = True) -> User:
        with transaction.atomic():
            person: User = super().save(commit=commit)
            if "email" in self.changed_data:
                services.set_email(person=person, email=person.email)
            if "is_active" in self.changed_data and not person.is_active:
                services.deactivate(person=person)
        return person


class OrganisationForm(WagtailAdminModelForm):
    siret = forms.CharField(label="SIRET", required=False, max_length=30)

    def clean_siret(self) -> str:
        return "".join(self.cleaned_data["siret"].split())


class InvitationForm(WagtailAdminModelForm):
    """Sends an invitation, or renews the one waiting for this address."""

    def validate_constraints(self) -> None:
        """An invitation already waiting is renewed, not refused."""

    def save(self, commit: bool = True) -> Invitation:
        typed = {name: self.cleaned_data[name] for name in ("email", "first_name", "last_name", "organisation", "role")}
        return services.invite(**typed, invited_by=self.for_user)

    class Meta:
        model = Invitation
        fields = ["email", "first_name", "last_name", "organisation", "role"]


class MembershipForm(WagtailAdminModelForm):
    is_move = forms.BooleanField(
        label="La personne change de structure",
        required=False,
        initial=True,
        help_text="Ses rattachements en cours se terminent ce jour-là. Décochez si elle travaille pour les deux.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["is_move"]

    def save(self, commit: bool = True) -> Membership:
        if self.cleaned_data.get("is_move") and not self.cleaned_data.get("ends_on"):
            return services.move_person(
                person=self.cleaned_data["person"],
                organisation=self.cleaned_data["organisation"],
                on=self.cleaned_data["starts_on"],
                role=self.cleaned_data["role"],
            )
        return super().save(commit=commit)

    class Meta:
        model = Membership
        fields = ["person", "organisation", "role", "starts_on", "ends_on"]
