"""Trainings followed elsewhere: declared by the person, changed and taken away by them alone."""

import html
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from certifications.models import ExternalTraining
from certifications.services import declare_training

pytestmark = pytest.mark.django_db

ADDRESS = "/mon-parcours/livret/ailleurs/"
SAID = {
    "title": "Écoute active",
    "provider": "CNFPT",
    "starts_on": "2025-03-04",
    "ends_on": "2025-03-05",
    "hours": "10,5",
    "note": "Reformuler avant de proposer.",
}


def words(response):
    return " ".join(html.unescape(response.content.decode()).split()).replace("\xa0", " ")


@pytest.fixture
def declared(professional):
    return declare_training(
        person=professional,
        title="Écoute active",
        provider="CNFPT",
        starts_on=date(2025, 3, 4),
        ends_on=date(2025, 3, 5),
        minutes=630,
    )


def test_one_declares_one_and_finds_it_in_the_record(sign_in, professional):
    client = sign_in(professional)
    answer = client.post(f"{ADDRESS}nouvelle/", SAID, follow=True)
    assert "Cette formation est dans votre livret." in words(answer)
    one = ExternalTraining.objects.get()
    assert (one.person, one.title, one.provider, one.minutes, one.note) == (
        professional,
        "Écoute active",
        "CNFPT",
        630,
        "Reformuler avant de proposer.",
    )
    assert (one.starts_on, one.ends_on) == (date(2025, 3, 4), date(2025, 3, 5))
    assert "Déclarée par vous" in words(answer)


def test_one_changes_it(sign_in, professional, declared):
    client = sign_in(professional)
    assert 'value="10,5"' in words(client.get(f"{ADDRESS}{declared.public_id}/"))
    client.post(f"{ADDRESS}{declared.public_id}/", SAID | {"title": "Écouter", "hours": "12"})
    declared.refresh_from_db()
    assert (declared.title, declared.minutes) == ("Écouter", 720)


def test_one_takes_it_away(sign_in, professional, declared):
    sign_in(professional).post(f"{ADDRESS}{declared.public_id}/retirer/")
    assert not ExternalTraining.objects.exists()


def test_nobody_reads_changes_or_takes_away_somebody_elses(sign_in, lead, coordinator, administrator, declared):
    for other in (lead, coordinator, administrator):
        client = sign_in(other)
        address = f"{ADDRESS}{declared.public_id}/"
        assert client.get(address).status_code == 404
        assert client.post(address, SAID | {"title": "Autre"}).status_code == 404
        assert client.post(f"{address}retirer/").status_code == 404
    declared.refresh_from_db()
    assert declared.title == "Écoute active"


TOMORROW = (timezone.localdate() + timedelta(days=2)).isoformat()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": " "}, "Écrivez l'intitulé."),
        ({"provider": ""}, "Dites qui l'a organisée."),
        ({"ends_on": "2025-03-03"}, "Le dernier jour vient après le premier."),
        ({"starts_on": TOMORROW, "ends_on": TOMORROW}, "Cette date n'est pas encore passée"),
        ({"ends_on": TOMORROW}, "déclarez-la une fois terminée"),
        ({"starts_on": "hier"}, "Cette date ne se lit pas."),
        ({"hours": "0"}, "Un quart d'heure au moins"),
        ({"hours": "1e3"}, "C'est plus que ne durent ces jours : 48 heures au plus."),
        ({"hours": "2001"}, "Deux mille heures au plus."),
        ({"hours": "NaN"}, "Écrivez un nombre d'heures"),
        ({"hours": "beaucoup"}, "Écrivez un nombre d'heures"),
        ({"note": "x" * 2001}, "2 000 caractères au plus."),
        ({"title": "x" * 201}, "200 caractères au plus."),
    ],
)
def test_what_cannot_be_is_refused_in_words(sign_in, professional, change, said):
    answer = sign_in(professional).post(f"{ADDRESS}nouvelle/", SAID | change)
    assert (answer.status_code, said in words(answer)) == (422, True)
    assert not ExternalTraining.objects.exists()


def test_a_short_one_is_declared_too(sign_in, professional):
    sign_in(professional).post(f"{ADDRESS}nouvelle/", SAID | {"hours": "0,75"})
    assert ExternalTraining.objects.get().minutes == 45


def test_a_note_that_names_somebody_is_reread_before_it_is_kept(sign_in, professional):
    client = sign_in(professional)
    named = SAID | {"note": "Comme avec Mme Durand."}
    answer = client.post(f"{ADDRESS}nouvelle/", named)
    assert "« Mme Durand » ressemble au nom de quelqu'un." in words(answer)
    assert not ExternalTraining.objects.exists()
    client.post(f"{ADDRESS}nouvelle/", named | {"is_reread": "on"})
    assert ExternalTraining.objects.get().note == "Comme avec Mme Durand."


@pytest.mark.parametrize("change", [{"ends_on": date(2025, 3, 3)}, {"minutes": 0}, {"minutes": 120_001}])
def test_the_database_refuses_it_too(declared, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        ExternalTraining.objects.filter(pk=declared.pk).update(**change)
