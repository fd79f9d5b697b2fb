"""Libraries are installed once, contents are imported whole, and what comes out is what came in."""

import io
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.validator import Checked, check
from courses.h5p.errors import LibrariesToInstall, PackageRefused
from courses.h5p.export import export_package
from courses.h5p.models import Content, ContentVersion, Library
from courses.h5p.queries import Upgrade, upgrades
from courses.h5p.registry import Installed
from courses.h5p.services.registry import (
    MemberFile,
    Outcome,
    import_content,
    install_libraries,
    quarantine,
    release,
    remove_unused,
)
from tests.courses.h5p.packages import PNG, SEMANTICS, h5p_json, library_json, members, needs, packed

SORT = LibraryName("H5P.Sort", 1, 2)
DRAWN = {"content/content.json": {"title": "Trier", "image": {"path": "images/a.png"}}, "content/images/a.png": PNG}


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def look(files: dict[str, Any] | None = None) -> Checked:
    return check(packed(files), installed=Installed())


def written(tmp_path: Path) -> dict[str, int]:
    """Every file in the storage, and when it was written."""
    return {str(path.relative_to(tmp_path)): path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}


def patched(patch: int) -> dict[str, Any]:
    own = library_json(patch=patch, preloadedDependencies=[needs("H5P.Text", 1, 1)])
    return members() | {"H5P.Sort-1.2/library.json": own, "H5P.Sort-1.2/play.js": f"// {patch}".encode()}


@pytest.mark.django_db
def test_a_package_goes_in_and_comes_out_the_same(tmp_path: Path) -> None:
    checked = look(members() | DRAWN)
    installed = install_libraries(checked=checked)
    assert [(str(one.library), one.outcome) for one in installed] == [
        ("H5P.Text 1.1.0", Outcome.INSTALLED),
        ("H5P.Sort 1.2.3", Outcome.INSTALLED),
    ]
    version = import_content(checked=checked)
    assert version.files == {"images/a.png": len(PNG)}
    assert (tmp_path / version.directory / "images/a.png").read_bytes() == PNG
    assert (tmp_path / "h5p/libraries/H5P.Sort-1.2.3/semantics.json").exists()

    out = io.BytesIO()
    export_package(version, out)
    again = check(out, filename="a.h5p")
    assert list(again.issues) == []
    assert (again.title, again.main, again.walk) == (checked.title, checked.main, checked.walk)
    assert again.libraries == checked.libraries
    with zipfile.ZipFile(out) as package:
        assert package.read("content/images/a.png") == PNG


@pytest.mark.django_db
def test_what_is_installed_is_what_the_engine_read() -> None:
    checked = look()
    install_libraries(checked=checked)
    assert {name: Installed().get(name) for name in checked.libraries} == checked.libraries


@pytest.mark.django_db
def test_a_library_is_copied_once_and_replaced_by_a_higher_patch_only(tmp_path: Path) -> None:
    install_libraries(checked=look())
    before = written(tmp_path)
    for same in (3, 2):
        outcomes = [one.outcome for one in install_libraries(checked=look(patched(same)))]
        assert outcomes == [Outcome.KEPT, Outcome.KEPT]
    assert written(tmp_path) == before

    outcomes = [one.outcome for one in install_libraries(checked=look(patched(4)))]
    assert outcomes == [Outcome.KEPT, Outcome.PATCHED]
    assert Library.objects.named([SORT]).get().version == "1.2.4"
    after = written(tmp_path)
    assert before.items() <= after.items()  # who plays the former patch reads its files to the end
    assert (tmp_path / "h5p/libraries/H5P.Sort-1.2.4/play.js").read_text() == "// 4"


@pytest.mark.django_db
def test_two_minors_live_side_by_side() -> None:
    install_libraries(checked=look())
    other = {path.replace("Sort-1.2", "Sort-1.3"): value for path, value in members().items()}
    other |= {
        "h5p.json": h5p_json(preloadedDependencies=[needs("H5P.Sort", 1, 3)]),
        "H5P.Sort-1.3/library.json": library_json(minor=3, preloadedDependencies=[needs("H5P.Text", 1, 1)]),
    }
    install_libraries(checked=look(other))
    assert [str(row) for row in Library.objects.filter(machine_name="H5P.Sort")] == ["H5P.Sort 1.3.3", "H5P.Sort 1.2.3"]


