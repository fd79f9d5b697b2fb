"""A version is met by people once somebody reread it; the former ones stay, and come back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import TestCase
from django.utils import timezone
from wagtail.models import ModelLogEntry, Page

from cms.core import outbox
from courses.h5p.engine.validator import check
from courses.h5p.errors import EditedMeanwhile, ServedMeanwhile
from courses.h5p.models import Attempt, Content, ContentVersion, Library, Upload
from courses.h5p.registry import Installed
from courses.h5p.services.authoring import brought_to_semantics, write_content
from courses.h5p.services.registry import import_content, install_libraries, quarantine, release
from courses.h5p.services.versions import put_in_service, throw_away
from tests.courses.h5p.helpers import imported, opened
from tests.courses.h5p.packages import PNG, h5p_json, library_json, members, needs, packed
from tests.courses.h5p.test_admin_contents import place
from tests.courses.h5p.test_admin_uploads import package, post
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
HOME = "/admin/h5p/contents/"
Sign = Callable[[Any], StrictClient]


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def content() -> Content:
    """One that pages may show."""
    return imported(alternative="Six phrases à trier.")


def other_type() -> dict[str, Any]:
    """A package of another type, with another title."""
    files = {path.replace("H5P.Sort-1.2", "H5P.Cards-1.0"): value for path, value in members().items()}
    main = {"machineName": "H5P.Cards", "majorVersion": 1, "minorVersion": 0, "patchVersion": 0, "title": "Cartes"}
    own = library_json(**main, preloadedDependencies=[needs("H5P.Text", 1, 1)])
    said = h5p_json(title="Des cartes", mainLibrary="H5P.Cards", preloadedDependencies=[needs("H5P.Cards", 1, 0)])
    return files | {"h5p.json": said, "H5P.Cards-1.0/library.json": own}


def candidate(content: Content, files: dict[str, Any] | None = None) -> ContentVersion:
    """A version of a content that nobody put in service."""
    checked = check(packed(files or members() | {"h5p.json": h5p_json(title="Mieux")}), installed=Installed())
    install_libraries(checked=checked)
    return import_content(checked=checked, replaces=content)


def html(client: StrictClient, address: str) -> str:
    return " ".join(client.get(address, follow=True).content.decode().split())


def serve(client: StrictClient, version: ContentVersion, **values: Any) -> Any:
    """The form of the page that rereads a version, sent as it is shown unless said otherwise."""
    content = Content.objects.get(pk=version.content_id)
    said = {
        "title": content.title, "current": content.current_id, "alternative": content.alternative,
        "derogation": content.derogation, "is_reread": "on",
    } | values  # fmt: skip
    filled = {name: value for name, value in said.items() if value}
    return client.post(f"{HOME}review/{version.pk}/", filled, follow=True)


# Replacing


def test_a_replacement_is_met_by_nobody_before_it_is_reread(sign_in: Sign, trainer: Any, content: Content) -> None:
    client, first = sign_in(trainer), content.current
    post(client, package(members() | {"h5p.json": h5p_json(title="Mieux")}), f"{HOME}replace/{content.pk}/")
    with TestCase.captureOnCommitCallbacks(execute=True):
        outbox.process_waiting()
    content.refresh_from_db()
    version = content.versions.get(number=2)
    assert (content.current, content.title, version.served_at) == (first, "Fait ou interprétation", None)
    address = f"{HOME}review/{version.pk}/"
    status = html(client, f"/admin/h5p/uploads/{Upload.objects.get().public_id}/")
    assert "a une nouvelle version à relire" in status
    assert f'href="{address}"' in status
    assert "La version 2 attend d'être relue." in html(client, f"{HOME}edit/{content.pk}/")
    assert "Version à relire" in html(client, HOME)
    assert "Version à relire" in html(client, f"{HOME}results/?state=review")

    page = html(client, address)
    assert f'src="{HOME}preview/{version.pk}/"' in page
    assert "Prendre celui de cette version" in page
    assert "même type" not in page
    refused = serve(client, version, is_reread="")
    assert refused.status_code == 422
    assert "Relisez ces textes, puis cochez cette case." in refused.content.decode()
    serve(client, version, alternative="Sept phrases à trier.")
    content.refresh_from_db()
    assert (content.current, content.title, content.alternative) == (
        version,
        "Fait ou interprétation",
        "Sept phrases à trier.",
    )
    assert client.get(address)["Location"] == f"{HOME}edit/{content.pk}/"


def test_the_title_of_a_version_is_taken_when_it_is_chosen(sign_in: Sign, trainer: Any, content: Content) -> None:
    client = sign_in(trainer)
    assert serve(client, candidate(content), title="Inventé").status_code == 422
    serve(client, content.versions.get(number=2), title="Mieux")
    assert Content.objects.get().title == "Mieux"


def test_another_type_is_said_loudly_with_the_pages_it_would_change(
    sign_in: Sign, trainer: Any, content: Content
) -> None:
    place(content, Page.objects.get(depth=1))
    version, client = candidate(content, other_type()), sign_in(trainer)
    page = html(client, f"{HOME}review/{version.pk}/")
    assert "Ce n'est plus le même type d'activité" in page
    assert "deviendrait « Cartes » dans <a" in page.replace("\xa0", " ")
    assert "1 page</a>" in page
    refused = serve(client, version, alternative="", derogation="")
    assert "Des pages montrent ce contenu" in refused.content.decode()
    content.refresh_from_db()
    assert content.current.number == 1


def test_of_two_who_reread_the_second_is_told(sign_in: Sign, trainer: Any, content: Content) -> None:
    seen, client = content.current_id, sign_in(trainer)
    first, second = candidate(content), candidate(content)
    put_in_service(version=first)
    said = serve(client, second, current=seen).content.decode()
    assert "La version en service a changé pendant votre relecture" in said
    content.refresh_from_db()
    assert content.current == first


def test_what_does_not_play_is_not_put_in_service(sign_in: Sign, trainer: Any, content: Content) -> None:
    version, client = candidate(content, other_type()), sign_in(trainer)
    quarantine(library=version.main_library, reason="Une faille y est connue.")
    assert "Une faille y est connue." in html(client, f"{HOME}review/{version.pk}/")
    assert "Cette version ne se joue pas" in serve(client, version).content.decode()
    content.refresh_from_db()
    assert content.current.number == 1


# Throwing away, putting back


def test_a_version_never_met_is_thrown_away_and_its_number_with_it(
    sign_in: Sign, trainer: Any, content: Content
) -> None:
    drawn = members() | {"content/content.json": {"image": {"path": "a.png"}}, "content/a.png": PNG}
    version, client = candidate(content, drawn), sign_in(trainer)
    path = f"{version.directory}/a.png"
    assert storages["h5p"].exists(path)
    address = f"{HOME}discard/{version.pk}/"
    assert "Jeter la version 2 ?" in html(client, address)
    with TestCase.captureOnCommitCallbacks(execute=True):
        client.post(address)
    assert not storages["h5p"].exists(path)
    assert [one.number for one in content.versions.all()] == [1]
    assert candidate(content).number == 3  # browsers keep what they read of the second
    with pytest.raises(ServedMeanwhile):
        throw_away(version=content.current)
    assert "elle reste" in html(client, f"{HOME}discard/{content.current_id}/")


def test_a_former_version_comes_back_and_whoever_began_another_keeps_it(
    sign_in: Sign, trainer: Any, professional: Any, content: Content
) -> None:
    first, client = content.current, sign_in(trainer)
    put_in_service(version=candidate(content))
    mine = opened(professional, Content.objects.get())
    assert mine.version.number == 2
    assert "Revoir, remettre en service" in html(client, f"{HOME}edit/{content.pk}/")
    assert "Remettre cette version en service" in html(client, f"{HOME}review/{first.pk}/")
    serve(client, first)
    content.refresh_from_db()
    assert content.current == first
    assert opened(professional, content).version_id == mine.version_id
    now = timezone.now()
    Attempt.objects.create(
        registration=mine, version=mine.version, number=1, statement=mine.public_id, is_derived=False,
        started_at=now, finished_at=now,
    )  # fmt: skip
    opened(professional, content)
    assert opened(professional, content).version_id == first.pk


def test_what_is_written_here_starts_from_the_version_in_service(trainer: Any, content: Content) -> None:
    """A version that waits to be reread takes nothing from who writes meanwhile."""
    waiting, main = candidate(content), content.current.main_library.name
    walk, _issues = brought_to_semantics(main, content.current.params)
    said = {"title": "Écrit", "language": "fr", "license": "U", "files": {}, "by": trainer, "content": content}
    with pytest.raises(EditedMeanwhile):
        write_content(main=main, walk=walk, based_on=waiting.number, **said)
    assert write_content(main=main, walk=walk, based_on=1, **said).number == 3
    content.refresh_from_db()
    assert (content.title, content.current.number) == ("Écrit", 3)


# Quarantine, history


def test_a_content_in_quarantine_says_so_and_is_not_offered(sign_in: Sign, trainer: Any, content: Content) -> None:
    client, library = sign_in(trainer), Library.objects.get(machine_name="H5P.Text")
    chooser = "/admin/h5p/content-chooser/"
    assert content.title in html(client, f"{chooser}results/")
    quarantine(library=library, reason="Une faille y est connue.")
    for address in (HOME, f"{HOME}edit/{content.pk}/", f"{HOME}results/?state=stopped"):
        page = html(client, address)
        assert "En quarantaine" in page
        assert "Prêt <" not in page
    assert content.title not in html(client, f"{chooser}results/")
    assert content.title not in html(client, f"{HOME}results/?state=ready")
    release(library=library)
    assert content.title in html(client, f"{chooser}results/")


def test_the_history_says_what_happened_and_who_did_it(sign_in: Sign, trainer: Any, administrator: Any) -> None:
    checked = check(packed(), installed=Installed())
    install_libraries(checked=checked)
    first = import_content(checked=checked, by=trainer)
    content = first.content
    second = import_content(checked=checked, by=trainer, replaces=content)
    put_in_service(version=second, by=trainer)
    put_in_service(version=first, by=administrator)
    throw_away(version=import_content(checked=checked, by=trainer, replaces=content), by=trainer)
    library = Library.objects.get(machine_name="H5P.Text")
    for by in (administrator, administrator):  # the second time, nothing happens
        quarantine(library=library, reason="Une faille.", by=by)
    release(library=library, by=administrator)
    lines = ModelLogEntry.objects.for_instance(content).order_by("pk")
    assert [(line.message.replace(library.title, "Texte"), line.user) for line in lines] == [
        ("Importé : version 1", trainer),
        ("Nouvelle version à relire : version 2", trainer),
        ("Version 2 mise en service", trainer),
        ("Version 1 remise en service", administrator),
        ("Nouvelle version à relire : version 3", trainer),
        ("Version 3 jetée sans avoir servi", trainer),
        ("Arrêté : « Texte » est en quarantaine. Une faille.", administrator),
        ("Se joue de nouveau : « Texte » n'est plus en quarantaine", administrator),
    ]
    page = html(sign_in(trainer), f"{HOME}history/{content.pk}/")
    assert "Version 1 remise en service" in page
