import pytest

from cms.accounts.models import Organisation
from tests.demo.conftest import demo as demo  # the whole content, loaded once for a module


@pytest.fixture
def organisation(demo):
    return Organisation.objects.get(code="MSA")
