"""Writing a content here: choosing its type, filling the form its library describes, seeing it play meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet

from courses.h5p.addresses import file_url
from courses.h5p.admin.permissions import may_upload
from courses.h5p.authoring.nodes import Builder, Node, TooLarge
from courses.h5p.authoring.opening import Opener
from courses.h5p.authoring.reading import ROOT, Action, Read, TooMuch, params_from
from courses.h5p.editable import OWN, EditableLibraries, description_of
from courses.h5p.engine.archive import OutOfTime
from courses.h5p.engine.libraries import load_order
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.semantics import Field, Walk
from courses.h5p.engine.validator import LANGUAGE
from courses.h5p.errors import EditedMeanwhile, H5PError
from courses.h5p.models import Content, ContentVersion, Library
from courses.h5p.playable import described
from courses.h5p.player import play_unsaved
from courses.h5p.registry import Installed
from courses.h5p.services.authoring import Taken, brought_to_semantics, write_content
from courses.h5p.services.uploads import limits

INDEX = "h5p_contents:index"
LANGUAGES = [
    ("fr", "français"), ("en", "anglais"), ("ar", "arabe"), ("es", "espagnol"), ("pt", "portugais"), ("tr", "turc"),
    ("uk", "ukrainien"), ("und", "non précisée"),
]  # fmt: skip
LICENCES = [
    ("U", "Non précisée"),
    ("CC BY", "Creative Commons : attribution"),
    ("CC BY-SA", "Creative Commons : attribution, partage dans les mêmes conditions"),
    ("CC BY-ND", "Creative Commons : attribution, pas de modification"),
    ("CC BY-NC", "Creative Commons : attribution, pas d'utilisation commerciale"),
    ("CC BY-NC-SA", "Creative Commons : attribution, pas d'utilisation commerciale, partage dans les mêmes conditions"),
    ("CC BY-NC-ND", "Creative Commons : attribution, pas d'utilisation commerciale, pas de modification"),
    ("CC0 1.0", "Domaine public (CC0)"),
    ("PD", "Domaine public"),
    ("C", "Droits d'auteur"),
]
# What the walk of semantics says that a form has to say; the rest was said while reading, or is harmless.
SAID = {
    "text-does-not-fit": "Ce texte n'a pas la forme demandée.",
    "library-not-allowed": "Ce qui est choisi n'a pas sa place ici.",
    "library-unknown": "Ce qui est choisi n'est plus installé.",
    "unsafe-file": "Choisissez de nouveau ce fichier.",
}


class AboutForm(forms.Form):
    """What `h5p.json` says of a content."""

    title = forms.CharField(
        label="Titre", max_length=255, error_messages={"required": "Donnez un titre."}, widget=forms.TextInput()
    )
    language = forms.ChoiceField(label="Langue", error_messages={"required": "Choisissez une langue."})
    license = forms.ChoiceField(label="Licence", choices=LICENCES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, known in (("language", LANGUAGES), ("license", LICENCES)):
            value = self.initial.get(name)
            others = [(value, value)] if value and value not in dict(known) else []
            self.fields[name].choices = [*known, *others]  # type: ignore[attr-defined]
        for name in self.fields:
            if self.is_bound and self.errors.get(name):
                said = {"aria-invalid": "true", "aria-describedby": f"id_{name}_errors"}
                self.fields[name].widget.attrs |= said


@dataclass
class Subject:
    """What is being written: a content of this library, from nothing or from its current version."""

    library: Library
    fields: list[Field]
    libraries: EditableLibraries
    version: ContentVersion | None = None

    @property
    def name(self) -> LibraryName:
        return self.library.name

    @property
    def about(self) -> dict[str, str]:
        if self.version is None:
            return {"title": "", "language": "fr", "license": "U"}
        said = self.version.metadata
        language = said.get("language")
        is_code = isinstance(language, str) and bool(LANGUAGE.fullmatch(language))
        licence = said.get("license")
        return {
            "title": self.version.content.title,
            "language": str(language) if is_code else "und",
            "license": licence if isinstance(licence, str) and len(licence) <= 30 and licence else "U",
        }

    @property
    def params(self) -> dict[str, Any]:
        opener = Opener(self.libraries, is_new=self.version is None)
        return opener.params(self.fields, self.version.params if self.version else {})

    @property
    def directory(self) -> str:
        """Where the files stand that the parameters may cite."""
        return self.version.directory if self.version else "h5p/contents/-"


@method_decorator(never_cache, name="dispatch")
class AuthoringMixin(PermissionCheckedMixin):
    permission_policy = may_upload
    permission_required = "add"
    request: HttpRequest

    def subject(self, library: int | None, content: int | None) -> Subject:
        """Raises Http404."""
        libraries = EditableLibraries()
        version: ContentVersion | None = None
        if content is None:
            row = get_object_or_404(Library, pk=library, is_runnable=True)
        else:
            found = ContentVersion.objects.select_related("main_library", "content")
            version = get_object_or_404(found, content__current=F("pk"), content=content)
            row = version.main_library
        return Subject(row, libraries.translated(row.name) or [], libraries, version)


class TypesView(AuthoringMixin, WagtailAdminTemplateMixin, TemplateView):
    """The types of content there are: those that can be written here, and why the others cannot."""

    template_name = "h5p/authoring/types.html"
    page_title = "Créer un contenu"
    header_icon = "plus"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse(INDEX), "label": "Contenus H5P"},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        libraries = EditableLibraries()
        latest: dict[str, Library] = {}
        for name, row in sorted(libraries.rows.items()):
            if row.is_runnable:
                latest[name.machine_name] = row
        ours = list(OWN)
        rows = sorted(
            latest.values(),
            key=lambda row: (ours.index(row.machine_name) if row.machine_name in OWN else len(ours), row.title.lower()),
        )
        types = [
            {
                "row": row,
                "title": libraries.title(row.name),
                "description": description_of(row),
                "reasons": libraries.reasons(row.name),
            }
            for row in rows
        ]
        return super().get_context_data(
            written=[one for one in types if not one["reasons"]],
            uploaded=[one for one in types if one["reasons"]],
            **kwargs,
        )


class WriteView(AuthoringMixin, WagtailAdminTemplateMixin, View):
    """The form of a content; a button of a list shows it again with the list changed, which a script does by itself."""

    header_icon = "edit"

    def get(self, request: HttpRequest, library: int | None = None, content: int | None = None) -> HttpResponse:
        self.on = self.subject(library, content)
        if refused := self.refused():
            return refused
        return self.show(Read(self.on.params), AboutForm(initial=self.on.about))

    def post(self, request: HttpRequest, library: int | None = None, content: int | None = None) -> HttpResponse:
        self.on = on = self.subject(library, content)
        if refused := self.refused():
            return refused
        action = Action.parse(request.POST.get("_do"))
        taken = Taken(limits())
        try:
            read = params_from(
                request.POST, on.fields, on.libraries, action=action, files=request.FILES,
                take=None if action else taken.take,
            )  # fmt: skip
        except TooMuch as error:
            return self.show(Read(on.params, {"": [str(error)]}), AboutForm(request.POST, initial=on.about), status=422)
        if action:
            read.errors.clear()
            return self.show(read, AboutForm(initial={key: request.POST.get(key, "") for key in on.about}), action)
        about = AboutForm(request.POST, initial=on.about)
        walk = self.walk(read)
        if not about.is_valid() or read.errors or walk is None:
            return self.show(read, about, status=422)
        return self.save(read, about, walk, taken)

    def walk(self, read: Read) -> Walk | None:
        """The parameters as they would be kept; what that changes is told to `read`."""
        try:
            walk, issues = brought_to_semantics(self.on.name, read.params)
        except OutOfTime:
            read.tell("", "Cette activité est trop longue à contrôler : faites-en plusieurs.")
            return None
        for issue in issues:
            if issue.code in SAID:
                read.tell(issue.path.partition("#")[2], SAID[issue.code])
        return walk

    def save(self, read: Read, about: AboutForm, walk: Walk, taken: Taken) -> HttpResponse:
        version, said = self.on.version, about.cleaned_data
        # Words as the form writes them, defaults it shows: what nobody wrote is no change.
        if version is not None and walk.params in (version.params, self.on.params) and said == self.on.about:
            messages.info(self.request, "Rien n'a changé : la version en service reste la même.")
            return redirect("h5p_contents:edit", version.content_id)
        based_on = str(self.request.POST.get("based_on", ""))
        try:
            written = write_content(
                main=self.on.name,
                walk=walk,
                title=said["title"],
                language=said["language"],
                license=said["license"],
                files=taken.files,
                by=self.request.user,
                content=version.content if version else None,
                based_on=int(based_on) if based_on.isascii() and based_on.isdecimal() and len(based_on) < 9 else 0,
            )
        except H5PError as error:
            read.tell("", str(error))
            return self.show(read, about, status=409 if isinstance(error, EditedMeanwhile) else 422)
        if version:
            messages.success(self.request, f"« {written.content} » : version {written.number} enregistrée.")
        else:
            messages.success(self.request, f"« {written.content} » est créé.")
        return redirect("h5p_contents:edit", written.content_id)

    def refused(self) -> HttpResponse | None:
        """To the list, with the reason, when no form writes this type."""
        reasons = self.on.libraries.reasons(self.on.name)
        if not reasons:
            return None
        title = self.on.libraries.title(self.on.name)
        if self.on.name not in self.on.libraries.rows:
            reasons = ["sa bibliothèque est en quarantaine"]
        messages.error(self.request, f"« {title} » ne se modifie pas ici : {' ; '.join(reasons)}.")
        if self.on.version:
            return redirect("h5p_contents:edit", self.on.version.content_id)
        return redirect("h5p_authoring:index")

    def show(self, read: Read, about: AboutForm, action: Action | None = None, status: int = 200) -> HttpResponse:
        on = self.on
        address = lambda path: file_url(f"{on.directory}/{path}")  # noqa: E731
        try:
            tree = Builder(on.libraries, errors=read.errors, address=address).form(on.fields, read.params)
        except TooLarge as error:
            messages.error(self.request, str(error))
            return (
                redirect("h5p_contents:edit", on.version.content_id) if on.version else redirect("h5p_authoring:index")
            )
        kwargs = {"content": on.version.content_id} if on.version else {"library": on.library.pk}
        context = {
            "view": self,
            "about": about,
            "tree": tree,
            "faults": faults(tree, about) if status != 200 else [],
            "action": action,
            "had_files": bool(self.request.FILES),
            "based_on": self.request.POST.get("based_on") or (on.version.number if on.version else ""),
            "content": on.version.content if on.version else None,
            "type_title": on.libraries.title(on.name),
            "preview_url": reverse(f"h5p_authoring:preview_{'edit' if on.version else 'new'}", kwargs=kwargs),
            "part_url": reverse("h5p_authoring:part"),
            **self.chrome(),
        }
        return TemplateResponse(self.request, "h5p/authoring/write.html", context, status=status)

    def chrome(self) -> dict[str, Any]:
        version = self.on.version
        title = "Modifier le contenu" if version else f"Créer : {self.on.libraries.title(self.on.name)}"
        items = [*self.breadcrumbs_items, {"url": reverse(INDEX), "label": "Contenus H5P"}]
        if version:
            items.append(
                {"url": reverse("h5p_contents:edit", args=[version.content_id]), "label": version.content.title}
            )
        else:
            items.append({"url": reverse("h5p_authoring:index"), "label": "Créer un contenu"})
        return {
            "page_title": title,
            "header_title": title,
            "header_icon": self.header_icon,
            "breadcrumbs_items": [*items, {"url": "", "label": title}],
        }


def faults(tree: Node, about: AboutForm) -> list[dict[str, str]]:
    """What is wrong with a form, in its order: the words, the field, and its address in the page."""
    found = [
        {"label": str(about[name].label), "words": str(words), "to": about[name].id_for_label}
        for name, errors in about.errors.items()
        for words in errors
    ]
    return [*found, *faults_of(tree, "")]


def faults_of(node: Node, place: str) -> Iterator[dict[str, str]]:
    """Those of a field and of what is within; `place` says in which item of which list."""
    for words in node.errors:
        yield {"label": place + node.label, "words": words, "to": "" if node.name == ROOT else node.name}
    for item in node.items:
        yield from faults_of(item.node, f"{place}{str(node.value).capitalize()} {item.number}, ")
    for inner in (*node.nodes, *node.common):
        yield from faults_of(inner, place)


class PreviewView(AuthoringMixin, View):
    """What is in the form, playing in the sandbox; nothing of it is kept, and files not saved yet are not shown."""

    def get(self, request: HttpRequest, library: int | None = None, content: int | None = None) -> HttpResponse:
        on = self.subject(library, content)
        return self.play(on, on.params, on.about["title"])

    def post(self, request: HttpRequest, library: int | None = None, content: int | None = None) -> HttpResponse:
        on = self.subject(library, content)
        try:
            params = params_from(request.POST, on.fields, on.libraries).params
        except TooMuch:
            params = on.params
        return self.play(on, params, str(request.POST.get("title") or "")[:255])

    def play(self, on: Subject, params: dict[str, Any], title: str) -> HttpResponse:
        try:
            walk, _issues = brought_to_semantics(on.name, params)
        except OutOfTime:
            return HttpResponse("Cette activité est trop longue à contrôler.", "text/plain; charset=utf-8", 422)
        needed = [one.name for one in load_order([*walk.libraries, on.name], Installed())]
        rows = list(Library.objects.named(needed))
        if any(row.quarantined_at for row in rows):
            return play_unsaved(self.request, None)
        version = ContentVersion(
            content=Content(title=title or "Sans titre"),
            number=0,
            main_library=on.library,
            params=walk.params,
            metadata={"language": on.about["language"]},
        )
        return play_unsaved(self.request, described(version, rows, key=0, directory=on.directory))


class PartView(AuthoringMixin, View):
    """The fields of a part that was just chosen, for a script that puts them in their place."""

    def get(self, request: HttpRequest) -> HttpResponse:
        name, library = request.GET.get("name", "")[:2_000], LibraryName.parse(request.GET.get("library"))
        node = None
        if library and name.startswith(f"{ROOT}/"):
            try:
                node = Builder(EditableLibraries()).part(library, name)
            except TooLarge as error:
                return HttpResponse(str(error), "text/plain; charset=utf-8", 422)
        return TemplateResponse(request, "h5p/authoring/part.html", {"node": node})


class AuthoringViewSet(ViewSet):
    name = "h5p_authoring"
    url_prefix = "h5p/authoring"
    icon = "edit"
    add_to_admin_menu = False

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", TypesView.as_view(), name="index"),
            path("new/<int:library>/", WriteView.as_view(), name="new"),
            path("edit/<int:content>/", WriteView.as_view(), name="edit"),
            path("new/<int:library>/preview/", PreviewView.as_view(), name="preview_new"),
            path("edit/<int:content>/preview/", PreviewView.as_view(), name="preview_edit"),
            path("part/", PartView.as_view(), name="part"),
        ]


authoring = AuthoringViewSet()
