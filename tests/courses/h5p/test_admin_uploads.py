"""Sending a package through the publishing tools, and what becomes of it."""

import io
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import File
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import TestCase
from django.utils import timezone

from cms.core import outbox
from cms.core.models import OutboxMessage
from courses.h5p import tasks
from courses.h5p.engine.validator import check
from courses.h5p.enums import UploadState
from courses.h5p.models import Content, Library, Upload
from courses.h5p.registry import Installed
from courses.h5p.services import uploads
from courses.h5p.services.registry import install_libraries
from tests.courses.h5p.helpers import imported
from tests.courses.h5p.packages import h5p_json, library_json, members, needs, packed
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
NEW = "/admin/h5p/contents/new/"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def installed(db: None) -> None:
    """The libraries of the sound package stand."""
    install_libraries(checked=check(packed(), installed=Installed()))


def package(content: Any = None, name: str = "tri.h5p") -> SimpleUploadedFile:
    file = content if isinstance(content, bytes) else packed(content).getvalue()
    return SimpleUploadedFile(name, file, "application/zip")


def post(client: StrictClient, file: Any, address: str = NEW, **headers: Any) -> Any:
    return client.post(address, {"package": file} if file else {}, headers=headers)


def worked() -> None:
    """The worker did what waits, as Celery calls it."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        outbox.process_waiting()


def sent(client: StrictClient, file: Any = None) -> Upload:
    """A package sent by the form, and looked at by the worker."""
    response = post(client, file or package())
    assert response.status_code == 302, response.content.decode()
    worked()
    return Upload.objects.latest("pk")


def page(client: StrictClient, upload: Upload) -> str:
    return client.get(f"/admin/h5p/uploads/{upload.public_id}/").content.decode()


def kept(tmp_path: Path) -> list[str]:
    return [path.name for path in tmp_path.rglob("*.h5p")]


def test_a_package_is_sent_checked_and_imported(
    sign_in: Callable[[Any], StrictClient], trainer: Any, installed: None, tmp_path: Path
) -> None:
    client = sign_in(trainer)
    response = post(client, package())
    upload = Upload.objects.get()
    assert response["Location"] == f"/admin/h5p/uploads/{upload.public_id}/"
    assert (upload.state, kept(tmp_path)) == (UploadState.RECEIVED, [f"{upload.public_id}.h5p"])
    received = page(client, upload)
    assert "Contrôle à venir" in received
    assert "data-again" in received

    worked()
    upload.refresh_from_db()
    assert kept(tmp_path) == []
    assert (upload.state, upload.title, upload.version.content.created_by) == (
        UploadState.IMPORTED,
        "Fait ou interprétation",
        trainer,
    )
    done = page(client, upload)
    assert "« Fait ou interprétation » est importé" in done
    assert "data-again" not in done
    assert f'href="/admin/h5p/contents/edit/{upload.version.content_id}/"' in done


def test_a_script_is_answered_in_its_own_words(
    sign_in: Callable[[Any], StrictClient], trainer: Any, tmp_path: Path
) -> None:
    client = sign_in(trainer)
    refused = post(client, package(b""), accept="application/json")
    assert (refused.status_code, refused.json()) == (
        422,
        {"errors": ["Ce fichier est vide : choisissez le paquet tel que l'outil l'a donné."]},
    )
    taken = post(client, package(), accept="application/json")
    assert (taken.status_code, taken.json()) == (201, {"next": f"/admin/h5p/uploads/{Upload.objects.get().public_id}/"})


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (None, "Choisissez un fichier."),
        (package(b""), "Ce fichier est vide"),
        (package(name="tri.zip"), "Le nom d&#x27;un paquet H5P finit par « .h5p »."),
        (package(bytes(3 * 1024 * 1024)), "un paquet ne dépasse pas 2 Mio"),
    ],
    ids=["nothing", "empty", "another extension", "too large"],
)
def test_what_can_be_said_at_once_is_said_at_once(
    sign_in: Callable[[Any], StrictClient], trainer: Any, settings: Any, tmp_path: Path, file: Any, words: str
) -> None:
    settings.H5P_LIMITS = {"package": 2 * 1024 * 1024}
    response = post(sign_in(trainer), file)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Upload.objects.exists()
    assert not kept(tmp_path)


def test_a_form_without_a_file_part_is_a_sentence(sign_in: Callable[[Any], StrictClient], trainer: Any) -> None:
    response = sign_in(trainer).post(NEW, {"package": "tri.h5p"})
    assert response.status_code == 422
    assert "Choisissez un fichier." in response.content.decode()


HOSTILE: dict[str, Any] = {
    "not a zip": b"PK\x03\x04 but not really",
    "html": members() | {"content/page.html": b"<script>alert(1)</script>"},
    "svg": members() | {"content/a.svg": b"<svg onload='alert(1)'/>"},
    "zip slip": members() | {"../../settings.py": b"SECRET_KEY = 1"},
    "absolute": members() | {"/etc/passwd": b""},
    "no manifest": members() | {"h5p.json": None},
    "broken manifest": members() | {"h5p.json": b"{"},
    "deep": members() | {"content/content.json": b"[" * 100_000},
    "wrong bytes": members() | {"content/a.png": b"<html>"},
    "script in its name": members() | {"content/<script>alert(1)</script>.exe": b""},
    "nothing": {},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_package_leaves_a_report_and_nothing_else(
    sign_in: Callable[[Any], StrictClient], trainer: Any, installed: None, tmp_path: Path, name: str
) -> None:
    client, made = sign_in(trainer), HOSTILE[name]
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    if isinstance(made, dict):
        made = {path: value for path, value in made.items() if value is not None}
    upload = sent(client, package(made))
    assert upload.state == UploadState.REFUSED
    assert upload.errors
    report = page(client, upload)
    assert "Ce paquet est refusé" in report
    assert "Que faire" in report
    assert "<script>alert" not in report
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == before
    assert not Content.objects.exists()


def test_the_report_groups_what_is_said_in_the_same_words(
    sign_in: Callable[[Any], StrictClient], trainer: Any, installed: None
) -> None:
    client = sign_in(trainer)
    bad = members() | {f"content/{at}.exe": b"" for at in range(7)} | {"LISEZMOI.txt": b"a"}
    report = page(client, sent(client, package(bad)))
    assert report.count("Ce type de fichier n&#x27;est pas admis dans un contenu H5P.") == 1
    assert "À corriger : 7" in report
    assert "7 endroits" in report
    assert "<code>content/6.exe</code>" in report
    assert "À savoir : 1" in report
    assert "forbidden-extension" in report.partition("Détail technique")[2]


def test_unknown_libraries_wait_for_an_administrator(
    sign_in: Callable[[Any], StrictClient], trainer: Any, administrator: Any, tmp_path: Path
) -> None:
    client, boss = sign_in(trainer), sign_in(administrator)
    upload = sent(client)
    assert (upload.state, upload.libraries) == (UploadState.WAITING, ["H5P.Text 1.1.0", "H5P.Sort 1.2.3"])
    assert not Content.objects.exists()
    assert not Library.objects.exists()
    assert kept(tmp_path) == [f"{upload.public_id}.h5p"]
    assert "Un administrateur décide" in page(client, upload)
    approve, decline = (f"/admin/h5p/uploads/{upload.public_id}/{action}/" for action in ("approve", "decline"))
    for address in (approve, decline):
        assert client.post(address, {"reason": "Moi"})["Location"] == "/admin/"
        assert approve not in page(client, upload)

    seen = page(boss, upload)
    assert "H5P.Sort 1.2.3" in seen
    assert boss.post(approve).status_code == 302
    worked()
    upload.refresh_from_db()
    assert upload.state == UploadState.IMPORTED
    assert upload.version.content.created_by == trainer
    assert {row.installed_by for row in Library.objects.all()} == {administrator}
    assert not kept(tmp_path)
    for late in (approve, decline):
        answer = boss.post(late, {"reason": "Trop tard"}, follow=True)
        assert "Quelqu&#x27;un a déjà décidé de ce paquet" in answer.content.decode()
    upload.refresh_from_db()
    assert upload.state == UploadState.IMPORTED


def text_only() -> dict[str, Any]:
    """A package that brings one library of the sound one."""
    files = {path: value for path, value in members().items() if not path.startswith("H5P.Sort")}
    own = library_json(machineName="H5P.Plain", majorVersion=1, minorVersion=0, patchVersion=0,
                       preloadedDependencies=[needs("H5P.Text", 1, 1)])  # fmt: skip
    said = h5p_json(mainLibrary="H5P.Plain", preloadedDependencies=[needs("H5P.Plain", 1, 0)])
    sort = {path.replace("H5P.Sort-1.2", "H5P.Plain-1.0"): value for path, value in members().items()
            if path.startswith("H5P.Sort")}  # fmt: skip
    return files | sort | {"h5p.json": said, "H5P.Plain-1.0/library.json": own}


def test_what_an_approval_changes_for_other_contents_is_said(
    sign_in: Callable[[Any], StrictClient], trainer: Any
) -> None:
    imported()
    client = sign_in(trainer)
    patched = library_json(patch=4, preloadedDependencies=[needs("H5P.Text", 1, 1)])
    upload = sent(client, package(members() | {"H5P.Sort-1.2/library.json": patched}))
    said = " ".join(page(client, upload).split())
    assert "remplace 1.2.3</strong> : 1 contenu de ce site se jouera aussitôt avec elle" in said
    upload = sent(client, package(text_only()))
    assert "<code>H5P.Plain 1.0.0</code> nouvelle ici" in " ".join(page(client, upload).split())


def same_libraries() -> dict[str, Any]:
    """The libraries of the sound package, in a package of another title."""
    return members() | {"h5p.json": h5p_json(title="Le même")}


def test_what_waits_is_imported_by_itself_once_others_brought_its_libraries(
    sign_in: Callable[[Any], StrictClient], trainer: Any, administrator: Any, mailoutbox: Any
) -> None:
    client, boss = sign_in(trainer), sign_in(administrator)
    first, second = sent(client), sent(client, package(same_libraries()))
    assert second.state == UploadState.WAITING
    assert "2 bibliothèques à installer" in page(client, second)
    install_libraries(checked=check(packed(text_only()), installed=Installed()))
    assert "1 bibliothèque à installer" in page(client, second)
    assert "1 bibliothèque à installer" in boss.get("/admin/h5p/libraries/").content.decode()
    uploads.approve(upload=first, by=administrator)
    for _ in range(3):  # the packages, what waits, and what waited
        worked()
    for upload in (first, second):
        upload.refresh_from_db()
        assert (upload.state, upload.waits) == (UploadState.IMPORTED, 1)
    assert (second.approved_by, second.version.content.created_by) == (None, trainer)
    assert Content.objects.count() == 2
    titles = {message.subject.removeprefix("Votre paquet H5P est importé : ") for message in mailoutbox}
    assert titles == {"Fait ou interprétation", "Le même"}
    assert f"/admin/h5p/uploads/{second.public_id}/" in "".join(message.body for message in mailoutbox)


@pytest.mark.django_db(transaction=True)
def test_libraries_installed_while_a_package_is_about_to_wait_are_not_missed(
    trainer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sees it wait before its check is committed: it looks for itself afterwards."""
    upload = uploads.send(file=package(), filename="tri.h5p", by=trainer)
    inside, go = threading.Event(), threading.Event()
    real = uploads.look_at_waiting

    def slow() -> None:
        real()
        inside.set()
        go.wait(20)

    monkeypatch.setattr(uploads, "look_at_waiting", slow)

    def work() -> None:
        outbox.process_waiting()
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert inside.wait(20)
    install_libraries(checked=check(packed(), installed=Installed()))
    tasks.look_again_at_waiting({})  # for the installation: it sees nobody wait
    go.set()
    worker.join(30)
    for _ in range(2):
        outbox.process_waiting()
    upload.refresh_from_db()
    assert (upload.state, Content.objects.count()) == (UploadState.IMPORTED, 1)


