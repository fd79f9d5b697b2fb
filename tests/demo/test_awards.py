"""The demonstration shows each life an attestation can have."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.utils import timezone

from certifications.models import Credential, CredentialDefinition, CredentialEvent
from certifications.querysets import dates_of
from certifications.states import state_of
from coordination.demo import awards

pytestmark = pytest.mark.django_db


def test_each_state_is_there(demo):
    today = timezone.localdate()
    states = Counter(state_of(dates_of(one), today) for one in Credential.objects.with_facts())
    assert set(states) == {"valid", "expiring", "expired", "superseded", "revoked"}
    assert Credential.objects.filter(renews__isnull=False).exists()


def test_every_attestation_is_whole_and_none_is_missing(demo, capsys):
    call_command("credentials", "check")
    assert "aucune anomalie" in capsys.readouterr().out


def test_each_definition_is_published_with_its_pictures(demo):
    for definition in CredentialDefinition.objects.all():
        content = definition.versions.get().content
        assert definition.live
        assert content["signatory"]["signature"]["sha256"] != content["logo"]["sha256"]


def test_awarding_more_later_does_nothing_again_to_what_was_awarded(demo, monkeypatch):
    before = (Credential.objects.count(), CredentialEvent.objects.count())
    monkeypatch.setattr(awards, "issue_missing", lambda **_options: 1)
    awards.award()
    assert (Credential.objects.count(), CredentialEvent.objects.count()) == before
