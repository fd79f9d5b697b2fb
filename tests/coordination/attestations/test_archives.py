"""« Télécharger les N attestations »: one file, made by the worker, for its author, for a day."""

import csv
import io
from datetime import timedelta
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.storage import storages
from django.utils import timezone
from time_machine import travel

from certifications.services import forget_holder
from cms.accounts import services as accounts
from cms.core.models import OutboxMessage
from coordination.attestations import archives, jobs
from coordination.models import CredentialJob
from tests.coordination.attestations.conftest import NOW
from tests.coordination.attestations.test_renewals import work_once
from tests.coordination.test_screens import close, text
from tests.factories.certifications import credential
from tests.factories.courses import course_tree

pytestmark = pytest.mark.django_db
ARCHIVE = "/pilotage/attestations/pdf/"


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "allow_overwrite": True, "base_url": None},
        }
    }
    monkeypatch.setattr(jobs, "BATCH", 2)
    monkeypatch.setattr(archives, "pdf_of", lambda one: (file_name(one), f"%PDF {one.public_id}".encode()))


def file_name(one):
    holder = one.snapshot["holder"]
    return f"attestation_{holder['last_name'].upper()}_{holder['first_name']}_socle_2024-12.pdf"


def asked(client, query="", key=None):
    return client.post(f"{ARCHIVE}?{query}", {"form_key": key or str(uuid4())})


def finish():
    while any(work_once()):
        pass


def zip_of(response):
    content = b"".join(response.streaming_content)
    close(response)
    return ZipFile(io.BytesIO(content))


def index_of(archive):
    lines = csv.DictReader(io.StringIO(archive.read("index.csv").decode().removeprefix("\ufeff")), delimiter=";")
    return {line["Numéro"]: line for line in lines}


def test_the_file_holds_each_pdf_filtered_and_an_index(sign_in, coordinator, somebody, elsewhere, earn):
    held = [earn(somebody("Martel")), earn(somebody("Martel")), earn(somebody("=Zola"))]
    earn(elsewhere)
    client = sign_in(coordinator)
    page = client.get(asked(client, "structure=MSA").url)
    assert "0 sur 3" in text(page)
    finish()
    page = client.get(page.request["PATH_INFO"])
    assert "Le fichier est prêt" in text(page)
    response = client.get(f"{page.request['PATH_INFO']}attestations.zip")
    assert response.streaming and "private" in response["Cache-Control"]
    assert response["Content-Disposition"] == 'attachment; filename="attestations-2026-11-30.zip"'
    archive = zip_of(response)
    # Two people called the same are two files.
    assert set(archive.namelist()) == {
        "attestation_MARTEL_Claire_socle_2024-12.pdf",
        "attestation_MARTEL_Claire_socle_2024-12_2.pdf",
        "attestation_=ZOLA_Claire_socle_2024-12.pdf",
        "index.csv",
    }
    index = index_of(archive)
    assert {archive.read(index[str(one.public_id)]["Fichier"]).decode() for one in held} == {
        f"%PDF {one.public_id}" for one in held
    }
    line = index[str(held[2].public_id)]
    assert (line["Nom"], line["État"], line["Empreinte SHA-256"]) == ("'=Zola", "À renouveler", held[2].sha256)


def test_a_real_pdf_is_what_the_file_holds(monkeypatch, sign_in, lead, somebody, earn):
    monkeypatch.undo()
    earn(somebody())
    client = sign_in(lead)
    address = asked(client).url
    finish()
    archive = zip_of(client.get(f"{address}attestations.zip"))
    [name] = [name for name in archive.namelist() if name.endswith(".pdf")]
    assert name.startswith("attestation_MARTEL_Claire") and archive.read(name).startswith(b"%PDF-")


def test_a_lead_is_given_what_reports_no_result(sign_in, lead, somebody, earn):
    attended = earn(somebody())
    credential(somebody("Zola"), course_tree(title="Avec un quiz"), title="Autre")
    client = sign_in(lead)
    assert "Télécharger l'attestation (PDF)" in text(client.get("/pilotage/attestations/"))
    address = asked(client).url
    finish()
    assert list(index_of(zip_of(client.get(f"{address}attestations.zip")))) == [str(attended.public_id)]


def test_asked_twice_from_one_page_is_one_file(sign_in, coordinator, somebody, earn):
    earn(somebody())
    client, key = sign_in(coordinator), str(uuid4())
    assert asked(client, key=key).url == asked(client, key=key).url
    assert CredentialJob.objects.count() == 1