def test_whoever_sent_a_package_that_waits_takes_it_back(
    sign_in: Callable[[Any], StrictClient], trainer: Any, administrator: Any, tmp_path: Path, mailoutbox: Any
) -> None:
    client, boss = sign_in(trainer), sign_in(administrator)
    upload = sent(client)
    address = f"/admin/h5p/uploads/{upload.public_id}/withdraw/"
    waiting = page(client, upload)
    assert f'href="{address}"' in waiting
    assert str(administrator) in waiting
    assert address not in page(boss, upload)
    assert "Seule la personne" in boss.post(address, follow=True).content.decode()
    assert "Il n&#x27;attendra plus de décision" in client.get(address).content.decode()
    client.post(address)
    upload.refresh_from_db()
    assert (upload.state, kept(tmp_path)) == (UploadState.WITHDRAWN, [])
    assert "Cet envoi a été retiré" in page(client, upload)
    assert "déjà décidé" in client.post(address, follow=True).content.decode()
    worked()
    assert not mailoutbox


def test_the_home_says_what_waits_and_what_became_of_ones_packages(
    sign_in: Callable[[Any], StrictClient], trainer: Any, administrator: Any, coordinator: Any
) -> None:
    client, boss = sign_in(trainer), sign_in(administrator)
    assert "h5p-home" not in boss.get("/admin/").content.decode()
    upload = sent(client)
    home = boss.get("/admin/").content.decode()
    assert "1 paquet H5P attend votre décision" in home
    assert str(upload.public_id) in home
    assert "ques H5P (1)" in home  # the menu
    mine = client.get("/admin/").content.decode()
    assert "Vos envois" in mine
    assert "votre décision" not in mine
    assert "h5p-home" not in sign_in(coordinator).get("/admin/").content.decode()