@pytest.mark.django_db(transaction=True)
def test_two_installations_at_once_make_one_copy() -> None:
    ready, outcomes, errors = threading.Barrier(2), [], []

    def install() -> None:
        try:
            checked = look()
            ready.wait(20)
            outcomes.extend(one.outcome for one in install_libraries(checked=checked))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=install) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(outcomes) == [Outcome.INSTALLED] * 2 + [Outcome.KEPT] * 2
    assert Library.objects.count() == 2


@pytest.mark.django_db
def test_a_content_waits_for_its_libraries(tmp_path: Path) -> None:
    with pytest.raises(LibrariesToInstall, match=r"H5P.Text 1.1, H5P.Sort 1.2\."):
        import_content(checked=look())
    install_libraries(checked=look())
    with pytest.raises(LibrariesToInstall, match=r"installer : H5P.Sort 1.2\."):
        import_content(checked=look(patched(9)))
    assert not Content.objects.exists()
    assert not (tmp_path / "h5p/contents").exists()


@pytest.mark.django_db
def test_a_package_with_errors_installs_and_imports_nothing(tmp_path: Path) -> None:
    checked = look(members() | {"content/page.html": b""})
    for refused in (install_libraries, import_content):
        with pytest.raises(PackageRefused):
            refused(checked=checked)
    assert not written(tmp_path)


@pytest.mark.django_db
def test_a_package_has_no_say_in_what_an_installed_library_allows() -> None:
    install_libraries(checked=look())
    open_door = [{"name": "intro", "type": "text", "tags": ["a", "table"]}, *SEMANTICS]
    forged = {
        "H5P.Sort-1.2/semantics.json": open_door,
        "content/content.json": {"intro": "<table><tr><td>a</td></tr></table>"},
    }
    assert import_content(checked=look(members() | forged)).params == {"intro": "a"}


@pytest.mark.django_db
def test_replacing_a_content_leaves_its_former_version_as_it_was(tmp_path: Path) -> None:
    checked = look(members() | DRAWN)
    install_libraries(checked=checked)
    first = import_content(checked=checked)
    kept = written(tmp_path)
    later = members() | {"h5p.json": h5p_json(title="Mieux"), "content/content.json": {"title": "Mieux trier"}}
    second = import_content(checked=look(later), replaces=first.content)
    assert (second.content, second.number) == (first.content, 2)
    content = Content.objects.get()
    assert (content.title, content.current) == ("Fait ou interprétation", first)  # nobody put it in service yet
    assert ContentVersion.objects.get(pk=first.pk).params["title"] == "Trier"
    assert kept.items() <= written(tmp_path).items()


@pytest.mark.django_db
def test_only_the_files_a_content_uses_are_kept() -> None:
    checked = look(members() | DRAWN | {"content/images/unused.png": PNG})
    install_libraries(checked=checked)
    assert list(import_content(checked=checked).files) == ["images/a.png"]


@pytest.mark.django_db
def test_what_an_interrupted_installation_left_is_written_again() -> None:
    storage = storages["h5p"]
    storage.save("h5p/libraries/H5P.Sort-1.2.3/play.js", io.BytesIO(b"half"))  # type: ignore[arg-type]
    install_libraries(checked=look())
    with storage.open("h5p/libraries/H5P.Sort-1.2.3/play.js") as script:
        assert script.read() == members()["H5P.Sort-1.2/play.js"]


@pytest.mark.django_db
def test_from_the_shell(tmp_path: Path, capsys: Any) -> None:
    path, out = tmp_path / "paquet.h5p", tmp_path / "sortie.h5p"
    path.write_bytes(packed().getvalue())
    with pytest.raises(CommandError, match="Un administrateur doit d'abord installer"):
        call_command("h5p", "import", str(path))
    call_command("h5p", "import", str(path), "--install-libraries")
    content = Content.objects.get()
    assert str(content.public_id) in capsys.readouterr().out
    call_command("h5p", "libraries")
    assert capsys.readouterr().out.splitlines() == [
        "H5P.Sort 1.2.3  H5P.Sort : 1 contenu",
        "H5P.Text 1.1.0  H5P.Text : 1 contenu",
    ]
    call_command("h5p", "contents")
    assert f"{content.pk}  {content.public_id}  {content.title} (H5P.Sort" in capsys.readouterr().out
    call_command("h5p", "export", str(content.pk), "--output", str(tmp_path / "numero.h5p"))
    call_command("h5p", "export", str(content.public_id), "--output", str(out))
    assert out.read_bytes() == (tmp_path / "numero.h5p").read_bytes()
    with out.open("rb") as file:
        assert check(file, filename=out.name).is_valid
    for arguments in (
        ["export", "12345678-1234-4234-8234-123456789012"],
        ["export", "0"],
        ["export", "9" * 30],
        ["export", "²"],
        ["import", str(tmp_path / "absent.h5p")],
    ):
        with pytest.raises(CommandError, match=r"\.$"):
            call_command("h5p", *arguments)