def test_a_worker_killed_in_the_middle_goes_on_where_it_was(monkeypatch, sign_in, coordinator, somebody, earn):
    for number in range(5):
        earn(somebody(f"Personne{number}"))
    client = sign_in(coordinator)
    address = asked(client).url
    work_once()
    printed = archives.pdf_of

    def killed(one):
        raise RuntimeError("killed")

    monkeypatch.setattr(archives, "pdf_of", killed)
    assert work_once() == [False]
    assert client.get(address).context["job"].done == 2
    monkeypatch.setattr(archives, "pdf_of", printed)
    OutboxMessage.objects.update(available_at=timezone.now())
    finish()
    archive = zip_of(client.get(f"{address}attestations.zip"))
    assert len(archive.namelist()) == 6
    assert len(index_of(archive)) == 5


def test_the_link_is_its_authors_alone(sign_in, coordinator, administrator, lead, somebody, earn, client):
    earn(somebody())
    address = f"{asked(sign_in(coordinator)).url}attestations.zip"
    finish()
    assert [sign_in(other).get(address).status_code for other in (administrator, lead)] == [404, 404]
    assert client.get(address).status_code == 302


def test_after_a_day_the_link_says_so_and_the_file_is_deleted(sign_in, coordinator, somebody, earn):
    earn(somebody())
    client = sign_in(coordinator)
    address = asked(client).url
    finish()
    name = CredentialJob.objects.get().file
    assert storages["private"].exists(name)
    jobs.forget_old()
    assert storages["private"].exists(name)
    with travel(NOW + timedelta(hours=25), tick=True):
        client.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
        response = client.get(f"{address}attestations.zip")
        assert response.status_code == 410 and "Ce fichier a expiré" in text(response)
        jobs.forget_old()
        assert not storages["private"].exists(name)
        assert "Ce fichier a expiré" in text(client.get(address))
    with travel(NOW + timedelta(days=40)):
        jobs.forget_old()
    assert not CredentialJob.objects.exists()


def test_parts_go_once_they_are_together(sign_in, coordinator, somebody, earn, django_capture_on_commit_callbacks):
    earn(somebody())
    asked(sign_in(coordinator))
    with django_capture_on_commit_callbacks(execute=True):
        finish()
    job = CredentialJob.objects.get()
    assert storages["private"].listdir(archives.folder(job))[1] == ["attestations.zip"]


def test_of_an_erased_person_nothing_is_printed_and_it_is_said(sign_in, coordinator, somebody, earn):
    person = somebody()
    held, other = earn(person), earn(somebody("Zola"))
    accounts.erase(person=person)
    forget_holder(person=person)
    client = sign_in(coordinator)
    address = asked(client).url
    finish()
    assert "Données effacées" in text(client.get(address))
    index = index_of(zip_of(client.get(f"{address}attestations.zip")))
    assert (index[str(held.public_id)]["Fichier"], bool(index[str(other.public_id)]["Fichier"])) == ("", True)


def test_a_file_that_names_somebody_erased_since_is_given_no_more(sign_in, coordinator, somebody, earn):
    person = somebody()
    earn(person)
    client = sign_in(coordinator)
    address = asked(client).url
    finish()
    accounts.erase(person=person)
    forget_holder(person=person)
    response = client.get(f"{address}attestations.zip")
    assert response.status_code == 410 and "Ce fichier n'est plus donné" in text(response)


def test_who_left_while_the_file_was_made_is_not_in_it(sign_in, lead, somebody, earn):
    earn(somebody())
    gone = somebody("Zola")
    earn(gone)
    client = sign_in(lead)
    address = asked(client).url
    gone.memberships.update(ends_on="2026-11-01")
    finish()
    assert len(zip_of(client.get(f"{address}attestations.zip")).namelist()) == 2
    assert "n'est plus dans votre structure" in text(client.get(address))


def test_too_many_at_once_are_refused_in_words(monkeypatch, sign_in, coordinator, somebody, earn):
    monkeypatch.setattr(jobs, "MOST_FILES", 1)
    earn(somebody())
    credential(somebody("Zola"), course_tree(title="Autre"), title="Autre")
    client = sign_in(coordinator)
    page = client.post(ARCHIVE, {"form_key": str(uuid4())}, follow=True)
    assert "Au plus 1 attestations à la fois" in text(page)
