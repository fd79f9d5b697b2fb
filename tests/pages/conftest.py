import pytest

from cms.accounts.models import Organisation


@pytest.fixture
def organisation(demo):
    return Organisation.objects.get(code="MSA")