@pytest.mark.django_db
def test_several_files_are_imported_all_or_none(tmp_path: Path) -> None:
    good, bad = tmp_path / "a.h5p", tmp_path / "b.h5p"
    good.write_bytes(packed().getvalue())
    bad.write_bytes(b"rien")
    with pytest.raises(CommandError, match="Rien n'a été importé"):
        call_command("h5p", "import", str(good), str(bad), "--install-libraries")
    assert not Content.objects.exists()


# Quarantine, removal


@pytest.mark.django_db
def test_a_library_in_quarantine_stops_the_contents_that_need_it() -> None:
    install_libraries(checked=look())
    version = import_content(checked=look())
    text = Library.objects.get(machine_name="H5P.Text")
    quarantine(library=text, reason="Faille publiée hier.")
    text.refresh_from_db()
    assert (text.quarantine_reason, version.is_playable) == ("Faille publiée hier.", False)
    release(library=text)
    assert version.is_playable


@pytest.mark.django_db
def test_only_what_no_content_plays_with_is_removed(django_capture_on_commit_callbacks: Any, tmp_path: Path) -> None:
    install_libraries(checked=look())
    version = import_content(checked=look())
    other = {path.replace("Text-1.1", "Text-1.4"): value for path, value in members().items()}
    other["H5P.Text-1.4/library.json"] = library_json("H5P.Text", 1, 4, 0, runnable=0)
    install_libraries(checked=look(other))
    with django_capture_on_commit_callbacks(execute=True):
        assert remove_unused() == ["H5P.Text 1.4.0"]
    assert not any("Text-1.4" in path for path in written(tmp_path))
    assert set(map(str, Library.objects.all())) == {"H5P.Sort 1.2.3", "H5P.Text 1.1.0"}
    assert version.libraries.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_library_an_import_is_about_to_use_is_not_removed() -> None:
    install_libraries(checked=look())
    with transaction.atomic():
        import_content(checked=look())
        removed: list[str] = []

        def remove() -> None:
            removed.extend(remove_unused())
            connection.close()

        thread = threading.Thread(target=remove)
        thread.start()
        thread.join(30)
        assert removed == []
    assert Content.objects.get().current.libraries.count() == 2


@pytest.mark.django_db
def test_contents_that_play_with_an_older_version_are_listed(django_assert_num_queries: Any) -> None:
    install_libraries(checked=look())
    content = import_content(checked=look()).content
    with django_assert_num_queries(2):
        assert upgrades() == []
    later = {path.replace("Sort-1.2", "Sort-1.10"): value for path, value in members().items()}
    later |= {
        "h5p.json": h5p_json(preloadedDependencies=[needs("H5P.Sort", 1, 10)]),
        "H5P.Sort-1.10/library.json": library_json(minor=10, preloadedDependencies=[needs("H5P.Text", 1, 1)]),
    }
    install_libraries(checked=look(later))
    old, new = Library.objects.filter(machine_name="H5P.Sort").order_by("minor")
    assert upgrades() == [Upgrade(content, old, new)]
    quarantine(library=Library.objects.get(minor=10), reason="En cours d'examen.")
    assert upgrades() == []


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 7, 4096, -1])
def test_a_member_is_read_as_each_storage_likes(size: int) -> None:
    """S3 asks for a number of bytes, disks for pieces: the same bytes come."""
    checked = look()
    path = "H5P.Sort-1.2/semantics.json"
    assert checked.archive is not None
    file, found = MemberFile(checked.archive, path), b""
    while taken := file.read(size):
        found += taken
    assert found == b"".join(MemberFile(checked.archive, path).chunks())
    assert len(found) == file.size
    assert not file.seekable()
