"""Contents in the publishing tools: reread, completed, replaced, chosen for a page, taken away."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import InMemoryStorage, storages
from django.utils import timezone
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page, ReferenceIndex, Site

from cms.core.models import Image
from courses.h5p.blocks import ContentChooserBlock
from courses.h5p.engine.validator import check
from courses.h5p.models import Attempt, Content, ContentVersion, Library, Registration
from courses.h5p.registry import Installed
from courses.h5p.services.registry import import_content, install_libraries, quarantine
from courses.h5p.services.versions import put_in_service
from tests.courses.h5p.packages import PNG, h5p_json, members, packed
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
HOME = "/admin/h5p/contents/"
CHOOSER = "/admin/h5p/content-chooser/"
Sign = Callable[[Any], StrictClient]


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def make(title: str = "Trier", *, files: dict[str, Any] | None = None, replaces: Any = None, **values: Any) -> Content:
    """A content; ready unless said otherwise."""
    checked = check(packed(members() | {"h5p.json": h5p_json(title=title)} | (files or {})), installed=Installed())
    install_libraries(checked=checked)
    version = import_content(checked=checked, replaces=replaces)
    content = put_in_service(version=version) if replaces else version.content
    Content.objects.filter(pk=content.pk).update(**({"alternative": "Six phrases à trier."} | values))
    content.refresh_from_db()
    return content


def html(client: StrictClient, address: str) -> str:
    return client.get(address, follow=True).content.decode()


def results(client: StrictClient, **asked: str) -> str:
    """What the chooser offers."""
    return client.get(f"{CHOOSER}results/", asked).content.decode()


def save(client: StrictClient, content: Content, **values: str) -> Any:
    data = {"title": content.title, "alternative": content.alternative, "derogation": "", "thumbnail": ""} | values
    return client.post(f"{HOME}edit/{content.pk}/", data, follow=True)


def place(content: Content, page: Any) -> None:
    """A page holds the content, as the reference index writes it down."""
    types = ReferenceIndex._get_base_content_type(Content), ReferenceIndex._get_base_content_type(page)
    ReferenceIndex.objects.create(
        to_content_type=types[0], to_object_id=content.pk, base_content_type=types[1], content_type=types[1],
        object_id=page.pk, model_path="title", content_path="title", content_path_hash=page.translation_key,
    )  # fmt: skip


# Drafts


def test_a_content_without_text_nor_derogation_is_a_draft_that_no_page_may_show(sign_in: Sign, trainer: Any) -> None:
    content, client = make(alternative=""), sign_in(trainer)
    page = html(client, f"{HOME}edit/{content.pk}/")
    assert "Ce contenu est un brouillon" in page
    assert "Trier" not in results(client)
    assert client.get(f"{CHOOSER}chosen/{content.pk}/").status_code == 404
    with pytest.raises(ValidationError, match="est un brouillon"):
        ContentChooserBlock().clean(content)

    said = save(client, content, derogation="Un exercice de dessin.").content.decode()
    assert "Ce contenu est un brouillon" not in said
    assert "Trier" in results(client)
    content.refresh_from_db()
    assert ContentChooserBlock().clean(content) == content
    assert json.loads(client.get(f"{CHOOSER}chosen/{content.pk}/").content)["result"]["id"] == str(content.pk)


def test_blanks_are_no_text(sign_in: Sign, trainer: Any) -> None:
    content = make(alternative="")
    save(sign_in(trainer), content, alternative="  \n ", derogation=" ")
    content.refresh_from_db()
    assert content.is_draft


def test_a_content_that_pages_show_keeps_its_text(sign_in: Sign, trainer: Any) -> None:
    content, client = make(), sign_in(trainer)
    place(content, Page.objects.get(depth=1))
    said = save(client, content, alternative="").content.decode()
    assert "Des pages montrent ce contenu" in said
    content.refresh_from_db()
    assert content.alternative


# One content


def test_a_content_is_seen_in_its_sandbox_before_it_is_proposed(sign_in: Sign, trainer: Any) -> None:
    content, client = make(alternative=""), sign_in(trainer)
    address = f"{HOME}preview/{content.current_id}/"
    assert f'src="{address}"' in html(client, f"{HOME}edit/{content.pk}/")
    frame = client.get(address)
    assert "sandbox allow-scripts" in frame["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in frame["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame
    assert not Registration.objects.exists()


def test_a_content_stopped_by_a_quarantine_says_why(sign_in: Sign, trainer: Any) -> None:
    content = make()
    quarantine(library=Library.objects.get(machine_name="H5P.Text"), reason="Une faille y est connue.")
    assert "Une faille y est connue." in html(sign_in(trainer), f"{HOME}edit/{content.pk}/")


def test_versions_keep_their_attempts(sign_in: Sign, trainer: Any, professional: Any) -> None:
    content = make()
    first = content.current
    mine = Registration.objects.create(person=professional, content=content, version=first, context="ici")
    Attempt.objects.create(
        registration=mine, version=first, number=1, statement=mine.public_id, is_derived=False,
        started_at=timezone.now(), finished_at=timezone.now(),
    )  # fmt: skip
    make("Mieux trier", replaces=content)
    page = " ".join(html(sign_in(trainer), f"{HOME}edit/{content.pk}/").split())
    rows = page[page.index("h5p-versions") :].split("<tr>")[2:]
    assert ["En service" in row for row in rows] == [True, False]
    assert ["<td>1</td>" in row for row in rows] == [False, True]


def test_the_package_of_a_version_is_downloaded(sign_in: Sign, trainer: Any) -> None:
    content = make("L'œuvre d'été", files={"content/content.json": {"title": "Été"}})
    answer = sign_in(trainer).get(f"{HOME}download/{content.current_id}/")
    assert answer["Content-Disposition"] == 'attachment; filename="l-oeuvre-d-ete-v1.h5p"'
    package = io.BytesIO(b"".join(answer.streaming_content))
    assert check(package, filename="a.h5p").is_valid
    with zipfile.ZipFile(package) as archive:
        assert json.loads(archive.read("content/content.json")) == {"title": "Été"}


def test_pages_that_show_a_content_are_listed(sign_in: Sign, trainer: Any) -> None:
    content, client = make(), sign_in(trainer)
    home = Site.objects.get(is_default_site=True).root_page
    place(content, home)
    assert "utilisé dans 1 page" in " ".join(html(client, f"{HOME}edit/{content.pk}/").split())
    assert str(home.title) in html(client, f"{HOME}usage/{content.pk}/")


# Taking away


def test_only_what_nobody_uses_nor_ever_did_is_deleted(
    sign_in: Sign, trainer: Any, professional: Any, tmp_path: Path
) -> None:
    content, begun, shown = make(), make("Commencé"), make("Montré")
    Registration.objects.create(person=professional, content=begun, version=begun.current, context="ici")
    place(shown, Page.objects.get(depth=1))
    client = sign_in(trainer)
    for kept, reason in ((begun, "des personnes l&#x27;ont déjà commencé"), (shown, "1 page s&#x27;en sert")):
        for ask in (client.get, client.post):
            assert reason in ask(f"{HOME}delete/{kept.pk}/", follow=True).content.decode()
    assert "Trier" in html(client, f"{HOME}delete/{content.pk}/")
    client.post(f"{HOME}delete/{content.pk}/")
    assert {one.title for one in Content.objects.all()} == {"Commencé", "Montré"}
    assert ContentVersion.objects.count() == 2


def test_the_files_of_a_deleted_content_go_with_it(sign_in: Sign, trainer: Any, tmp_path: Path) -> None:
    drawn = {"content/content.json": {"image": {"path": "a.png"}}, "content/a.png": PNG}
    content = make(files=drawn)
    make(files=drawn, replaces=content)
    assert len(list(tmp_path.rglob("a.png"))) == 2
    sign_in(trainer).post(f"{HOME}delete/{content.pk}/")
    assert not list(tmp_path.rglob("a.png"))
    assert Library.objects.count() == 2


# Finding and choosing


def test_contents_are_found_whatever_the_accents_and_by_kind(sign_in: Sign, trainer: Any, coordinator: Any) -> None:
    make("Écouter l'œuvre")
    make("Questionner")
    client = sign_in(coordinator)  # who writes pages chooses, without uploading
    assert "Questionner" not in results(client, q="ecouter oeuvre")
    assert "Écouter" in results(client, q="ECOUTER ŒUVRE")
    assert "Écouter" in results(client, kind="H5P.Sort")
    assert "Écouter" not in results(client, q="rien de tel")
    assert "Type" in json.loads(client.get(CHOOSER).content)["html"]
    found = html(sign_in(trainer), f"{HOME}results/?q=ecouter")
    assert "Écouter" in found
    assert "Questionner" not in found
    assert "Écouter" not in html(sign_in(trainer), f"{HOME}results/?state=draft")


@pytest.mark.parametrize("asked", ["chosen/x/", "chosen/999999/", "chosen-multiple/?id=x&id=1e9"])
def test_an_odd_choice_is_no_error(sign_in: Sign, trainer: Any, asked: str) -> None:
    assert sign_in(trainer).get(f"{CHOOSER}{asked}").status_code in (200, 404)


def test_a_content_is_known_by_its_image(sign_in: Sign, trainer: Any) -> None:
    client = sign_in(trainer)
    content = make(files={"content/content.json": {"image": {"path": "a b.png"}}, "content/a b.png": PNG})
    own = f"/h5p-fichiers/contents/{content.public_id}/1/a%20b.png"
    for page in (results(client), html(client, HOME)):
        assert own in page
    picture = Image.objects.create(title="Vignette", file=get_test_image_file())
    save(client, content, thumbnail=str(picture.pk))
    assert "fill-128x96" in results(client)
    assert own not in results(client)


def test_the_icon_of_the_library_stands_for_want_of_an_image(sign_in: Sign, trainer: Any) -> None:
    make(files={"H5P.Sort-1.2/icon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>"})
    assert "/h5p-fichiers/libraries/H5P.Sort-1.2.3/icon.svg" in results(sign_in(trainer))


def test_lists_cost_the_same_whatever_their_length(sign_in: Sign, trainer: Any, assert_constant_queries: Any) -> None:
    picture = Image.objects.create(title="Vignette", file=get_test_image_file())
    make(thumbnail=picture)
    client = sign_in(trainer)
    for address in (HOME, f"{CHOOSER}results/"):
        assert_constant_queries(
            lambda address=address: client.get(address), lambda: [make(f"Autre {n}", thumbnail=picture) for n in "ab"]
        )


# Elsewhere than on a disk


def test_everything_goes_through_the_storage(settings: Any, tmp_path: Path, sign_in: Sign, trainer: Any) -> None:
    """With no disk at all: what imports, exports, measures and deletes asks the storage alone, as with S3."""
    settings.STORAGES = settings.STORAGES | {"h5p": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    assert isinstance(storages["h5p"], InMemoryStorage)
    content = make(files={"content/content.json": {"image": {"path": "a.png"}}, "content/a.png": PNG})
    client = sign_in(trainer)
    answer = client.get(f"{HOME}download/{content.current_id}/")
    assert check(io.BytesIO(b"".join(answer.streaming_content)), filename="a.h5p").is_valid
    client.post(f"{HOME}delete/{content.pk}/")
    assert not Content.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
