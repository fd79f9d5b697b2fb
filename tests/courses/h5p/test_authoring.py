"""Writing contents in the publishing tools: created, previewed, changed, refused."""

import io
import json
import threading
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.validator import check
from courses.h5p.errors import EditedMeanwhile
from courses.h5p.models import Content, ContentVersion, Library
from courses.h5p.packaging import build
from courses.h5p.playable import forget
from courses.h5p.registry import Installed
from courses.h5p.services.authoring import brought_to_semantics, write_content
from courses.h5p.services.registry import import_content, install_libraries, quarantine
from tests.courses.h5p.packages import members, packed
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
HOME = "/admin/h5p/authoring/"
ACTIVITIES = Path("coordination/demo/activities")
Sign = Callable[[Any], StrictClient]


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    forget()


class Controls(HTMLParser):
    """What a browser would send of the form of a page, and what can be read of it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.area: list[str] | None = None
        self.select = self.name = ""
        self.templates = 0
        self.feed(page[page.index('<form method="post"\n        enctype') :])

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in pairs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "template":
            self.templates += 1
        if self.templates:
            return
        if tag == "input" and name and given.get("type") not in ("checkbox", "file"):
            self.sent.append((name, value))
        elif tag == "input" and name and given.get("type") == "checkbox" and "checked" in given:
            self.sent.append((name, value or "on"))
        elif tag == "textarea":
            self.name, self.area = name, []
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.sent.append((self.select, value))

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self.templates -= 1
        elif tag == "textarea" and self.area is not None and not self.templates:
            self.sent.append((self.name, "".join(self.area).removeprefix("\n")))
            self.area = None
        elif tag == "select":
            self.select = ""


def shown(page: str) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for name, value in Controls(page).sent:
        sent.setdefault(name, []).append(value)
    sent.pop("csrfmiddlewaretoken", None)
    return sent


def page(client: StrictClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.get("Location")
    return response.content.decode()


def one_line(response: Any) -> str:
    return " ".join(response.content.decode().split())


def installed(name: str = "Socle.SortStatements", source: str = "fait-ou-interpretation.yaml") -> Library:
    install_libraries(checked=check(io.BytesIO(build(ACTIVITIES / source)), installed=Installed()))
    return Library.objects.get(machine_name=name)


def imported(source: str = "fait-ou-interpretation.yaml") -> Content:
    checked = check(io.BytesIO(build(ACTIVITIES / source)), installed=Installed())
    install_libraries(checked=checked)
    return import_content(checked=checked).content


def picture(name: str = "carte.png", size: tuple[int, int] = (40, 30)) -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue())


FILLED = {
    "title": "Fait ou pas ?",
    "p/taskDescription": "<p>Lisez <em>bien</em>.</p><script>alert(1)</script>",
    "p/statements/0/text": "L'eau < le feu",
    "p/statements/1/text": "Il est fâché.",
    "p/statements/1/group": "second",
}


def create(client: StrictClient, library: Library, **changes: Any) -> Any:
    address = f"{HOME}new/{library.pk}/"
    return client.post(address, shown(page(client, address)) | FILLED | changes)


# Creating


def test_types_are_offered_ours_first_the_others_with_the_reason(sign_in: Sign, trainer: Any) -> None:
    timecode = [{"name": "at", "type": "number", "widget": "timecode", "label": "Instant"}]
    packages = packed(members() | {"H5P.Sort-1.2/semantics.json": timecode})
    install_libraries(checked=check(packages, installed=Installed()))
    installed()
    installed("Socle.FlipCards", "mots-du-parcours.yaml")
    text = " ".join(page(sign_in(trainer), HOME).split())
    order = [
        text.index(words)
        for words in ("Fait ou interprétation</a>", "Cartes à retourner</a>", "Seulement à importer", "H5P.Sort")
    ]
    assert order == sorted(order)
    assert "« Instant » demande un outil que ce formulaire n&#x27;a pas (timecode)." in text
    assert "Socle.Activity" not in text  # plays only with others
    assert "H5P.Text" not in text


def test_a_content_is_created_from_the_defaults_of_its_type(sign_in: Sign, trainer: Any) -> None:
    client, library = sign_in(trainer), installed()
    response = create(client, library)
    content = Content.objects.get()
    assert response["Location"] == f"/admin/h5p/contents/edit/{content.pk}/"
    params = content.current.params
    identifiers = [one.pop("subContentId") for one in params["statements"]]
    assert len(set(identifiers)) == 2
    assert {key: value for key, value in params.items() if key != "l10n"} == {
        "taskDescription": "<p>Lisez <em>bien</em>.</p>",
        "firstGroup": "Fait",
        "secondGroup": "Interprétation",
        "statements": [
            {"text": "L&#x27;eau &lt; le feu", "group": "first"},
            {"text": "Il est fâché.", "group": "second"},
        ],
        "behaviour": {"enableRetry": True, "enableSolutionsButton": True, "randomOrder": False},
    }
    assert params["l10n"]["check"] == "Vérifier mes réponses"
    assert content.is_draft
    assert content.created_by == trainer
    assert {one.machine_name for one in content.current.libraries.all()} == {"Socle.Activity", "Socle.SortStatements"}


def test_its_package_is_accepted_by_any_host(sign_in: Sign, trainer: Any) -> None:
    client = sign_in(trainer)
    create(client, installed(), language="en", license="CC BY")
    version = ContentVersion.objects.get()
    answer = client.get(f"/admin/h5p/contents/download/{version.pk}/")
    package = io.BytesIO(b"".join(answer.streaming_content))
    checked = check(package, filename="a.h5p")
    assert list(checked.issues) == []
    assert (checked.title, checked.language, checked.metadata["license"]) == ("Fait ou pas ?", "en", "CC BY")
    with zipfile.ZipFile(package) as archive:
        assert json.loads(archive.read("content/content.json")) == version.params


def test_what_is_wrong_is_told_above_and_at_each_field(sign_in: Sign, trainer: Any) -> None:
    client, library = sign_in(trainer), installed()
    response = create(client, library, title="", **{"p/statements/1/text": " ", "p/firstGroup": "x" * 61})
    assert response.status_code == 422
    text = one_line(response)
    assert "3 points à corriger" in text
    assert '<a href="#p/statements/1/text">Énoncé 2, Énoncé : Remplissez ce champ.</a>' in text
    assert '<a href="#id_title">Titre : Donnez un titre.</a>' in text
    assert 'aria-describedby="p/firstGroup/@errors p/firstGroup/@help"' in text
    assert "60 caractères au plus." in text
    assert "maxlength" not in text[text.index('name="p/') :]  # a text too long is told, not cut without a word
    assert "L&#x27;eau &lt; le feu" in text  # nothing typed is lost
    assert "<script>alert" not in text
    assert not Content.objects.exists()


def test_without_a_script_lists_change_through_the_site(sign_in: Sign, trainer: Any) -> None:
    client, address = sign_in(trainer), f"{HOME}new/{installed().pk}/"
    sent = shown(page(client, address)) | FILLED
    longer = client.post(address, sent | {"_do": "add:p/statements"})
    assert longer.status_code == 200
    sent = shown(longer.content.decode())
    assert sent["p/statements"] == ["0", "1", "2"]
    assert sent["title"] == ["Fait ou pas ?"]
    sent = shown(client.post(address, sent | {"_do": "up:p/statements:1"}).content.decode())
    assert sent["p/statements/0/text"] == ["Il est fâché."]
    sent = shown(client.post(address, sent | {"_do": "remove:p/statements:2"}).content.decode())
    assert sent["p/statements"] == ["0", "1"]
    assert not Content.objects.exists()


# Changing


def test_a_content_left_as_it_was_makes_no_version(sign_in: Sign, trainer: Any) -> None:
    client = sign_in(trainer)
    for source in ("fait-ou-interpretation", "mots-du-parcours", "reformuler-avec-mme-l"):
        content = imported(f"{source}.yaml")
        address = f"{HOME}edit/{content.pk}/"
        response = client.post(address, shown(page(client, address)), follow=True)
        assert "Rien n&#x27;a changé" in response.content.decode()
        assert content.versions.count() == 1


def test_a_change_makes_a_version_and_keeps_the_rest(sign_in: Sign, trainer: Any) -> None:
    client, content = sign_in(trainer), imported()
    address = f"{HOME}edit/{content.pk}/"
    client.post(address, shown(page(client, address)) | {"title": "Autrement", "p/statements/0/text": "Autre chose."})
    content.refresh_from_db()
    first, second = content.versions.order_by("number")
    assert (content.title, content.current) == ("Autrement", second)
    changed = [key for key in second.params if second.params[key] != first.params[key]]
    assert changed == ["statements"]
    assert second.params["statements"][1:] == first.params["statements"][1:]
    assert second.params["statements"][0] == first.params["statements"][0] | {"text": "Autre chose."}
    assert second.metadata | {"title": ""} == first.metadata | {"title": ""}
    assert set(second.libraries.all()) == set(first.libraries.all())


def test_of_two_who_change_a_content_the_second_is_told(sign_in: Sign, trainer: Any, administrator: Any) -> None:
    client, content = sign_in(trainer), imported()
    address = f"{HOME}edit/{content.pk}/"
    sent = shown(page(client, address))
    client.post(address, sent | {"p/statements/0/text": "Le premier."})
    response = client.post(address, sent | {"p/statements/0/text": "Le deuxième."})
    assert response.status_code == 409
    assert "Vous avez enregistré une autre version, ailleurs, pendant que vous écriviez ici" in one_line(response)
    assert "Le deuxième." in one_line(response)
    response = sign_in(administrator).post(address, sent | {"p/statements/0/text": "Le troisième."})
    assert f"{trainer} a enregistré une autre version pendant que vous écriviez ici" in one_line(response)
    assert content.versions.count() == 2
    for odd in ("", "x", "9" * 40, "²"):
        assert client.post(address, sent | {"title": "T", "based_on": odd}).status_code == 409


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told(trainer: Any) -> None:
    content = imported()
    main, params = LibraryName("Socle.SortStatements", 1, 0), content.current.params
    barrier, ends = threading.Barrier(2), []

    def write() -> None:
        walk, _issues = brought_to_semantics(main, params)
        barrier.wait()
        try:
            write_content(
                main=main, walk=walk, title="T", language="fr", license="U", files={}, by=trainer, content=content,
                based_on=1,
            )  # fmt: skip
            ends.append("kept")
        except EditedMeanwhile:
            ends.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["kept", "told"]
    assert content.versions.count() == 2


# Files


def cards(client: StrictClient, **changes: Any) -> tuple[str, dict[str, Any]]:
    library = installed("Socle.FlipCards", "mots-du-parcours.yaml")
    address = f"{HOME}new/{library.pk}/"
    filled = {"title": "Cartes", "p/cards/0/term": "CER", "p/cards/0/definition": "Contrat"}
    return address, shown(page(client, address)) | filled | changes


def test_images_are_kept_replaced_and_taken_away(sign_in: Sign, trainer: Any, tmp_path: Path) -> None:
    client = sign_in(trainer)
    address, sent = cards(client)
    client.post(address, sent | {"p/cards/0/image/@file": picture()})
    content = Content.objects.get()
    image = content.current.params["cards"][0]["image"]
    assert (image["mime"], image["width"], image["height"]) == ("image/png", 40, 30)
    assert list(content.current.files) == [image["path"]]
    assert (tmp_path / content.current.directory / image["path"]).stat().st_size == content.current.size

    address = f"{HOME}edit/{content.pk}/"
    text = page(client, address)
    assert f"/h5p-fichiers/contents/{content.public_id}/1/{image['path']}" in text
    client.post(address, shown(text) | {"p/cards/0/term": "Autre"})
    content.refresh_from_db()
    assert content.current.number == 2
    assert (tmp_path / content.current.directory / image["path"]).exists()

    client.post(address, shown(page(client, address)) | {"p/cards/0/image/@file": picture("b.png", (10, 10))})
    content.refresh_from_db()
    assert content.current.params["cards"][0]["image"]["width"] == 10
    assert image["path"] not in content.current.files

    client.post(address, shown(page(client, address)) | {"p/cards/0/image/@remove": "1"})
    content.refresh_from_db()
    assert (content.current.number, content.current.files) == (4, {})
    assert "image" not in content.current.params["cards"][0]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.svg", b"<svg/>"), "Ce type de fichier n&#x27;est pas admis ici."),
        (SimpleUploadedFile("a.png", b"<html><script>"), "Ce fichier n&#x27;est pas ce que dit son extension."),
        (SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + bytes(50)), "Cette image ne peut pas être lue."),
        (SimpleUploadedFile("a.png", b""), "Ce fichier est vide."),
        (SimpleUploadedFile("a.mp4", b"\0\0\0\0ftypisom"), "Ce type de fichier n&#x27;est pas admis ici."),
    ],
)
def test_files_are_what_they_say_or_refused(sign_in: Sign, trainer: Any, file: Any, words: str, tmp_path: Path) -> None:
    client = sign_in(trainer)
    address, sent = cards(client)
    file.seek(0)
    response = client.post(address, sent | {"p/cards/0/image/@file": file})
    assert response.status_code == 422
    assert words in one_line(response)
    assert not Content.objects.exists()
    assert not (tmp_path / "h5p/contents").exists()


def bomb() -> SimpleUploadedFile:
    """A picture that says it has four thousand million pixels."""
    file = bytearray(picture().read())
    file[16:24] = (65_000).to_bytes(4) * 2
    return SimpleUploadedFile("bombe.png", bytes(file))


def test_a_picture_of_too_many_pixels_is_refused(sign_in: Sign, trainer: Any) -> None:
    client = sign_in(trainer)
    address, sent = cards(client)
    response = client.post(address, sent | {"p/cards/0/image/@file": bomb()})
    assert response.status_code == 422


def test_too_heavy_a_file_is_refused(sign_in: Sign, trainer: Any, settings: Any) -> None:
    settings.H5P_LIMITS = {"file": 10, "total": 20, "package": 20}
    client = sign_in(trainer)
    address, sent = cards(client)
    response = client.post(address, sent | {"p/cards/0/image/@file": picture()})
    assert "Ce fichier pèse plus de 0 Mio." in one_line(response)


# Seeing it play


def test_what_is_written_plays_before_it_is_kept(sign_in: Sign, trainer: Any) -> None:
    client, library = sign_in(trainer), installed()
    sent = shown(page(client, f"{HOME}new/{library.pk}/")) | FILLED
    frame = client.post(f"{HOME}new/{library.pk}/preview/", sent)
    assert frame.status_code == 200
    assert "sandbox allow-scripts" in frame["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in frame["Content-Security-Policy"]
    text = frame.content.decode()
    assert "Il est fâché." in text
    assert "alert(1)" not in text
    assert "sort-statements.js" in text
    assert not Content.objects.exists()


def test_a_preview_shows_the_files_of_the_version_edited(sign_in: Sign, trainer: Any) -> None:
    content = imported("mots-du-parcours.yaml")
    client = sign_in(trainer)
    frame = client.get(f"{HOME}edit/{content.pk}/preview/").content.decode()
    assert f"/h5p-fichiers/contents/{content.public_id}/1" in frame
    quarantine(library=Library.objects.get(machine_name="Socle.Activity"), reason="À revoir.")
    assert "indisponible" in client.get(f"{HOME}edit/{content.pk}/preview/").content.decode()


# Parts


def nested(**semantics: Any) -> Library:
    """A type whose content holds another."""
    fields = [
        {"name": "title", "type": "text"},
        {"name": "extra", "type": "library", "label": "Partie", "options": ["H5P.Text 1.1"], "optional": True},
    ]
    changes = {"H5P.Sort-1.2/semantics.json": fields, "content/content.json": {"title": "a"}}
    install_libraries(checked=check(packed(members() | changes | semantics), installed=Installed()))
    return Library.objects.get(machine_name="H5P.Sort")


def test_a_part_is_chosen_among_what_its_place_allows(sign_in: Sign, trainer: Any) -> None:
    client, address = sign_in(trainer), f"{HOME}new/{nested().pk}/"
    sent = shown(page(client, address)) | {"title": "T", "p/title": "a"}
    refused = client.post(address, sent | {"p/extra": "H5P.Sort 1.2"})
    assert "Ce qui est choisi n&#x27;a pas sa place ici." in one_line(refused)
    part = client.get(f"{HOME}part/", {"library": "H5P.Text 1.1", "name": "p/extra"}).content.decode()
    assert 'name="p/extra/params/text"' in part
    sent = shown(client.post(address, sent | {"p/extra": "H5P.Text 1.1", "_do": "show"}).content.decode())
    assert client.post(address, sent | {"p/extra/params/text": "<em>oui</em>"}).status_code == 302
    version = ContentVersion.objects.get()
    assert version.params["extra"]["params"] == {"text": "<em>oui</em>"}
    assert {str(one.name) for one in version.libraries.all()} == {"H5P.Sort 1.2", "H5P.Text 1.1"}


@pytest.mark.parametrize(
    "asked", ["", "library=x", "library=H5P.Sort 1.2&name=<script>", "library=Nothing 1.0&name=p/a"]
)
def test_an_odd_part_is_nothing(sign_in: Sign, trainer: Any, asked: str) -> None:
    nested()
    response = sign_in(trainer).get(f"{HOME}part/?{asked}")
    assert (response.status_code, response.content.decode().strip()) == (200, "")


# What is refused


@pytest.mark.parametrize(
    "hostile",
    [
        {"p/statements": ["../x", "0", "0", "__proto__"], "p/evil": "1", "p/statements/0/group": "third"},
        {"p/statements": [str(at) for at in range(3_000)]},
        {"p/behaviour": "texte", "p/l10n": ["a", "b"], "p/taskDescription/@kept": "[[[["},
        {"title": "x" * 300, "language": "<b>", "license": "\x00"},
        {"_do": "add:p/statements:" * 50},
        {"p/statements/0/text": "\x00\ufffe" * 9},
    ],
)
def test_a_hostile_form_is_refused_or_cleaned(sign_in: Sign, trainer: Any, hostile: dict[str, Any]) -> None:
    client, library = sign_in(trainer), installed()
    response = create(client, library, **hostile)
    assert response.status_code in (200, 302, 422)
    assert Content.objects.count() == (response.status_code == 302)


@pytest.mark.parametrize("count", [11_000, 100_000])
def test_a_form_of_a_hundred_thousand_fields_is_refused(sign_in: Sign, trainer: Any, count: int) -> None:
    client = sign_in(trainer)
    client.raise_request_exception = False
    library = installed()
    response = client.post(f"{HOME}new/{library.pk}/", {"p/statements": ["0"] * count})
    assert response.status_code == 400
    assert not Content.objects.exists()


def test_a_type_no_form_writes_is_not_opened(sign_in: Sign, trainer: Any) -> None:
    timecode = [{"name": "at", "type": "number", "widget": "timecode", "label": "Instant"}]
    changes = {"H5P.Sort-1.2/semantics.json": timecode, "content/content.json": {"at": 3}}
    checked = check(packed(members() | changes), installed=Installed())
    install_libraries(checked=checked)
    content = import_content(checked=checked).content
    client = sign_in(trainer)
    library = Library.objects.get(machine_name="H5P.Sort")
    for address in (f"{HOME}new/{library.pk}/", f"{HOME}edit/{content.pk}/"):
        for ask in (client.get, client.post):
            response = ask(address, follow=True)
            assert "ne se modifie pas ici : « Instant » demande un outil" in one_line(response)
    assert content.versions.count() == 1


def test_a_library_in_quarantine_writes_nothing(sign_in: Sign, trainer: Any) -> None:
    client, content = sign_in(trainer), imported()
    quarantine(library=content.current.main_library, reason="À revoir.")
    response = client.get(f"{HOME}edit/{content.pk}/", follow=True)
    assert "sa bibliothèque est en quarantaine" in one_line(response)
    assert "Fait ou interprétation</a>" not in page(client, HOME)


def test_who_may_not_upload_writes_nothing(sign_in: Sign, coordinator: Any, professional: Any) -> None:
    content, library = imported(), installed()
    for person in (coordinator, professional):
        client = sign_in(person)
        for address in (HOME, f"{HOME}new/{library.pk}/", f"{HOME}edit/{content.pk}/", f"{HOME}part/"):
            for ask in (client.get, client.post):
                response = ask(address)
                assert response.status_code in (302, 403, 405), address
                assert response.get("Location", "/admin/") == "/admin/"
    assert content.versions.count() == 1


def test_the_form_asks_as_much_of_the_database_whatever_it_holds(
    sign_in: Sign, trainer: Any, django_assert_num_queries: Any, assert_constant_queries: Any
) -> None:
    client, content = sign_in(trainer), imported()

    def serve() -> None:
        page(client, f"{HOME}edit/{content.pk}/")
        page(client, HOME)

    def grow() -> None:
        installed("Socle.FlipCards", "mots-du-parcours.yaml")
        version = content.current
        ContentVersion.objects.filter(pk=version.pk).update(
            params=version.params | {"statements": version.params["statements"] * 3}
        )

    assert_constant_queries(serve, grow)