def test_a_package_declined_says_why_and_leaves_nothing(
    sign_in: Callable[[Any], StrictClient], trainer: Any, administrator: Any, tmp_path: Path, mailoutbox: Any
) -> None:
    client, boss = sign_in(trainer), sign_in(administrator)
    upload = sent(client)
    address = f"/admin/h5p/uploads/{upload.public_id}/decline/"
    assert "Dites pourquoi ce paquet est écarté." in boss.post(address, follow=True).content.decode()
    boss.post(address, {"reason": "Une faille y est connue."})
    upload.refresh_from_db()
    assert upload.state == UploadState.DECLINED
    assert "Une faille y est connue." in page(client, upload)
    assert not list(tmp_path.rglob("*.*"))
    worked()
    (mail,) = mailoutbox
    assert mail.to == [trainer.email]
    assert "Motif : Une faille y est connue." in mail.body


def test_one_sees_ones_own_uploads_and_administrators_all(
    sign_in: Callable[[Any], StrictClient], trainer: Any, administrator: Any, coordinator: Any
) -> None:
    mine, other = sent(sign_in(trainer)), sent(sign_in(administrator))
    client = sign_in(trainer)
    listed = client.get("/admin/h5p/uploads/").content.decode()
    assert str(mine.public_id) in listed
    assert str(other.public_id) not in listed
    assert client.get(f"/admin/h5p/uploads/{other.public_id}/").status_code == 404
    assert str(mine.public_id) in sign_in(administrator).get("/admin/h5p/uploads/").content.decode()
    assert sign_in(coordinator).get("/admin/h5p/uploads/")["Location"] == "/admin/"
    assert post(sign_in(coordinator), package())["Location"] == "/admin/"
    assert Upload.objects.count() == 2


