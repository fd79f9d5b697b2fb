"""What administrators see of libraries, and what they may do with them."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection

from courses.h5p import tasks
from courses.h5p.engine.validator import check
from courses.h5p.models import Content, Library, Upload
from courses.h5p.queries import Saving, saving
from courses.h5p.registry import Installed
from courses.h5p.services import registry
from courses.h5p.services.cleaning import clean_storage, stored_size
from courses.h5p.services.registry import import_content, install_libraries
from tests.courses.h5p.packages import PNG, h5p_json, library_json, members, needs, packed
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
HOME = "/admin/h5p/libraries/"
Sign = Callable[[Any], StrictClient]


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def import_package(files: dict[str, Any] | None = None, replaces: Any = None) -> Any:
    checked = check(packed(files), installed=Installed())
    install_libraries(checked=checked)
    return import_content(checked=checked, replaces=replaces)


def later() -> dict[str, Any]:
    """The same package made with H5P.Sort 1.10."""
    files = {path.replace("Sort-1.2", "Sort-1.10"): value for path, value in members().items()}
    return files | {
        "h5p.json": h5p_json(preloadedDependencies=[needs("H5P.Sort", 1, 10)], title="Plus tard"),
        "H5P.Sort-1.10/library.json": library_json(minor=10, preloadedDependencies=[needs("H5P.Text", 1, 1)]),
    }


def html(client: StrictClient, address: str) -> str:
    return client.get(address, follow=True).content.decode()


def sort() -> Library:
    return Library.objects.get(machine_name="H5P.Sort", minor=2)


def test_the_list_says_what_is_installed_and_what_waits(
    sign_in: Sign, administrator: Any, trainer: Any, assert_constant_queries: Any
) -> None:
    import_package()
    waiting = Upload.objects.create(
        filename="b.h5p", size=1, state="waiting", sent_by=trainer, title="Cartes", libraries=["H5P.New 1.0.0"]
    )
    client = sign_in(administrator)
    page = html(client, HOME)
    for words in ("H5P.Sort 1.2.3", "H5P.Text 1.1.0", "1 paquet en attente", "Cartes", str(waiting.public_id)):
        assert words in page
    assert "H5P.Text" not in html(client, f"{HOME}results/?q=sort")
    assert "H5P.Sort" in html(client, f"{HOME}results/?q=SÔRT")
    assert "H5P.Sort" not in html(client, f"{HOME}results/?state=unused")
    assert_constant_queries(lambda: client.get(HOME), lambda: [import_package(later()), import_package()])


def test_a_library_is_stopped_with_a_reason_and_released(sign_in: Sign, administrator: Any) -> None:
    version, client = import_package(), sign_in(administrator)
    address = f"{HOME}{sort().pk}/"
    assert "Fait ou interprétation" in html(client, address)
    refused = client.post(f"{address}quarantine/", {"reason": " "}, follow=True).content.decode()
    assert "Dites pourquoi cette bibliothèque est arrêtée." in refused
    assert version.is_playable

    client.post(f"{address}quarantine/", {"reason": "Une faille y est connue."})
    assert not version.is_playable
    assert "Une faille y est connue." in html(client, address)
    assert "H5P.Sort" in html(client, f"{HOME}results/?state=stopped")
    client.post(f"{address}release/")
    assert version.is_playable


def test_the_unused_are_removed_once_it_is_confirmed(sign_in: Sign, administrator: Any, tmp_path: Path) -> None:
    install_libraries(checked=check(packed(), installed=Installed()))
    client = sign_in(administrator)
    assert "ces 2 bibliothèques" in html(client, f"{HOME}unused/")
    assert Library.objects.count() == 2
    said = client.post(f"{HOME}unused/", follow=True).content.decode()
    assert "Retirées : " in said
    assert not Library.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert "Toutes les bibliothèques servent" in html(client, f"{HOME}unused/")


def test_contents_to_upgrade_are_listed(sign_in: Sign, administrator: Any) -> None:
    import_package()
    client = sign_in(administrator)
    assert "Tous les contenus se jouent" in html(client, f"{HOME}upgrades/")
    import_package(later())
    page = html(client, f"{HOME}upgrades/")
    assert all(words in page for words in ("H5P.Sort 1.2.", "1.10.", "Brouillon", "/replace/", "/download/"))
    assert "Plus tard" not in page


# What sharing spares


def test_what_is_spared_is_what_packages_brought_less_what_stands(capsys: Any) -> None:
    drawn = members() | {"content/content.json": {"image": {"path": "a.png"}}, "content/a.png": PNG}
    first = import_package(drawn)
    import_package(replaces=first.content)
    # A package that counts on the libraries already there.
    import_package({path: value for path, value in members().items() if not path.startswith("H5P.")})
    one = sum(sum(library.files.values()) for library in Library.objects.all())
    assert one == stored_size("h5p/libraries")
    assert saving() == Saving(
        packages=3, copies=4, copies_size=2 * one, libraries=2, libraries_size=one, contents_size=len(PNG)
    )
    assert (saving().spared, saving().percent) == (one, 50)
    call_command("h5p", "libraries", "--stats")
    told = capsys.readouterr().out
    assert "Paquets importés : 3 ; copies de bibliothèques apportées : 4" in told
    assert "50 %" in told
    assert "Mesuré dans le stockage" in told


def test_the_saving_of_an_empty_place_is_nothing() -> None:
    assert (saving().spared, saving().percent) == (0, 0)


# What no row names


def aged(path: Path, days: float = 2) -> None:
    """Make everything under `path` that many days old."""
    then = time.time() - days * 86_400
    for one in [path, *path.rglob("*")]:
        os.utime(one, (then, then))


def test_what_no_row_names_goes_after_a_day(tmp_path: Path) -> None:
    version = import_package()
    for path in ("libraries/H5P.Gone-1.0.0/a.js", "libraries/pas une bibliothèque/a.js", "uploads/perdu.h5p",
                 "contents/12345678-1234-4234-8234-123456789012/1/images/a.png",
                 f"contents/{version.content.public_id}/7/a.png"):  # fmt: skip
        storages["h5p"].save(f"h5p/{path}", ContentFile(b"x"))
    assert clean_storage() == []  # an import may be under way
    aged(tmp_path)
    assert len(clean_storage()) == 5
    assert {path.relative_to(tmp_path / "h5p").parts[0] for path in tmp_path.rglob("*") if path.is_file()} == {
        "libraries"
    }
    assert not (tmp_path / "h5p/libraries/H5P.Gone-1.0.0").exists()
    assert stored_size("h5p/libraries") == saving().libraries_size
    assert clean_storage() == []


def test_a_former_patch_goes_a_day_after_it_was_replaced(tmp_path: Path) -> None:
    import_package()
    aged(tmp_path)
    own = library_json(patch=4, preloadedDependencies=[needs("H5P.Text", 1, 1)])
    install_libraries(checked=check(packed(members() | {"H5P.Sort-1.2/library.json": own}), installed=Installed()))
    assert clean_storage() == []  # somebody may be playing it
    Library.objects.update(installed_at="2026-01-01T00:00Z")
    assert clean_storage() == ["h5p/libraries/H5P.Sort-1.2.3"]


def test_what_waits_is_kept_however_old(trainer: Any, tmp_path: Path) -> None:
    upload = Upload.objects.create(filename="b.h5p", size=1, state="waiting", sent_by=trainer)
    storages["h5p"].save(upload.path, ContentFile(b"x"))
    aged(tmp_path)
    tasks.clean_storage()
    assert storages["h5p"].exists(upload.path)


@pytest.mark.django_db(transaction=True)
def test_an_installation_under_way_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Even one that writes again where another left off: until it commits, what is there looks like nobody's."""
    storages["h5p"].save("h5p/libraries/H5P.Sort-1.2.3/play.js", ContentFile(b"half"))
    real, inside, go = registry.store, threading.Event(), threading.Event()

    def slow(*args: Any, **values: Any) -> Any:
        sizes = real(*args, **values)
        if "Sort" in values["directory"]:
            aged(tmp_path)  # as if it had taken days
            inside.set()
            go.wait(20)
        return sizes

    monkeypatch.setattr(registry, "store", slow)

    def install() -> None:
        install_libraries(checked=check(packed()))
        connection.close()

    removed: list[str] = []

    def clean() -> None:
        removed.extend(clean_storage())
        connection.close()

    installing, cleaning = threading.Thread(target=install), threading.Thread(target=clean)
    installing.start()
    assert inside.wait(20)
    cleaning.start()
    cleaning.join(1)
    assert cleaning.is_alive()  # it waits for the installation
    go.set()
    installing.join(20)
    cleaning.join(20)
    assert removed == []
    assert storages["h5p"].exists("h5p/libraries/H5P.Sort-1.2.3/play.js")


def test_the_command_says_what_it_removed(capsys: Any, tmp_path: Path) -> None:
    storages["h5p"].save("h5p/libraries/H5P.Gone-1.0.0/a.js", ContentFile(b"x"))
    aged(tmp_path)
    call_command("h5p", "clean")
    assert capsys.readouterr().out.splitlines() == ["h5p/libraries/H5P.Gone-1.0.0", "Effacés : 1."]
    assert not Content.objects.exists()
