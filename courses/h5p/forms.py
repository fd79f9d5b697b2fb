"""What is asked of who sends a package, and of who decides."""

from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.images.widgets import AdminImageChooser
from wagtail.models import ReferenceIndex

from cms.core.filters import AddressForm
from courses.h5p.engine.limits import MIB
from courses.h5p.models import Content, ContentVersion
from courses.h5p.queries import kinds_of_content
from courses.h5p.services.uploads import limits

EMPTY = "Ce fichier est vide : choisissez le paquet tel que l'outil l'a donné."


class PackageInput(forms.FileInput):
    def __init__(self) -> None:
        super().__init__(attrs={"accept": ".h5p", "aria-describedby": "package-help"})


class PackageForm(forms.Form):
    """A package to be looked at later; what can be said of it at once is said at once."""

    package = forms.FileField(
        label="Paquet H5P",
        widget=PackageInput,
        error_messages={
            "required": "Choisissez un fichier.",
            "invalid": "Aucun fichier n'a été reçu : choisissez-le de nouveau.",
            "missing": "Aucun fichier n'a été reçu : choisissez-le de nouveau.",
            "empty": EMPTY,
        },
    )

    def clean_package(self) -> UploadedFile:
        package: UploadedFile = self.cleaned_data["package"]
        most, size = limits().package, package.size or 0
        if not str(package.name).lower().endswith(".h5p"):
            raise forms.ValidationError("Le nom d'un paquet H5P finit par « .h5p ».")
        if size > most:
            raise forms.ValidationError(
                f"Ce fichier pèse {filesizeformat(size)} : un paquet ne dépasse pas {most // MIB} Mio."
            )
        return package


def kind_field() -> forms.ChoiceField:
    """The kinds of content there are to choose from."""
    return forms.ChoiceField(
        label="Type", required=False, choices=lambda: [("", "Tous les types"), *kinds_of_content()]
    )


class ContentForm(WagtailAdminModelForm):
    """A content that pages show keeps a text for who cannot use it, or the reason why it has none."""

    class Meta:
        model = Content
        fields = ["title", "alternative", "derogation", "thumbnail"]
        widgets = {
            "alternative": AdminAutoHeightTextInput(attrs={"rows": 5}),
            "derogation": AdminAutoHeightTextInput(attrs={"rows": 2}),
            "thumbnail": AdminImageChooser,
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        has_text = cleaned.get("alternative") or cleaned.get("derogation")
        if not has_text and ReferenceIndex.get_grouped_references_to(self.instance).count():
            words = "Des pages montrent ce contenu : il lui faut un texte équivalent, ou le motif d'une dérogation."
            self.add_error("alternative", words)
        return cleaned


class ReviewForm(ContentForm):
    """What goes with a version put in service: its title when it brings another, and the texts, reread."""

    title = forms.ChoiceField(label="Titre du contenu", widget=forms.RadioSelect)
    current = forms.IntegerField(widget=forms.HiddenInput)
    is_reread = forms.BooleanField(
        label="J'ai relu ces textes : ils conviennent à cette version.",
        error_messages={"required": "Relisez ces textes, puis cochez cette case."},
    )

    class Meta(ContentForm.Meta):
        fields = ["alternative", "derogation"]

    field_order = ["title", "alternative", "derogation", "is_reread"]

    def __init__(self, *args: Any, version: ContentVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept, new = self.instance.title, version.own_title
        self.initial |= {"title": kept, "current": self.instance.current_id}
        title = cast(forms.ChoiceField, self.fields["title"])
        title.choices = [
            (kept, f"Garder «\u00a0{kept}\u00a0»"),
            (new, f"Prendre celui de cette version : «\u00a0{new}\u00a0»"),
        ]
        if new in ("", kept):
            del self.fields["title"]


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label="Motif",
        max_length=255,
        help_text="La personne qui a envoyé ce paquet le lira.",
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 255}),
        error_messages={"required": "Dites pourquoi ce paquet est écarté."},
    )


class QuarantineForm(forms.Form):
    reason = forms.CharField(
        label="Motif",
        max_length=255,
        help_text="Il est montré aux formateurs, à la place des contenus qui ne se jouent plus.",
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 255}),
        error_messages={"required": "Dites pourquoi cette bibliothèque est arrêtée."},
    )


class VersionField(forms.ModelChoiceField):
    def label_from_instance(self, obj: ContentVersion) -> str:  # type: ignore[override]
        return f"Version {obj.number}"


class ResultsForm(AddressForm):
    """Which results are looked at, as the address says."""

    version = VersionField(
        label="Version", queryset=ContentVersion.objects.none(), required=False, to_field_name="number"
    )
    essais = forms.ChoiceField(
        label="Essais",
        required=False,
        choices=[("premiers", "Le premier essai de chacun"), ("tous", "Tous les essais")],
    )

    def __init__(self, *args: Any, content: Content, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = content.versions.served().defer("params", "metadata").select_related(None)
        field = cast(VersionField, self.fields["version"])
        field.queryset, field.empty_label = versions, None
        self.content = content

    @property
    def chosen(self) -> tuple[ContentVersion, bool]:
        """The version, the current one unless told, and whether only the first attempts count."""
        self.is_valid()
        version = self.cleaned_data.get("version") or self.content.current
        assert version is not None  # noqa: S101 - a content has a version from its import on
        self.initial = {"version": version.number, "essais": self.cleaned_data.get("essais") or "premiers"}
        return version, self.initial["essais"] == "premiers"


def errors_of(form: Any) -> list[str]:
    """Every sentence of a form that is refused."""
    return [str(error) for errors in form.errors.values() for error in errors]