def test_a_content_is_replaced_by_a_new_version(
    sign_in: Callable[[Any], StrictClient], trainer: Any, installed: None
) -> None:
    client = sign_in(trainer)
    first = sent(client).version
    address = f"/admin/h5p/contents/replace/{first.content_id}/"
    assert "aura une nouvelle version" in client.get(address).content.decode()
    post(client, package(members() | {"h5p.json": h5p_json(title="Mieux")}), address)
    worked()
    content = Content.objects.get()
    assert (content.current, content.versions.count()) == (first, 2)
    Content.objects.update(title="Renommé")
    assert ">Fait ou interprétation</a>" in page(client, Upload.objects.latest("pk"))  # as it was when it was sent
    assert post(client, package(), "/admin/h5p/contents/replace/999999/").status_code == 404


# What may fail


def test_the_broker_and_the_worker_may_be_down(
    sign_in: Callable[[Any], StrictClient], trainer: Any, installed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(trainer)
    post(client, package())
    upload = Upload.objects.get()
    Upload.objects.update(sent_at=timezone.now() - timedelta(minutes=5))
    assert "Le contrôle tarde" in page(client, upload)
    with monkeypatch.context() as patch:
        patch.setattr(uploads, "check", lambda *args, **values: 1 / 0)
        worked()
    troubled = page(client, upload)
    assert "Le contrôle a échoué, et sera refait." in troubled
    OutboxMessage.objects.update(available_at=timezone.now())
    worked()
    assert "est importé" in page(client, upload)


def test_a_package_is_checked_once(trainer: Any, installed: None) -> None:
    upload = uploads.send(file=package(), filename="tri.h5p", by=trainer)
    for _ in range(2):
        tasks.examine_upload({"upload": str(upload.public_id)})
    assert Content.objects.get().versions.count() == 1
    tasks.examine_upload({"upload": "12345678-1234-4234-8234-123456789012"})


def test_a_file_kept_by_a_request_undone_is_never_looked_at(trainer: Any) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        uploads.send(file=package(), filename="tri.h5p", by=trainer)
        raise ZeroDivisionError
    assert not Upload.objects.exists()
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_page_open_meanwhile_says_it_is_being_checked(
    sign_in: Callable[[Any], StrictClient], trainer: Any, installed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(trainer)
    post(client, package())
    upload = Upload.objects.get()
    inside, go, said = threading.Event(), threading.Event(), []
    real = uploads.check

    def slow(*args: Any, **values: Any) -> Any:
        inside.set()
        go.wait(20)
        return real(*args, **values)

    monkeypatch.setattr(uploads, "check", slow)

    def work() -> None:
        outbox.process_waiting()
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert inside.wait(20)
    said.append("Contrôle en cours" in page(client, upload))
    go.set()
    worker.join(30)
    said.append("est importé" in page(client, upload))
    assert said == [True, True]


@pytest.mark.django_db(transaction=True)
def test_two_packages_at_once_bring_one_copy_of_a_library(trainer: Any, administrator: Any) -> None:
    both = [uploads.send(file=package(), filename="tri.h5p", by=trainer) for _ in range(2)]
    outbox.process_waiting()
    for upload in both:
        uploads.approve(upload=upload, by=administrator)

    def work() -> None:
        outbox.process_waiting()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert set(Upload.objects.values_list("state", flat=True)) == {UploadState.IMPORTED}
    assert (Library.objects.count(), Content.objects.count()) == (2, 2)


def test_old_reports_are_forgotten(sign_in: Callable[[Any], StrictClient], trainer: Any, tmp_path: Path) -> None:
    client = sign_in(trainer)
    refused, waiting = sent(client, package(b"rien")), sent(client)
    stuck = uploads.send(file=package(), filename="tri.h5p", by=trainer)
    long_ago = timezone.now() - timedelta(days=40)
    Upload.objects.update(sent_at=long_ago)
    Upload.objects.filter(pk=refused.pk).update(settled_at=long_ago)
    with TestCase.captureOnCommitCallbacks(execute=True):
        tasks.forget_old_uploads()
    states = dict(Upload.objects.values_list("pk", "state"))
    assert states == {waiting.pk: UploadState.WAITING, stuck.pk: UploadState.REFUSED}
    assert "n&#x27;a pas pu être contrôlé" in page(client, stuck)
    assert kept(tmp_path) == [f"{waiting.public_id}.h5p"]


def test_the_list_costs_the_same_whatever_its_length(
    sign_in: Callable[[Any], StrictClient], trainer: Any, assert_constant_queries: Any
) -> None:
    client = sign_in(trainer)
    sent(client)
    assert_constant_queries(
        lambda: client.get("/admin/h5p/uploads/"), lambda: [sent(client, package(b"rien")) for _ in range(3)]
    )


def test_nothing_of_a_file_is_held_in_memory(trainer: Any, tmp_path: Path) -> None:
    """What Django received on the disk is moved, not read."""

    class Moved(io.BytesIO):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("read")

    received = tmp_path / "received"
    received.write_bytes(packed().getvalue())
    file = File(Moved(), name="tri.h5p")
    file.size, file.temporary_file_path = 9, lambda: str(received)  # type: ignore[attr-defined]
    upload = uploads.send(file=file, filename="tri.h5p", by=trainer)
    assert not received.exists()
    assert storages["h5p"].size(upload.path) == len(packed().getvalue())
