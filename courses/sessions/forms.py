"""Shapes of what is planned, registered and noted."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.db.models import Q
from wagtail.admin.forms import WagtailAdminModelForm

from cms.accounts.models import User
from courses.sessions.enums import CorrectionKind, Mode
from courses.sessions.models import Attendance, HalfDay
from courses.sessions.queries.coherence import overlap

FROZEN = ("on", "part", "starts_at", "ends_at")
MOST_ADDRESSES = 60


class HalfDayForm(WagtailAdminModelForm):
    """Run by a trainer of today, or by the one who was."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = User.objects.trainers().values("pk")
        allowed = User.objects.filter(Q(pk__in=now) | Q(pk=self.instance.trainer_id)).by_name()
        self.fields["trainer"].queryset = allowed


class TrainingSessionForm(WagtailAdminModelForm):
    """A session that can be held: somewhere, by somebody, at hours that follow each other; what is signed stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            here = User.objects.filter(pk__in=[person.pk for person in self.instance.trainers.all()])
            self.fields["trainers"].queryset = self.fields["trainers"].queryset | here

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        course, step = cleaned.get("course"), cleaned.get("step")
        if course and step and not step.path.startswith(course.path):
            self.add_error("step", "Cette étape n'est pas de cette formation.")
        if cleaned.get("mode") == Mode.IN_PERSON and not cleaned.get("place"):
            self.add_error("place", "Dites où l'on vient.")
        for problem in self._problems():
            self.add_error(None, problem)
        return cleaned

    def _problems(self) -> Iterator[str]:
        signed = set(
            Attendance.objects.signed().filter(half_day__session=self.instance.pk).values_list("half_day", flat=True)
        )
        kept: list[HalfDay] = []
        for form in self.formsets["half_days"].forms:
            if not form.is_valid() or not form.cleaned_data.get("on"):
                continue
            is_deleted = bool(form.cleaned_data.get("DELETE"))
            if form.instance.pk in signed and (is_deleted or {*FROZEN} & {*form.changed_data}):
                yield f"{form.instance} : des présences sont signées, le jour et les heures ne changent plus."
            if not is_deleted:
                kept.append(HalfDay(**{name: form.cleaned_data[name] for name in FROZEN}))
        for one, other in combinations(kept, 2):
            if (one.on, one.part) == (other.on, other.part):
                yield f"{one} : cette demi-journée est donnée deux fois."
            elif overlap(one, other):
                yield f"{one} et {other.label} se chevauchent."


class AddressesForm(forms.Form):
    addresses = forms.CharField(
        label="Adresses électroniques",
        help_text="Une par ligne, celles des comptes.",
        max_length=6_000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "input", "autocomplete": "off"}),
        error_messages={
            "required": "Écrivez au moins une adresse.",
            "max_length": "C'est trop d'adresses à la fois.",
        },
    )

    @property
    def found(self) -> list[str]:
        """The addresses, once each."""
        return self.cleaned_data["addresses"]

    def clean_addresses(self) -> list[str]:
        found = list(dict.fromkeys(self.cleaned_data["addresses"].replace(",", " ").replace(";", " ").lower().split()))
        if len(found) > MOST_ADDRESSES:
            raise forms.ValidationError(f"{MOST_ADDRESSES} adresses au plus à la fois.")
        for address in found:
            try:
                validate_email(address)
            except forms.ValidationError:
                raise forms.ValidationError(f"« {address} » n'est pas une adresse électronique.") from None
        return found


class ReasonForm(forms.Form):
    """Why a session is cancelled."""

    reason = forms.CharField(
        label="Motif, lu par les personnes inscrites",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
        error_messages={"required": "Dites pourquoi.", "max_length": "500 caractères au plus."},
    )


class AbsenceForm(forms.Form):
    reason = forms.CharField(
        label="Motif",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"max_length": "200 caractères au plus."},
    )


class CorrectionForm(forms.Form):
    kind = forms.ChoiceField(choices=CorrectionKind.choices)
    reason = forms.CharField(
        label="Pourquoi",
        max_length=300,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": "Dites pourquoi.", "max_length": "300 caractères au plus."},
    )


class HandForm(forms.Form):
    """Signed on the trainer's device, by the person themselves."""

    is_me = forms.BooleanField(label="", error_messages={"required": "Cochez la case : c'est votre signature."})

    def __init__(self, *args: Any, words: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_me"].label = words
